/** Seeded random data for tests: every number is exactly a float32, so that f32 and f64 code get the same input. */
import { directionsOf, parameterShapes, type Net, type Sizes } from "../reference/rnn.js";

export type Random = () => number; // uniform in [0, 1)

/** mulberry32: a 32-bit state, one multiplication chain a number. Good enough to make test data. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `length` numbers, uniform in ±limit. */
export function uniform(random: Random, length: number, limit = 1): Float64Array {
  return Float64Array.from({ length }, () => Math.fround((2 * random() - 1) * limit));
}

/** `length` integers in 0 … below − 1. */
export function integers(random: Random, length: number, below: number): Int32Array {
  return Int32Array.from({ length }, () => Math.floor(random() * below));
}

/** Weights in 0 … 2, about a third of them exactly 0. */
export function weightsWithZeros(random: Random, length: number): Float64Array {
  return Float64Array.from({ length }, () => (random() < 0.35 ? 0 : Math.fround(2 * random())));
}

/**
 * Returns a network whose parameters, including biases, are uniform in ±1/√H. Then ‖W_hh‖ is about 1 or less for any size.
 * With larger weights a wide tanh network is chaotic and amplifies every rounding error from step to step.
 */
export function randomNet(random: Random, sizes: Sizes): Net {
  const limit = 1 / Math.sqrt(sizes.H);
  const parameters = Object.entries(parameterShapes(sizes)).map(
    ([name, shape]) => [name, uniform(random, product(shape), limit)] as const,
  );
  return { ...sizes, parameters: Object.fromEntries(parameters) };
}

export function product(shape: readonly number[]): number {
  return shape.reduce((a, n) => a * n, 1);
}

/** Every cell in every form. */
export const FAMILY: readonly Pick<Sizes, "cell" | "resetAfter">[] = [
  { cell: "tanh" },
  { cell: "relu" },
  { cell: "gru" },
  { cell: "gru", resetAfter: false },
  { cell: "lstm" },
];

/** Dropout masks between the layers: 0 with probability p, else 1/(1 − p). (L − 1)(B, T, D·H) */
export function randomMasks(random: Random, sizes: Sizes, B: number, T: number, p: number): Float64Array[] {
  const length = B * T * directionsOf(sizes) * sizes.H;
  return Array.from({ length: (sizes.layers ?? 1) - 1 }, () =>
    Float64Array.from({ length }, () => (random() < p ? 0 : Math.fround(1 / (1 - p)))),
  );
}
