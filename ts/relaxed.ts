/**
 * The entry "bptt/relaxed": the same with fused multiply-add, which is faster, asks for an engine with relaxed SIMD, and does
 * not give the same bits on every machine.
 */

import { setLoader } from "./wasm/core.js";
import { loadRelaxed } from "./wasm/load-relaxed.js";

setLoader(loadRelaxed);

export * from "./public.js";
