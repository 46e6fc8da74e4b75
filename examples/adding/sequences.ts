// Generates sequences of the adding problem from a seed.

import type { Batch } from "bptt";

/** Returns a generator of numbers in 0 … 1 from a seed: Marsaglia's xorshift. */
export function random(seed: number): () => number {
  let x = Math.imul(seed, 0x9e3779b1); // spreads neighboring seeds apart
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/**
 * Returns `B` sequences of `T` steps, with number and mark as inputs (B, T, 2) and the sum as target of the
 * last step, and the sums (B).
 */
export function adding(coin: () => number, B: number, T: number): { batch: Batch; sums: number[] } {
  const inputs = new Float32Array(B * T * 2);
  const targets = new Float32Array(B * T);
  const weights = new Float32Array(B * T);
  const sums: number[] = [];
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) inputs[(b * T + t) * 2] = coin();
    const marked = [coin() / 2, (1 + coin()) / 2].map((part) => b * T + Math.floor(part * T));
    for (const step of marked) inputs[step * 2 + 1] = 1;
    const sum = marked.reduce((total, step) => total + inputs[step * 2]!, 0);
    const last = (b + 1) * T - 1;
    targets[last] = sum;
    weights[last] = 1;
    sums.push(sum);
  }
  const batch: Batch = {
    inputs: { data: inputs, shape: [B, T, 2] },
    targets: { data: targets, shape: [B, T, 1] },
    weights: { data: weights, shape: [B, T] },
    loss: "meanSquaredError",
  };
  return { batch, sums };
}
