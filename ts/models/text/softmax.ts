/**
 * p_v = exp(l_v/temperature) / Σ exp(l/temperature) in float64, the same on every engine: `Math.exp` may differ in its
 * last bits from one to another, and then so would which tokens a top-p draw leaves.
 */

const LN2_HIGH = 0.6931471803691238; // ln 2 = high + low, high with 21 trailing zero bits (fdlibm's split)
const LN2_LOW = 1.9082149292705877e-10;
/** 1/n!, n = 13 … 0: Taylor's polynomial, below 1e-17 off for |r| ≤ ln 2/2. */
const COEFFICIENTS = Array.from({ length: 14 }, (_, i) => {
  let product = 1;
  for (let n = 2; n <= 13 - i; n++) product *= n;
  return 1 / product;
});

/** eˣ for x ≤ 0; 0 below −708. Sums and products of float64 alone. */
export function expOf(x: number): number {
  if (!(x > -708)) return x === x ? 0 : NaN;
  const k = Math.round(x * 1.4426950408889634);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let p = 0;
  for (const c of COEFFICIENTS) p = p * r + c;
  for (let left = -k; left > 0; left -= 30) p /= 2 ** Math.min(30, left);
  return p;
}

/** The probabilities of logits. */
export function softmax(logits: Float32Array, temperature = 1): Float64Array {
  const top = logits.reduce((most, x) => Math.max(most, x), -Infinity);
  const p = Float64Array.from(logits, (x) => expOf((x - top) / temperature));
  const sum = p.reduce((total, x) => total + x, 0);
  return p.map((x) => x / sum);
}

/** The indices of probabilities, the largest first, of equals the first. */
export function ranked(probabilities: Float64Array): number[] {
  return Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a] || a - b);
}
