/** The entry "bptt/slim": the same library without the wasm, which `await init(…)` loads. */

export * from "./public.js";
