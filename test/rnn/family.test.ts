/** What every cell promises around its mathematics (which golden data and the f64 twin hold): sessions, carried states, freezing, learning. */

import { Adam, Rnn, type Cell, type ClassBatch, type RnnOptions, type State } from "bptt";
import { describe, expect, it } from "vitest";
import { partsOf } from "../support/library.js";
import { FAMILY, integers, seeded, uniform } from "../support/random.js";

/** Every cell, with one layer and with two. */
const OPTIONS = FAMILY.flatMap(({ cell, resetAfter }) =>
  [1, 2].map((layers): RnnOptions & { cell: Cell } => ({
    cell: cell!,
    ...(resetAfter !== undefined && { resetAfter }),
    layers,
    inputSize: 5,
    hiddenSize: 11,
    outputSize: 6,
    seed: 3,
  })),
);

const rows = [
  [0, 3, 1, 2, 2, 0, 1],
  [4, 4, 0, 1, 3, 2, 0],
];
const targets = [
  [3, 1, 2, 2, 0, 1, 5],
  [4, 0, 1, 3, 2, 0, 5],
];

/** A state that is not 0, of the network's form. */
function someState(rnn: Rnn, batch: number): State {
  const state = rnn.zeroState(batch);
  const { h, c } = partsOf(state);
  h.forEach((_, k) => (h[k] = (k % 7) / 8 - 0.375));
  c?.forEach((_, k) => (c[k] = (k % 5) / 2 - 1));
  return state;
}

describe.each(OPTIONS)("$cell, resetAfter $resetAfter, layers $layers", (options) => {
  it("a session gives the bits of forward, ids and features, and moves the whole state", () => {
    const rnn = new Rnn(options);
    const initialState = someState(rnn, 2);
    const first = rnn.session({ batch: 2, state: initialState });
    const { logits, state } = rnn.forward({ inputs: rows, initialState });
    const said = rows[0]!.map((_, t) => [...first.step(rows.map((row) => row[t]!)).data]);
    const want = rows[0]!.map((_, t) =>
      rows.flatMap((_, b) => [...logits.data.subarray((b * 7 + t) * 6, (b * 7 + t + 1) * 6)]),
    );
    expect(said).toEqual(want);
    expect(first.state()).toEqual(state);
    first.reset();
    expect(first.state()).toEqual(rnn.zeroState(2));
    first.reset({ state });
    expect(first.state()).toEqual(state);

    const features = uniform(seeded(1), 2 * 7 * 5);
    const dense = rnn.session({ batch: 2, dense: true });
    const whole = rnn.forward({ inputs: { data: features, shape: [2, 7, 5] } });
    for (let t = 0; t < 7; t++) {
      const { data } = dense.step([0, 1].map((b) => features.subarray((b * 7 + t) * 5, (b * 7 + t + 1) * 5)));
      for (const b of [0, 1]) {
        const at = (b * 7 + t) * 6;
        expect(data.slice(b * 6, b * 6 + 6)).toEqual(whole.logits.data.slice(at, at + 6));
      }
    }
    expect(dense.state()).toEqual(whole.state);
    rnn.free();
  });

  it("carryState continues from the whole state, after any other calls", () => {
    const [a, b] = [new Rnn(options), new Rnn(options)];
    const [adam, other] = [new Adam(), new Adam()];
    let initialState: State = b.zeroState(2);
    for (let step = 0; step < 4; step++) {
      const want = b.trainStep({ inputs: rows, targets, initialState }, other, { returnState: true });
      expect(a.trainStep({ inputs: rows, targets }, adam, { carryState: true, returnState: true })).toEqual(
        want,
      );
      a.evaluate({ inputs: [[1]], targets: [[1]], initialState: someState(a, 1) });
      initialState = want.state!;
    }
    expect(a.parameters).toEqual(b.parameters);
    a.free();
    b.free();
  });

  it("frozen parameters stay, and the norm does not count them", () => {
    const rnn = new Rnn(options);
    const twin = new Rnn(options);
    const [adam, other] = [new Adam({ weightDecay: 0.1 }), new Adam({ weightDecay: 0.1 })];
    const names = Object.keys(rnn.parameters);
    const frozen = names.filter((_, k) => k % 2 === 0);
    const free = names.filter((_, k) => k % 2 === 1);
    rnn.freeze(frozen);
    expect(rnn.frozen).toEqual(frozen);
    const before = rnn.parameters;
    const { gradients } = twin.gradients({ inputs: rows, targets });
    const own = Object.fromEntries(free.map((name) => [name, gradients[name]!]));
    const { gradientNorm } = twin.applyGradients(own, other);
    expect(rnn.trainStep({ inputs: rows, targets }, adam).gradientNorm).toBe(gradientNorm);
    expect(rnn.parameters).toEqual(twin.parameters);
    for (const name of frozen) expect(rnn.parameters[name]).toEqual(before[name]);

    // by any method
    rnn.gradients({ inputs: rows, targets }, { accumulate: true });
    rnn.applyGradients("accumulated", adam);
    rnn.applyGradients(gradients, adam);
    for (const name of frozen) expect(rnn.parameters[name]).toEqual(before[name]);
    rnn.unfreeze(frozen);
    rnn.trainStep({ inputs: rows, targets }, adam);
    for (const name of frozen) expect(rnn.parameters[name]).not.toEqual(before[name]);
    rnn.free();
    twin.free();
  });

  it("two halves accumulated are the whole batch: same sums, same update", () => {
    const [a, b] = [new Rnn(options), new Rnn(options)];
    const half = (row: number): ClassBatch => ({
      inputs: [rows[row]!],
      targets: [targets[row]!],
      weights: [new Array<number>(7).fill(0.5)],
      averageAcrossTimesteps: false,
      averageAcrossBatch: false,
      sumOverTimesteps: true,
      sumOverBatch: true,
    });
    for (const row of [0, 1]) a.gradients(half(row), { accumulate: true });
    const got = a.applyGradients("accumulated", new Adam(), { clipNorm: 1e6 });
    const want = b.trainStep({ inputs: rows, targets }, new Adam());
    // another order of summation
    expect(Math.abs(got.gradientNorm / want.gradientNorm - 1)).toBeLessThan(1e-5);
    expect(() => a.applyGradients("accumulated", new Adam())).toThrow(
      "expected accumulated gradients, received none",
    );
    a.free();
    b.free();
  });
});

describe("learning", () => {
  /** Rows of noise; the class to say at the end is the first id. */
  function recallBatch(random: () => number, B: number, T: number): ClassBatch {
    const data = integers(random, B * T, 4);
    return {
      inputs: { data, shape: [B, T] },
      targets: { data: data.map((_, k) => data[k - (k % T)]!), shape: [B, T] },
      weights: { data: Float32Array.from(data, (_, k) => (k % T === T - 1 ? 1 : 0)), shape: [B, T] },
    };
  }

  it.each(["gru", "lstm"] as const)(
    "%s recalls the first of 12 ids at the last step, trained by weights alone",
    (cell) => {
      const rnn = new Rnn({ cell, inputSize: 4, hiddenSize: 16, outputSize: 4, seed: 1 });
      const adam = new Adam({ learningRate: 0.01 });
      const random = seeded(5);
      for (let step = 0; step < 600; step++)
        rnn.trainStep(recallBatch(random, 32, 12), adam, { clipNorm: 1 });
      const { accuracy } = rnn.evaluate(recallBatch(random, 200, 12));
      expect(accuracy).toBeGreaterThan(0.99);
      rnn.free();
    },
  );

  it("two directions know what comes later, one does not", () => {
    // the class at each step is the next id: only the reverse direction has seen it
    const accuracy = (bidirectional: boolean): number => {
      const rnn = new Rnn({
        cell: "gru",
        inputSize: 4,
        hiddenSize: 12,
        outputSize: 4,
        bidirectional,
        seed: 2,
      });
      const adam = new Adam({ learningRate: 0.02 });
      const random = seeded(6);
      const batch = (): ClassBatch => {
        const data = integers(random, 16 * 9, 4);
        const part = (from: number) =>
          Array.from({ length: 16 }, (_, b) => data.subarray(b * 9 + from, b * 9 + from + 8));
        return {
          inputs: part(0),
          targets: part(1),
          sequenceLengths: Array.from({ length: 16 }, () => 8),
          weights: Array.from({ length: 16 }, () => [1, 1, 1, 1, 1, 1, 1, 0]),
        };
      };
      for (let step = 0; step < 300; step++) rnn.trainStep(batch(), adam);
      const { accuracy } = rnn.evaluate(batch());
      rnn.free();
      return accuracy;
    };
    expect(accuracy(true)).toBeGreaterThan(0.99);
    expect(accuracy(false)).toBeLessThan(0.6);
  });

  it("regression: a wave's next value, by an lstm of two layers with dropout", () => {
    const wave = (from: number) =>
      Array.from({ length: 30 }, (_, t) => [[0, 1, 0, -1, 0.5, -0.5][(from + t) % 6]!]);
    const rnn = new Rnn({
      cell: "lstm",
      inputSize: 1,
      hiddenSize: 16,
      outputSize: 1,
      layers: 2,
      dropout: 0.1,
      seed: 1,
    });
    const adam = new Adam({ learningRate: 0.01 });
    const inputs = [0, 2, 4].map((from) => wave(from));
    const wanted = [0, 2, 4].map((from) => wave(from + 1));
    const batch = { inputs, targets: wanted, loss: "meanSquaredError" } as const;
    const before = rnn.evaluate(batch);
    for (let step = 0; step < 400; step++) rnn.trainStep(batch, adam, { clipNorm: 1 });
    const after = rnn.evaluate(batch);
    expect(before.loss).toBeGreaterThan(0.3);
    expect(after.loss).toBeLessThan(0.03);
    expect(after.meanAbsoluteError).toBeLessThan(0.1);
    rnn.free();
  });
});

describe("trace", () => {
  /** ‖∂L/∂h_t‖ by t, of a loss at the last step alone. */
  function norms(rnn: Rnn, T: number): number[] {
    const H = rnn.hiddenSize;
    const weights = [Array.from({ length: T }, (_, t) => (t === T - 1 ? 1 : 0))];
    const batch = {
      inputs: [Array.from({ length: T }, (_, t) => t % 4)],
      targets: [new Array<number>(T).fill(1)],
      weights,
    };
    const { hiddenGradients } = rnn.gradients(batch, { trace: true }).trace!;
    return Array.from({ length: T }, (_, t) =>
      Math.hypot(...hiddenGradients.data.subarray(t * H, (t + 1) * H)),
    );
  }
  const sizes = { inputSize: 4, hiddenSize: 8, outputSize: 4, seed: 1 } as const;
  const scaled = (factor: number): number[] => {
    const rnn = new Rnn({ cell: "relu", ...sizes });
    // W_hh = factor·1 and a bias that keeps every unit awake: ∂h_T/∂h_t = factor^(T−t) exactly
    const w_hh_l0 = {
      data: Float32Array.from({ length: 64 }, (_, k) => (k % 9 === 0 ? factor : 0)),
      shape: [8, 8],
    };
    rnn.setParameters({ w_hh_l0, b_h_l0: new Float32Array(8).fill(10) });
    return norms(rnn, 20);
  };

  it("makes vanishing and exploding gradients visible: a factor of 1/2 and of 2 a step", () => {
    for (const factor of [0.5, 2]) {
      const got = scaled(factor);
      got.forEach((norm, t) => {
        const want = got[19]! * factor ** (19 - t);
        expect(Math.abs(norm / want - 1)).toBeLessThan(1e-6);
      });
    }
  });

  it("shows that an lstm remembers values that a tanh cell loses", () => {
    const reach = (rnn: Rnn): number => {
      const got = norms(rnn, 40);
      return got[0]! / got[39]!;
    };
    const tanh = reach(new Rnn({ cell: "tanh", ...sizes }));
    const lstm = reach(new Rnn({ cell: "lstm", forgetBias: 6, ...sizes }));
    expect(tanh).toBeLessThan(1e-3);
    expect(lstm).toBeGreaterThan(10 * tanh);
  });

  it("has the outputs for the last layer's hidden states, zeros past a length, and an lstm's cells", () => {
    const rnn = new Rnn({ cell: "lstm", inputSize: 4, hiddenSize: 3, layers: 2, bidirectional: true });
    const batch = { inputs: [[0, 1, 2], [3, 0, 0]], targets: [[0, 1, 2], [0, 0, 0]], sequenceLengths: [3, 1] }; // prettier-ignore
    const { trace } = rnn.gradients(batch, { trace: true });
    const { hidden, gates, cells, hiddenGradients } = trace!;
    expect([hidden.shape, gates.shape, cells!.shape, hiddenGradients.shape]).toEqual([[3, 4, 2, 3], [3, 4, 2, 12], [3, 4, 2, 3], [3, 4, 2, 3]]); // prettier-ignore
    const { outputs } = rnn.forward(batch);
    for (const [b, t] of [
      [0, 0],
      [0, 2],
      [1, 0],
      [1, 2],
    ] as const) {
      for (const d of [0, 1]) {
        const from = ((t * 4 + 2 + d) * 2 + b) * 3;
        const at = (b * 3 + t) * 6 + d * 3;
        expect(hidden.data.slice(from, from + 3)).toEqual(outputs.data.slice(at, at + 3));
        // h = o·tanh(c)
        for (let h = 0; h < 3; h++) {
          const o = gates.data[((t * 4 + 2 + d) * 2 + b) * 12 + 9 + h]!;
          expect(hidden.data[from + h]).toBeCloseTo(o * Math.tanh(cells!.data[from + h]!), 6);
        }
      }
    }
    expect(rnn.gradients(batch)).not.toHaveProperty("trace");
    rnn.free();
  });
});
