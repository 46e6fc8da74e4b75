/** The default entry, "bptt". The wasm is inlined and instantiated at first use. */

import { setLoader } from "./wasm/core.js";
import { loadInlined } from "./wasm/load-inlined.js";

setLoader(loadInlined);

export * from "./public.js";
