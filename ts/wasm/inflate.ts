/** How an entry carries its module: deflated, as base64, compiled synchronously at first use. */

import { inflateSync } from "fflate";

/** Inflates and compiles a module that the set-up deflated. */
export function compileInlined(inlined: string): WebAssembly.Module {
  const text = atob(inlined);
  const deflated = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) deflated[i] = text.charCodeAt(i);
  return new WebAssembly.Module(inflateSync(deflated));
}
