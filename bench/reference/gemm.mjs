// The frozen reference GEMM (gemm.wat) as a contender: one step is one product of 32×64 with 64×64.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const [M, K, N] = [32, 64, 64];
const PANEL = 8;
const [A, B, C] = [0, 4 * M * K, 4 * (M * K + K * N)]; // addresses

/** Floating-point operations of one product. */
export const REFERENCE_FLOPS = 2 * M * K * N;

/** @typedef {{ memory: WebAssembly.Memory, gemm: (a: number, b: number, c: number) => void }} Reference */

function instantiate() {
  const module = new WebAssembly.Module(readFileSync(join(import.meta.dirname, "gemm.wasm")));
  return /** @type {Reference} */ (/** @type {unknown} */ (new WebAssembly.Instance(module).exports));
}

/** @returns {import("../harness.mjs").Contender} */
export function referenceContender() {
  const { memory, gemm } = instantiate();
  const a = Float32Array.from({ length: M * K }, (_, i) => ((i * 7) % 11) - 5); // (M, K)
  const b = Float32Array.from({ length: K * N }, (_, i) => ((i * 5) % 13) - 6); // (K, N)
  new Float32Array(memory.buffer, A, M * K).set(a);
  new Float32Array(memory.buffer, B, K * N).set(packed(b));
  gemm(A, B, C);
  check(a, b, new Float32Array(memory.buffer, C, M * N));
  return { name: "reference GEMM", step: () => gemm(A, B, C) };
}

/** Packs B in panels of 8 columns. @param {Float32Array} b (K, N) */
function packed(b) {
  return Float32Array.from({ length: K * N }, (_, i) => {
    const [panel, k, column] = [Math.floor(i / (PANEL * K)), Math.floor(i / PANEL) % K, i % PANEL];
    return b[k * N + panel * PANEL + column] ?? NaN;
  });
}

/**
 * Checks the product. The numbers are small integers, so every sum is exact. @param {Float32Array} a @param
 * {Float32Array} b @param {Float32Array} c
 */
function check(a, b, c) {
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += (a[m * K + k] ?? NaN) * (b[k * N + n] ?? NaN);
      if (c[m * N + n] !== sum)
        throw new Error(`reference GEMM: C[${m}][${n}] is ${c[m * N + n]}, not ${sum}`);
    }
  }
}
