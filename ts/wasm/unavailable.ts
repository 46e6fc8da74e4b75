/**
 * Explains why the module cannot run in this engine. Features are tested by `WebAssembly.validate` on tiny
 * modules.
 */

import { BpttError } from "../base/errors.js";

/** Turns an error into a coded error with advice. An error that has a code already is returned unchanged. */
export function unavailable(cause: unknown): BpttError {
  if (cause instanceof BpttError) return cause;
  const reason = cause instanceof Error ? cause.message : "unknown reason";
  return new BpttError("WASM_UNAVAILABLE", `bptt: ${diagnosis(reason)}`, { cause });
}

/** Throws where the relaxed build cannot run. */
export function requireRelaxedSimd(): void {
  if (typeof WebAssembly === "object" && !WebAssembly.validate(RELAXED_PROBE))
    throw new BpttError("WASM_UNAVAILABLE", `bptt: ${NO_RELAXED_SIMD}`);
}

// (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt)): valid only where simd128 is known
const SIMD_PROBE = /* @__PURE__ */ Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0],
  ...[10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11],
);

// (module (func (param v128) (result v128) local.get 0 local.get 0 local.get 0 f32x4.relaxed_madd)): the only relaxed
// instruction that the relaxed build contains
const RELAXED_PROBE = /* @__PURE__ */ Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 0, 32, 0, 253, 133, 2, 11],
);

const NO_WEBASSEMBLY =
  "this engine has no WebAssembly; it is switched off by Node's --jitless and by the Lockdown Mode of iOS and macOS";
const NO_SIMD =
  "this engine lacks WebAssembly SIMD (Node 16.4, Chrome 91, Firefox 89, Safari 16.4 and later have it)";
const NO_RELAXED_SIMD =
  'this engine lacks WebAssembly relaxed SIMD, which the relaxed build needs (Node 22, Chrome 114, Firefox 146 and later have it); "bptt" works without it';
const IMPORT_MODULE = "import the file bptt/bptt.wasm as a module and pass it to `init` of bptt/slim";

/** Returns true on a page and in its workers, which have an address. */
function isPage(): boolean {
  return "location" in globalThis;
}

function diagnosis(reason: string): string {
  if (typeof WebAssembly !== "object") return NO_WEBASSEMBLY;
  if (!WebAssembly.validate(SIMD_PROBE)) return NO_SIMD;
  // engines name what they do not know: V8 "simd opcode not available", Firefox "unrecognized opcode"
  if (/simd|opcode/i.test(reason) && !WebAssembly.validate(RELAXED_PROBE)) return NO_RELAXED_SIMD;
  if (/disallowed by embedder|dynamic wasm code generation/i.test(reason) && !isPage()) {
    return `this runtime compiles no WebAssembly while it runs (${reason}), as Workers and other edge runtimes; ${IMPORT_MODULE}`;
  }
  const policy = /unsafe-eval|content.security.policy|\bcsp\b|disallowed by embedder/i.test(reason);
  const hint = policy ? "; the page's Content-Security-Policy must allow 'wasm-unsafe-eval'" : "";
  return `the WebAssembly module cannot be loaded: ${reason}${hint}`;
}
