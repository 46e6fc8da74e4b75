/** The entry "bptt/slim": the same without the wasm, which `await init(…)` brings. */

export * from "./public.js";
