/**
 * Compares `sequenceLoss`, and the loss that networks train on, with TensorFlow 1.15.5's sequence_loss in
 * float32.
 */
import { describe, expect, it } from "vitest";
import { Rnn, sequenceLoss } from "bptt";
import tfSequenceLoss from "../golden/tf_sequence_loss.json";
import { expectClose, expectNear } from "../support/compare.js";
import { f32, flagsOf, type SequenceLossFile } from "../support/golden.js";
import { dense, ids } from "../support/library.js";
import { LOSS } from "../support/tolerance.js";

const FILE = tfSequenceLoss as unknown as SequenceLossFile;
const { B, T, V } = FILE;
const CASES = FILE.cases.map((c) => {
  const set = FILE.sets[c.set]!;
  const flags = flagsOf(c.flags);
  const raised = Object.entries(flags).filter(([, on]) => on);
  return { ...c, ...set, flags, name: `${c.set}: ${raised.map(([name]) => name).join(" + ") || "no flag"}` };
});
const SCALAR = CASES.filter((c) => c.loss.shape.length === 0);
const TARGETS = ids(FILE.targets.data, [B, T]);

it("has 8 sets under 7 combinations of flags, 2 of which give a scalar", () => {
  expect(CASES).toHaveLength(56);
  expect(new Set(CASES.map(({ name }) => name)).size).toBe(56);
  expect(SCALAR).toHaveLength(16);
});

describe("sequenceLoss", () => {
  it.each(CASES)("$name", ({ logits, weights, flags, loss }) => {
    const options = { weights: dense(weights.data, [B, T]), ...flags };
    const got: unknown = sequenceLoss(dense(logits.data, [B, T, V]), TARGETS, options);
    if (loss.shape.length === 0) {
      expectNear("loss", got as number, f32(loss)[0]!, allowed(weights.data));
    } else {
      const tensor = got as { data: Float32Array; shape: number[] };
      expect(tensor.shape).toEqual(loss.shape);
      expectClose("loss", tensor.data, f32(loss), allowed(weights.data));
    }
  });

  it("averages over both axes with equal weights of all steps by default", () => {
    const ones = CASES.find(({ name }) => name === "ones: averageAcrossTimesteps + averageAcrossBatch")!;
    const got = sequenceLoss(dense(ones.logits.data, [B, T, V]), TARGETS);
    expectNear("loss", got, f32(ones.loss)[0]!, LOSS);
  });

  it("refuses the seven combinations that TensorFlow refuses and the two that it misreads", () => {
    const illegal = [...FILE.raises_ValueError, ...FILE.accepted_by_1_15_but_ambiguous];
    expect(illegal).toHaveLength(9);
    for (const { flags } of illegal) {
      const call = (): unknown =>
        sequenceLoss(dense(FILE.sets["ones"]!.logits.data, [B, T, V]), TARGETS, flagsOf(flags));
      expect(call, JSON.stringify(flags)).toThrow(RangeError);
    }
  });
});

/**
 * Returns a tolerance that is only relative if the weights are tiny, because an absolute one would accept a
 * loss of 0.
 */
function allowed(weights: readonly number[]): typeof LOSS {
  return Math.max(...weights) < 1e-6 ? { relative: LOSS.relative! } : LOSS;
}

/**
 * The training loss sees the same logits when a network makes them: one id for each (b, t), no recurrence, and
 *   h = tanh(w_ih[id]) = logits/512,   logits = h·512·I.
 * Powers of two are exact, so only atanh, tanh and their rounding differ: about 4e-7 of each logit.
 */
const SCALE = 512;

function networkOf(logits: ArrayLike<number>): Rnn {
  const rnn = new Rnn({ cell: "tanh", inputSize: B * T, hiddenSize: V, outputSize: V });
  const identity = Float32Array.from({ length: V * V }, (_, k) => (k % (V + 1) === 0 ? SCALE : 0));
  rnn.setParameters({
    w_ih_l0: dense(
      Array.from(logits, (x) => Math.atanh(x / SCALE)),
      [B * T, V],
    ),
    w_hh_l0: dense(new Float32Array(V * V), [V, V]),
    b_h_l0: new Float32Array(V),
    w_ho: dense(identity, [V, V]),
    b_o: new Float32Array(V),
  });
  return rnn;
}

describe("the loss of a network", () => {
  it.each(SCALAR)("$name", ({ logits, weights, flags, loss, gradient_of_sum_logits }) => {
    const scores = f32(logits);
    const rnn = networkOf(scores);
    try {
      const inputs = ids(
        Array.from({ length: B * T }, (_, k) => k),
        [B, T],
      );
      const batch = { inputs, targets: TARGETS, weights: dense(weights.data, [B, T]), ...flags };
      const want = f32(loss)[0]!;
      // Logits of up to 200, 4e-7 of each: 8e-5 of loss. Otherwise up to 6: below the usual allowance.
      const tolerance = { ...allowed(weights.data), ...(Math.max(...scores) > 100 && { absolute: 2e-4 }) };
      expectNear("evaluate", rnn.evaluate(batch).loss, want, tolerance);
      const { loss: got, gradients } = rnn.gradients(batch);
      expectNear("gradients", got, want, tolerance);

      // dw_ih[id] = SCALE·dlogits ⊙ (1 − h²), since each id occurs once
      const dlogits = gradients["w_ih_l0"]!.data.map((g, k) => g / (SCALE * (1 - (scores[k]! / SCALE) ** 2)));
      expectClose("dlogits", dlogits, f32(gradient_of_sum_logits), {
        relative: Math.max(...scores) > 100 ? 2e-4 : 1e-5,
      });
    } finally {
      rnn.free();
    }
  });

  it("must be one number: flags that leave an axis are refused, and so are contradictions", () => {
    const rnn = networkOf(f32(FILE.sets["ones"]!.logits));
    try {
      const batch = { inputs: ids(new Int32Array(B * T), [B, T]), targets: TARGETS };
      const one = new Map(
        CASES.filter((c) => c.loss.shape.length > 0).map((c) => [JSON.stringify(c.flags), c.flags]),
      );
      const illegal = [...FILE.raises_ValueError, ...FILE.accepted_by_1_15_but_ambiguous].map((c) =>
        flagsOf(c.flags),
      );
      const refused = [...one.values(), ...illegal];
      expect(refused).toHaveLength(5 + 9);
      for (const flags of refused) {
        expect(() => rnn.gradients({ ...batch, ...flags }), JSON.stringify(flags)).toThrow(RangeError);
        expect(() => rnn.evaluate({ ...batch, ...flags }), JSON.stringify(flags)).toThrow(RangeError);
      }
    } finally {
      rnn.free();
    }
  });
});
