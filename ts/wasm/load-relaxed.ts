/**
 * The module of the entry `bptt/relaxed`: the same core with fused multiply-add, for engines with relaxed
 * SIMD.
 */

import { compileInlined } from "./compile-inlined.js";
import { inlined } from "./inlined-relaxed.generated.js";
import { requireRelaxedSimd } from "./unavailable.js";

/** Checks that the engine has relaxed SIMD, then decompresses and compiles the inlined module. */
export function loadRelaxed(): WebAssembly.Module {
  requireRelaxedSimd();
  return compileInlined(inlined);
}
