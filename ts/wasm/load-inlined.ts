/** The module as the default entry carries it: deflated, as base64, compiled synchronously at first use. */

import { inflateSync } from "fflate";
import { inlined } from "./inlined.generated.js";

/** Inflates and compiles the inlined module. */
export function loadInlined(): WebAssembly.Module {
  const text = atob(inlined);
  const deflated = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) deflated[i] = text.charCodeAt(i);
  return new WebAssembly.Module(inflateSync(deflated));
}
