/** The module of the entry `bptt/relaxed`: the same core with fused multiply-add, for engines with relaxed SIMD. */

import { compileInlined } from "./compile-inlined.js";
import { inlined } from "./inlined-relaxed.generated.js";
import { requireRelaxedSimd } from "./unavailable.js";

/** Asks the engine for relaxed SIMD, then inflates and compiles the inlined module. */
export function loadRelaxed(): WebAssembly.Module {
  requireRelaxedSimd();
  return compileInlined(inlined);
}
