/**
 * The twin held by calculus: every gradient it computes is compared with central differences of its own forward pass,
 *
 *   ∂L/∂θ ≈ (L(θ + ε) − L(θ − ε)) / 2ε,   in error by ε²·L‴/6 + u·|L|/ε.
 *
 * With ε = 2⁻¹⁷ the first term is about 1e-11·L‴ and the second, with u = 1.1e-16 and |L| up to 20, at most 3e-10.
 * L‴ stays below 100 at these sizes, so that 1e-8 leaves room for both and is far below what a wrong term does: a
 * transposed product, a forgotten mask, a step missed by one were tried, and are off by 1e-4 and more.
 */
import { describe, expect, it } from "vitest";
import { Adam, clipByGlobalNorm, globalNorm } from "./adam.js";
import { accuracy, lossAndGradients, lossOf, type Batch } from "./batch.js";
import { sequenceLoss, type LossFlags } from "./loss.js";
import { backward, forward, type Net } from "./rnn.js";
import { expectClose, expectNear } from "../support/compare.js";
import { differences, FINITE_DIFFERENCES } from "../support/differences.js";
import {
  integers,
  product,
  randomNet,
  seeded,
  uniform,
  weightsWithZeros,
  type Random,
} from "../support/random.js";

const TOLERANCE = FINITE_DIFFERENCES;

interface Options {
  readonly dense: boolean;
  readonly lengths: boolean;
  readonly weights: boolean;
  readonly sum: boolean;
  readonly state: boolean;
}

const NAMES = ["dense", "lengths", "weights", "sum", "state"] as const;
const OPTIONS = Array.from({ length: 2 ** NAMES.length }, (_, bits) =>
  Object.fromEntries(NAMES.map((name, k) => [name, ((bits >> k) & 1) === 1])),
) as unknown as Options[];

const SHAPES = [
  { B: 1, T: 1, I: 1, H: 1, V: 0 },
  { B: 3, T: 5, I: 2, H: 4, V: 0 },
  { B: 3, T: 4, I: 4, H: 2, V: 5 },
  { B: 2, T: 6, I: 3, H: 5, V: 1 },
];

type Sizes = (typeof SHAPES)[number];

function randomBatch(random: Random, { B, T, I, H, V }: Sizes, options: Options): Batch {
  return {
    B,
    T,
    targets: integers(random, B * T, V || H),
    ...(options.dense ? { features: uniform(random, B * T * I) } : { ids: integers(random, B * T, I) }),
    // The last row has length 0; the others end anywhere.
    ...(options.lengths && { sequenceLengths: integers(random, B, T + 1).fill(0, B - 1) }),
    ...(options.weights && { weights: weightsWithZeros(random, B * T) }),
    ...(options.state && { initialState: uniform(random, B * H, 0.9) }),
    sum: options.sum,
  };
}

const label = (sizes: Sizes): string =>
  Object.entries(sizes)
    .map(([letter, n]) => `${letter} ${n}`)
    .join(", ");

describe("finite differences", () => {
  it.each(SHAPES.map((sizes, seed) => ({ name: label(sizes), sizes, seed })))(
    "of the loss: $name",
    ({ sizes, seed }) => {
      let checked = 0;
      for (const [n, options] of OPTIONS.entries()) {
        const random = seeded(100 * seed + n);
        const net = randomNet(random, sizes);
        const batch = randomBatch(random, sizes, options);
        const { loss, gradients, dinitialState, dfeatures } = lossAndGradients(net, batch);
        const again = (): number => lossOf(net, batch).loss;
        const context = JSON.stringify(options);

        expect(Number.isFinite(loss)).toBe(true);
        for (const [name, theta] of Object.entries(net.parameters)) {
          expectClose(`${name} ${context}`, gradients[name]!, differences(theta, again), TOLERANCE);
          checked += theta.length;
        }
        if (batch.initialState) {
          const state = batch.initialState as Float64Array;
          expectClose(`initialState ${context}`, dinitialState, differences(state, again), TOLERANCE);
          checked += state.length;
        }
        if (batch.features) {
          const features = batch.features as Float64Array;
          expectClose(`features ${context}`, dfeatures, differences(features, again), TOLERANCE);
          checked += features.length;
        }
      }
      const { B, T, I, H, V } = sizes;
      const parameters = I * H + H * H + H + (V && H * V + V);
      expect(checked).toBe(32 * parameters + 16 * B * H + 16 * B * T * I);
    },
  );

  it.each(SHAPES.map((sizes, seed) => ({ name: label(sizes), sizes, seed })))(
    "of Σ outputs·r₁ + Σ logits·r₂ + Σ state·r₃: $name",
    ({ sizes, seed }) => {
      const { B, T, H, V } = sizes;
      let checked = 0;
      for (const [n, options] of OPTIONS.entries()) {
        const random = seeded(7000 + 100 * seed + n);
        const net = randomNet(random, sizes);
        const batch = randomBatch(random, sizes, options);
        const upstream = {
          doutputs: uniform(random, B * T * H),
          dlogits: uniform(random, B * T * (V || H)),
          dstate: uniform(random, B * H),
        };
        const objective = (): number => {
          const { outputs, logits, state } = forward(net, batch);
          return (
            dot(outputs, upstream.doutputs) + dot(logits, upstream.dlogits) + dot(state, upstream.dstate)
          );
        };
        const { gradients, dinitialState, dfeatures } = backward(net, batch, forward(net, batch), upstream);
        const context = JSON.stringify(options);
        for (const [name, theta] of Object.entries(net.parameters)) {
          expectClose(`${name} ${context}`, gradients[name]!, differences(theta, objective), TOLERANCE);
          checked++;
        }
        for (const [name, input, gradient] of [
          ["initialState", batch.initialState, dinitialState],
          ["features", batch.features, dfeatures],
        ] as const) {
          if (!input) continue;
          expectClose(
            `${name} ${context}`,
            gradient,
            differences(input as Float64Array, objective),
            TOLERANCE,
          );
          checked++;
        }
      }
      expect(checked).toBe(32 * (V ? 5 : 3) + 16 + 16);
    },
  );

  it("of sequenceLoss by the logits, under every legal combination of flags", () => {
    const shape = { B: 3, T: 4, V: 5 };
    const random = seeded(42);
    const logits = uniform(random, product([3, 4, 5]), 3);
    const targets = integers(random, 12, 5);
    const weights = weightsWithZeros(random, 12);
    let legal = 0;
    for (const flags of ALL_FLAGS) {
      if (contradictory(flags)) continue;
      const total = (): number =>
        sequenceLoss(logits, targets, weights, shape, flags).loss.reduce((a, x) => a + x, 0);
      const { dlogits } = sequenceLoss(logits, targets, weights, shape, flags);
      expectClose(`dlogits ${JSON.stringify(flags)}`, dlogits, differences(logits, total), TOLERANCE);
      legal++;
    }
    expect(legal).toBe(7);
  });
});

const FLAG_NAMES = [
  "averageAcrossTimesteps",
  "averageAcrossBatch",
  "sumOverTimesteps",
  "sumOverBatch",
] as const;
const ALL_FLAGS: LossFlags[] = Array.from({ length: 16 }, (_, bits) =>
  Object.fromEntries(FLAG_NAMES.map((name, k) => [name, ((bits >> k) & 1) === 1])),
);

/** An average together with a sum, on one axis or on two. */
function contradictory(flags: LossFlags): boolean {
  const average = flags.averageAcrossTimesteps === true || flags.averageAcrossBatch === true;
  return average && (flags.sumOverTimesteps === true || flags.sumOverBatch === true);
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, value, k) => sum + value * y[k]!, 0);
}

describe("sequence loss", () => {
  it("refuses the nine contradictory combinations of flags", () => {
    const contradictions = ALL_FLAGS.filter(contradictory);
    expect(contradictions).toHaveLength(9);
    for (const flags of contradictions) {
      expect(() => sequenceLoss([0, 0], [0], [1], { B: 1, T: 1, V: 2 }, flags)).toThrow(RangeError);
    }
  });

  it("does not overflow: ln Σ exp of logits ±1000", () => {
    const { loss, dlogits } = sequenceLoss([1000, 0, -1000], [2], [1], { B: 1, T: 1, V: 3 });
    expect([...loss]).toEqual([2000]);
    expect([...dlogits]).toEqual([1, 0, -1]);
  });

  it("never counts a step past a length: not in the loss, the divisor, the gradients or the accuracy", () => {
    const random = seeded(5);
    const net = randomNet(random, { I: 3, H: 2, V: 4 });
    const full = { B: 2, T: 2, ids: [0, 1, 2, 0], targets: [3, 2, 1, 0], sequenceLengths: [2, 0] };
    const masked = lossAndGradients(net, { ...full, weights: [1, 1, 0, 0] });
    const heavy = { ...full, weights: [1, 1, 1, 7] };
    expect(lossAndGradients(net, heavy)).toEqual(masked);
    expect(lossAndGradients(net, { ...heavy, sum: true })).toEqual(
      lossAndGradients(net, { ...full, weights: [1, 1, 0, 0], sum: true }),
    );
    expect(accuracy(net, heavy)).toBe(accuracy(net, full));
  });

  it("reads neither the input past a length nor the target where the weight is 0", () => {
    const net = randomNet(seeded(6), { I: 3, H: 2, V: 4 });
    const clean: Batch = { B: 1, T: 3, ids: [0, 1, 0], targets: [3, 2, 0], sequenceLengths: [2] };
    const dirty: Batch = { ...clean, ids: [0, 1, -7], targets: [3, 2, -100] };
    expect(lossAndGradients(net, dirty)).toEqual(lossAndGradients(net, clean));
  });

  it("neither reads the target past a length, for any weight", () => {
    const net = randomNet(seeded(7), { I: 3, H: 2, V: 4 });
    const clean: Batch = { B: 1, T: 2, ids: [0, 1], targets: [3, 2], sequenceLengths: [1], weights: [1, 2] };
    const dirty: Batch = { ...clean, ids: [0, -7], targets: [3, -100] };
    expect(lossAndGradients(net, dirty)).toEqual(lossAndGradients(net, clean));
    expect(accuracy(net, dirty)).toBe(accuracy(net, clean));
  });
});

describe("accuracy", () => {
  it("weighs the steps within the lengths, and takes the first of equal logits", () => {
    // One hidden unit that is always 0: the logits are b_o.
    const zero = { w_ih_l0: [0], w_hh_l0: [0], b_h_l0: [0], w_ho: [0, 0, 0], b_o: [1, 2, 2] };
    const parameters = Object.fromEntries(
      Object.entries(zero).map(([name, x]) => [name, Float64Array.from(x)]),
    );
    const net: Net = { I: 1, H: 1, V: 3, parameters };
    const batch: Batch = { B: 1, T: 4, ids: [0, 0, 0, 0], targets: [1, 2, 1, 1], weights: [1, 2, 0, 5] };
    expect(accuracy(net, batch)).toBe((1 + 5) / 8);
    expect(accuracy(net, { ...batch, sequenceLengths: [3] })).toBe(1 / 3);
    expect(accuracy(net, { ...batch, sequenceLengths: [0] })).toBe(0);
  });
});

describe("forward", () => {
  it("takes one-hot features for ids", () => {
    const net = randomNet(seeded(8), { I: 3, H: 4, V: 2 });
    const ids = { B: 2, T: 2, ids: [2, 0, 1, 1] };
    const features = { B: 2, T: 2, features: [0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0] };
    expect(forward(net, ids)).toEqual(forward(net, features));
  });

  it("follows the equations: one unit, two steps, by hand", () => {
    const values = { w_ih_l0: [0.5], w_hh_l0: [-2], b_h_l0: [0.25], w_ho: [3], b_o: [1] };
    const parameters = Object.fromEntries(
      Object.entries(values).map(([name, x]) => [name, Float64Array.from(x)]),
    );
    const net: Net = { I: 1, H: 1, V: 1, parameters };
    const { outputs, logits, state } = forward(net, { B: 1, T: 2, features: [1, -1], initialState: [0.5] });
    const h1 = Math.tanh(0.25 + 0.5 - 1);
    const h2 = Math.tanh(0.25 - 0.5 - 2 * h1);
    expectClose("outputs", outputs, [h1, h2], { absolute: 1e-15 });
    expectClose("logits", logits, [1 + 3 * h1, 1 + 3 * h2], { absolute: 1e-15 });
    expectClose("state", state, [h2], { absolute: 1e-15 });
  });

  it("carries the state through past a length, and gives zeros there", () => {
    const net = randomNet(seeded(9), { I: 2, H: 3, V: 2 });
    const { outputs, logits, state } = forward(net, {
      B: 2,
      T: 3,
      ids: [0, 1, 1, 0, 0, 0],
      sequenceLengths: [1, 0],
      initialState: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
    });
    expect([...state.subarray(0, 3)]).toEqual([...outputs.subarray(0, 3)]);
    expect([...state.subarray(3)]).toEqual([0.4, 0.5, 0.6]);
    expect([...outputs.subarray(3)]).toEqual(Array(15).fill(0));
    expect([...logits.subarray(2)]).toEqual(Array(10).fill(0));
  });
});

describe("Adam and clipping", () => {
  it("moves by lr against the sign of the first gradient, in both forms", () => {
    for (const epsilonMode of ["tensorflow", "torch"] as const) {
      const theta = { a: Float64Array.of(1, 1) };
      new Adam({ learningRate: 0.1, epsilon: 1e-30, epsilonMode }).step(theta, {
        a: Float64Array.of(5, -0.01),
      });
      expectClose(epsilonMode, theta.a, [0.9, 1.1], { absolute: 1e-14 });
    }
  });

  it("puts ε beside √v in one form and beside √v̂ in the other", () => {
    // t = 1, g = 1: √v = √0.001, √v̂ = 1
    const moved = (epsilonMode: "tensorflow" | "torch"): number => {
      const theta = { a: Float64Array.of(0) };
      new Adam({ learningRate: 1, epsilon: 1, epsilonMode }).step(theta, { a: Float64Array.of(1) });
      return theta.a[0]!;
    };
    expectNear("tensorflow", moved("tensorflow"), -Math.sqrt(0.001) / (Math.sqrt(0.001) + 1), {
      absolute: 1e-14,
    });
    expectNear("torch", moved("torch"), -1 / 2, { absolute: 1e-14 });
  });

  it("decays apart from the gradient, and leaves alone what has no gradient", () => {
    const theta = { a: Float64Array.of(2), b: Float64Array.of(3) };
    const adam = new Adam({ learningRate: 0.5, weightDecay: 0.1 });
    adam.step(theta, { a: Float64Array.of(0) });
    expect([...theta.a, ...theta.b]).toEqual([2 * (1 - 0.05), 3]);
  });

  it("clips by the norm of all arrays together, and only when it is larger", () => {
    const gradients = { a: Float64Array.of(3), b: Float64Array.of(0, -4) };
    expect(globalNorm(gradients)).toBe(5);
    const { clipped, norm } = clipByGlobalNorm(gradients, 1);
    expect(norm).toBe(5);
    expectClose("a", clipped["a"]!, [0.6], { absolute: 1e-15 });
    expectClose("b", clipped["b"]!, [0, -0.8], { absolute: 1e-15 });
    expect(clipByGlobalNorm(gradients, 5).clipped).toEqual(gradients);
  });
});
