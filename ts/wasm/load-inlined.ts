/** The module of the default entry. */

import { compileInlined } from "./compile-inlined.js";
import { inlined } from "./inlined.generated.js";

/** Decompresses and compiles the inlined module. */
export function loadInlined(): WebAssembly.Module {
  return compileInlined(inlined);
}
