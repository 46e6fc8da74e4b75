/**
 * The entry "bptt/relaxed": the same library with fused multiply-add. It is faster, requires an engine with
 * relaxed SIMD, and does not give the same bits on every machine.
 */

import { setLoader } from "./wasm/core.js";
import { loadRelaxed } from "./wasm/load-relaxed.js";

setLoader(loadRelaxed);

export * from "./public.js";
