/**
 * Dropout between layers. What is dropped is read off a network that shows it (its hidden states are its masks), and
 * depends on seed, training step and place alone: so the same masks, given to the f64 twin, must explain every other
 * network of the same sizes.
 */
import { Adam, Rnn, type RnnOptions } from "bptt";
import { describe, expect, it } from "vitest";
import { lossAndGradients, type Batch } from "../reference/batch.js";
import { directionsOf, parameterShapes, type Sizes } from "../reference/rnn.js";
import { expectAllClose, expectNear } from "../support/compare.js";
import { dense, numbersOf, toBatch, withRnn } from "../support/library.js";
import { FAMILY, integers, product, randomNet, seeded } from "../support/random.js";
import { GRADIENT, LOSS } from "../support/tolerance.js";

const [B, T, I, H] = [3, 4, 5, 6];
const P = 0.4;
const KEPT = Math.fround(1 / (1 - P));

/**
 * The masks of the training passes 0 … steps − 1, (L − 1)(B, T, D·H) each. Layer 0 says 1, every other layer 1 + what
 * it is given; no recurrence, no learning.
 */
function masksOf(sizes: Sizes, seed: number, steps: number): Float64Array[][] {
  const { layers = 1, bidirectional = false } = sizes;
  const D = directionsOf(sizes);
  const net: Sizes = { cell: "relu", layers, bidirectional, I: 1, H, V: 0 };
  const parameters = Object.entries(parameterShapes(net)).map(([name, shape]) => {
    const values = new Float64Array(product(shape));
    if (name.startsWith("b_h")) values.fill(1);
    const first = name.endsWith("_reverse") ? H : 0; // of the rows [forward, reverse], each direction reads its own
    if (name.startsWith("w_ih") && !name.includes("_l0"))
      for (let h = 0; h < H; h++) values[(first + h) * H + h] = 1;
    return [name, values] as const;
  });
  const batch = {
    inputs: Array.from({ length: B }, () => new Array<number>(T).fill(0)),
    targets: Array.from({ length: B }, () => new Array<number>(T).fill(0)),
  };
  return withRnn(
    { ...net, parameters: Object.fromEntries(parameters) },
    (rnn) => {
      const adam = new Adam({ learningRate: 0 });
      return Array.from({ length: steps }, () => {
        const { hidden } = rnn.gradients(batch, { trace: true }).trace!; // (T, L·D, B, H)
        rnn.trainStep(batch, adam);
        const at = (l: number, d: number, b: number, t: number, h: number) =>
          hidden.data[((t * layers * D + l * D + d) * B + b) * H + h]!;
        return Array.from({ length: layers - 1 }, (_, l) =>
          Float64Array.from({ length: B * T * D * H }, (_, k) => {
            const [row, d, h] = [Math.floor(k / (D * H)), Math.floor(k / H) % D, k % H];
            const [b, t] = [Math.floor(row / T), row % T];
            return at(l + 1, d, b, t, h) === 1 ? 0 : KEPT;
          }),
        );
      });
    },
    { dropout: P, seed },
  );
}

describe.each(FAMILY)("$cell, resetAfter $resetAfter", (cell) => {
  it.each([false, true])(
    "three layers, bidirectional %s: gradients and steps are those of the masked network",
    (bidirectional) => {
      const sizes: Sizes = { ...cell, layers: 3, bidirectional, I, H, V: 4 };
      const net = randomNet(seeded(1), sizes);
      const random = seeded(2);
      const batch: Batch = {
        B,
        T,
        ids: integers(random, B * T, I),
        targets: integers(random, B * T, 4),
        sequenceLengths: [4, 2, 3],
      };
      const masks = masksOf(sizes, 11, 3);
      withRnn(
        net,
        (rnn) => {
          const given = toBatch(batch, net);
          const adam = new Adam({ learningRate: 0 });
          for (const dropoutMasks of masks) {
            const want = lossAndGradients(net, { ...batch, dropoutMasks });
            const got = rnn.gradients(given);
            expectNear("loss", got.loss, want.loss, LOSS);
            expectAllClose("gradients", numbersOf(got.gradients), want.gradients, GRADIENT);
            expect(rnn.gradients(given)).toEqual(got); // asking changes nothing
            expect(rnn.trainStep(given, adam).loss).toBe(got.loss);
          }
          // accumulating moves on, as training does: step 3 and 4 are no longer those of masks[2]
          const [a, b] = [1, 2].map(() => rnn.gradients(given, { accumulate: true }).loss);
          expect(a).not.toBe(b);
        },
        { dropout: P, seed: 11 },
      );
    },
  );
});

describe("what is dropped", () => {
  const sizes: Sizes = { layers: 3, bidirectional: true, I, H, V: 0 };
  const flat = (masks: Float64Array[][]) => masks.flat().map((mask) => [...mask].join());

  it("is 0 or 1/(1 − p), and differs between steps, layers and seeds", () => {
    const [a, b] = [masksOf(sizes, 1, 5), masksOf(sizes, 2, 5)];
    expect(new Set([...flat(a), ...flat(b)]).size).toBe(2 * 5 * 2);
    expect(flat(masksOf(sizes, 1, 5))).toEqual(flat(a));
    expect(new Set(a.flat().flatMap((mask) => [...mask]))).toEqual(new Set([0, KEPT]));
  });

  it("is a share of p: 20 steps, 5 760 draws", () => {
    const draws = masksOf(sizes, 3, 20)
      .flat()
      .flatMap((mask) => [...mask]);
    expect(draws).toHaveLength(20 * 2 * B * T * 2 * H);
    const share = draws.filter((x) => x === 0).length / draws.length;
    // five standard deviations: 5·√(p·(1 − p)/n) = 0.032
    expect(Math.abs(share - P)).toBeLessThan(0.033);
  });
});

it("drops nothing outside training", () => {
  const options: RnnOptions = { cell: "gru", inputSize: I, hiddenSize: H, outputSize: 4, layers: 2, seed: 5 };
  const [a, b] = [new Rnn({ ...options, dropout: 0.9 }), new Rnn(options)];
  const batch = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };
  expect(a.forward(batch)).toEqual(b.forward(batch));
  expect(a.evaluate(batch)).toEqual(b.evaluate(batch));
  const outputsGradient = dense(new Float32Array(3 * H).fill(1), [1, 3, H]);
  expect(a.backward({ inputs: batch.inputs, outputsGradient })).toEqual(
    b.backward({ inputs: batch.inputs, outputsGradient }),
  );
  const [one, other] = [a.session(), b.session()];
  expect(one.step(3)).toEqual(other.step(3));
  expect(a.gradients(batch).loss).not.toBe(b.gradients(batch).loss);
  a.free();
  b.free();
});

it("a step that fails drops the same again", () => {
  const options: RnnOptions = {
    cell: "lstm",
    inputSize: I,
    hiddenSize: H,
    outputSize: 4,
    layers: 2,
    dropout: 0.5,
  };
  const [a, b] = [new Rnn(options), new Rnn(options)];
  const batch = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };
  const [adam, other] = [new Adam(), new Adam()];
  expect(() => a.trainStep({ ...batch, targets: [[1, 2, 4]] }, adam)).toThrow(RangeError);
  for (let step = 0; step < 3; step++) expect(a.trainStep(batch, adam)).toEqual(b.trainStep(batch, other));
  a.free();
  b.free();
});
