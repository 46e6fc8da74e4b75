/** Compiles the module that an entry carries: compressed, as base64, compiled synchronously at first use. */

import { unpackLzma } from "./lzma.js";

/** Decompresses and compiles a module that the set-up packed. */
export function compileInlined(inlined: string): WebAssembly.Module {
  return new WebAssembly.Module(unpackLzma(Uint8Array.from(atob(inlined), (unit) => unit.charCodeAt(0))));
}
