/**
 * The twin's whole family held by calculus, as reference.test.ts does for the tanh cell (the tolerance is explained
 * there): every cell × layers × directions × lengths × weights, both losses, dropout masks, states in and out.
 */
import { describe, expect, it } from "vitest";
import { lossAndGradients, lossOf, meanAbsoluteError, type Batch } from "./batch.js";
import { valueLoss } from "./loss.js";
import { backward, classesOf, directionsOf, forward, stacksOf, type Sizes } from "./rnn.js";
import { expectClose, expectNear } from "../support/compare.js";
import { differences, FINITE_DIFFERENCES } from "../support/differences.js";
import {
  FAMILY,
  randomMasks,
  integers,
  randomNet,
  seeded,
  uniform,
  weightsWithZeros,
} from "../support/random.js";

const [B, T, I, H] = [3, 4, 2, 3];

/** Every cell, one and two layers, one and two directions; and three layers. */
const NETS = FAMILY.flatMap((cell) =>
  [1, 2, 3].flatMap((layers) =>
    (layers < 3 ? [false, true] : [false]).map((bidirectional): { name: string; sizes: Sizes } => {
      const name = `${cell.cell}${cell.resetAfter === false ? " (reset before)" : ""}, layers ${layers}${bidirectional ? ", bidirectional" : ""}`;
      return { name, sizes: { ...cell, layers, bidirectional, I, H, V: 0 } };
    }),
  ),
);

/** `rich`: features, states, masks between the layers and the mean squared error instead of ids and cross-entropy. */
function randomBatch(seed: number, sizes: Sizes, lengths: boolean, weights: boolean, rich: boolean): Batch {
  const random = seeded(seed);
  const S = stacksOf(sizes);
  return {
    B,
    T,
    ...(rich
      ? {
          loss: "meanSquaredError",
          targets: uniform(random, B * T * classesOf(sizes)),
          features: uniform(random, B * T * I),
          initialState: uniform(random, S * B * H, 0.9),
          initialCell: uniform(random, S * B * H, 0.9),
          dropoutMasks: randomMasks(random, sizes, B, T, 0.4),
        }
      : { targets: integers(random, B * T, classesOf(sizes)), ids: integers(random, B * T, I) }),
    // The first row counts, the last has length 0, the one between ends anywhere.
    ...(lengths && { sequenceLengths: [T, 1 + integers(random, 1, T)[0]!, 0] }),
    ...(weights && { weights: weightsWithZeros(random, B * T).fill(1, 0, 1) }),
    sum: rich !== weights,
  };
}

const MASKS = [0, 1, 2, 3].map((bits) => ({ lengths: (bits & 1) > 0, weights: (bits & 2) > 0 }));

describe.each(NETS)("finite differences: $name", ({ sizes: headless }) => {
  it("of the loss by every parameter, features and states", () => {
    let checked = 0;
    for (const [n, { lengths, weights }] of MASKS.entries()) {
      for (const rich of [false, true]) {
        const sizes = { ...headless, V: rich ? 2 : 3 };
        const net = randomNet(seeded(n), sizes);
        const batch = randomBatch(17 * n + 1, sizes, lengths, weights, rich);
        const got = lossAndGradients(net, batch);
        const again = (): number => lossOf(net, batch).loss;
        const context = JSON.stringify({ lengths, weights, rich });
        expect(got.loss > 0).toBe(true);
        for (const [name, theta] of Object.entries(net.parameters)) {
          expectClose(
            `${name} ${context}`,
            got.gradients[name]!,
            differences(theta, again),
            FINITE_DIFFERENCES,
          );
          checked++;
        }
        if (!rich) continue;
        const inputs = [
          ["features", batch.features, got.dfeatures],
          ["initialState", batch.initialState, got.dinitialState],
          ["initialCell", batch.initialCell, got.dinitialCell],
        ] as const;
        for (const [name, value, gradient] of inputs) {
          expectClose(
            `${name} ${context}`,
            gradient,
            differences(value as Float64Array, again),
            FINITE_DIFFERENCES,
          );
          checked++;
        }
      }
    }
    const perStack = headless.cell === "gru" && headless.resetAfter !== false ? 4 : 3;
    expect(checked).toBe(8 * (perStack * stacksOf(headless) + 2) + 4 * 3);
  });

  it("of Σ outputs·r₁ + Σ logits·r₂ + Σ state·r₃ + Σ cell·r₄, without output layer", () => {
    for (const lengths of [false, true]) {
      const net = randomNet(seeded(3), headless);
      const batch = randomBatch(5, headless, lengths, false, true);
      const random = seeded(11);
      const width = directionsOf(headless) * H;
      const states = stacksOf(headless) * B * H;
      const upstream = {
        doutputs: uniform(random, B * T * width),
        dlogits: uniform(random, B * T * width),
        dstate: uniform(random, states),
        dcell: uniform(random, states),
      };
      const objective = (): number => {
        const { outputs, logits, state, cell } = forward(net, batch);
        return (
          dot(outputs, upstream.doutputs) +
          dot(logits, upstream.dlogits) +
          dot(state, upstream.dstate) +
          (headless.cell === "lstm" ? dot(cell, upstream.dcell) : 0)
        );
      };
      const got = backward(net, batch, forward(net, batch), upstream);
      for (const [name, theta] of Object.entries(net.parameters)) {
        expectClose(name, got.gradients[name]!, differences(theta, objective), FINITE_DIFFERENCES);
      }
      const { features, initialState, initialCell } = batch;
      const inputs = [
        ["features", features, got.dfeatures],
        ["initialState", initialState, got.dinitialState],
        ["initialCell", initialCell, got.dinitialCell],
      ] as const;
      for (const [name, value, gradient] of inputs) {
        expectClose(name, gradient, differences(value as Float64Array, objective), FINITE_DIFFERENCES);
      }
    }
  });
});

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, value, k) => sum + value * y[k]!, 0);
}

describe("directions and layers", () => {
  it.each(FAMILY)(
    "the reverse direction of $cell is the forward one on the row reversed within its length",
    (cell) => {
      const both = randomNet(seeded(1), { ...cell, bidirectional: true, I, H, V: 0 });
      const reversed = Object.entries(both.parameters)
        .filter(([name]) => name.endsWith("_reverse"))
        .map(([name, theta]) => [name.replace("_reverse", ""), theta] as const);
      const one = { ...both, bidirectional: false, parameters: Object.fromEntries(reversed) };
      const lengths = [4, 3, 0];
      const ids = [0, 1, 1, 0, 1, 0, 0, -1, -1, -1, -1, -1];
      const turned = [0, 1, 1, 0, 0, 0, 1, -1, -1, -1, -1, -1];
      const got = forward(both, { B, T, ids, sequenceLengths: lengths });
      const want = forward(one, { B, T, ids: turned, sequenceLengths: lengths });
      let compared = 0;
      for (let b = 0; b < B; b++) {
        for (let t = 0; t < lengths[b]!; t++) {
          const at = (b * T + t) * 2 * H + H;
          const mirrored = (b * T + lengths[b]! - 1 - t) * H;
          expect(got.outputs.slice(at, at + H)).toEqual(want.outputs.slice(mirrored, mirrored + H));
          compared++;
        }
      }
      expect(compared).toBe(7);
      expect(got.state.slice(B * H)).toEqual(want.state);
      expect(got.cell.slice(B * H)).toEqual(want.cell);
    },
  );

  it.each(FAMILY)(
    "the second layer of $cell is a network that reads the first one's masked outputs",
    (cell) => {
      const two = randomNet(seeded(2), { ...cell, layers: 2, bidirectional: true, I, H, V: 0 });
      const part = (layer: string) =>
        Object.fromEntries(
          Object.entries(two.parameters)
            .filter(([name]) => name.includes(layer))
            .map(([name, theta]) => [name.replace(layer, "_l0"), theta]),
        );
      const dropoutMasks = randomMasks(seeded(3), two, B, T, 0.5);
      const features = uniform(seeded(4), B * T * I);
      const first = forward({ ...two, layers: 1, parameters: part("_l0") }, { B, T, features });
      const masked = first.outputs.map((y, k) => y * dropoutMasks[0]![k]!);
      const second = forward(
        { ...two, layers: 1, I: 2 * H, parameters: part("_l1") },
        { B, T, features: masked },
      );
      const got = forward(two, { B, T, features, dropoutMasks });
      expect(got.outputs).toEqual(second.outputs);
      expect([...got.state]).toEqual([...first.state, ...second.state]);
    },
  );
});

/** The losses of values do not depend on the cell. Targets of losses with a kink are far from the outputs. */
describe.each(["meanSquaredError", "meanAbsoluteError", "quantile", "binaryCrossEntropy"] as const)(
  "finite differences: %s",
  (loss) => {
    it.each([
      { V: 6, weightedValues: false, sum: false },
      { V: 6, weightedValues: true, sum: false },
      { V: 0, weightedValues: true, sum: true },
    ])("%o", ({ V, weightedValues, sum }) => {
      const sizes: Sizes = { cell: "gru", I, H, V };
      const net = randomNet(seeded(1), sizes);
      const random = seeded(2);
      const quantiles = loss === "quantile" ? [0.1, 0.5, 0.9] : undefined;
      const K = classesOf(net) / (quantiles?.length ?? 1);
      const targets = uniform(random, B * T * K).map((t) =>
        loss === "binaryCrossEntropy" ? Math.abs(t) : t + 5 * Math.sign(t),
      );
      const batch: Batch = {
        B,
        T,
        loss,
        quantiles,
        sum,
        weightedValues,
        targets,
        features: uniform(random, B * T * I),
        sequenceLengths: [T, 2, 0],
        weights: weightsWithZeros(random, B * T * (weightedValues ? K : 1)).fill(1, 0, 1),
      };
      const { gradients, loss: value } = lossAndGradients(net, batch);
      expect(value).toBeGreaterThan(0);
      for (const [name, theta] of Object.entries(net.parameters)) {
        const want = differences(theta, () => lossOf(net, batch).loss);
        expectClose(name, gradients[name]!, want, FINITE_DIFFERENCES);
      }
    });
  },
);

describe("losses of values", () => {
  it("mean squared error by hand: weights, both divisors, a gradient", () => {
    const [y, t, w] = [[1, 2, 3, 4], [0, 0, 3, 2], [1, 1, 3, 3]]; // prettier-ignore
    const { loss, dlogits } = valueLoss("meanSquaredError", y, t, w);
    // ((1 + 4) + 3·(0 + 4)) / 8
    expect(loss).toBe(17 / 8);
    expect([...dlogits]).toEqual([2 / 8, 4 / 8, 0, (3 * 4) / 8]);
    expect(valueLoss("meanSquaredError", y, t, w, [], true).loss).toBe(17 / 4);
  });

  it("pinball loss by hand: an output above, below and at the target", () => {
    const { loss, dlogits } = valueLoss("quantile", [3, 0, 1, 1], [1, 1], [1, 3], [0.25, 0.75]);
    // ((0.75·2 + 0.75·1)/2 + 3·0) / 4
    expect(loss).toBe(2.25 / 8);
    expect([...dlogits]).toEqual([0.75 / 8, -0.75 / 8, 0, 0]);
  });

  it("absolute error and binary cross-entropy by hand", () => {
    const absolute = valueLoss("meanAbsoluteError", [3, 0, 1], [1, 1, 1], [1, 2, 5]);
    expect(absolute.loss).toBe(4 / 8);
    expect([...absolute.dlogits]).toEqual([1 / 8, -2 / 8, 0]);
    const binary = valueLoss("binaryCrossEntropy", [0, Math.log(3)], [1, 0.25], [1, 1]);
    // σ = 1/2 and 3/4: (ln 2 + (1/4)·ln(4/3) + (3/4)·ln 4) / 2
    const want = (Math.LN2 + 0.25 * Math.log(4 / 3) + 0.75 * Math.log(4)) / 2;
    expectNear("loss", binary.loss, want, { absolute: 1e-15 });
    expectClose("gradient", binary.dlogits, [-1 / 4, 1 / 4], { absolute: 1e-15 });
  });

  it("the mean absolute error beside it", () => {
    const zero = { w_ih_l0: [0], w_hh_l0: [0], b_h_l0: [0], w_ho: [0, 0], b_o: [1, -2] };
    const parameters = Object.fromEntries(
      Object.entries(zero).map(([name, x]) => [name, Float64Array.from(x)]),
    );
    const net = { I: 1, H: 1, V: 2, parameters };
    const batch: Batch = {
      B: 1,
      T: 2,
      ids: [0, 0],
      targets: [0, 0, 4, 1],
      weights: [1, 2],
      loss: "meanSquaredError",
    };
    expectNear("mae", meanAbsoluteError(net, batch), (1.5 + 2 * 3) / 3, { absolute: 1e-15 });
    expect(meanAbsoluteError(net, { ...batch, sequenceLengths: [1] })).toBe(1.5);
  });

  it("does not read targets past a length, where no weight counts", () => {
    const net = randomNet(seeded(6), { I: 3, H: 2, V: 2 });
    const clean: Batch = {
      B: 1,
      T: 2,
      ids: [0, 1],
      targets: [1, 2, 0, 0],
      loss: "meanSquaredError",
      sequenceLengths: [1],
    };
    const dirty: Batch = { ...clean, ids: [0, -1], targets: [1, 2, NaN, NaN], weights: [1, 3] };
    expect(lossAndGradients(net, dirty)).toEqual(lossAndGradients(net, clean));
  });
});
