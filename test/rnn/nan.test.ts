/**
 * A network that has diverged must not look healthy: NaN comes out of everything it passes, in both builds. No minimum, maximum
 * or limit on the way (tanh's, the softmax's) may turn it into a number.
 */

import { Adam, Rnn, type Batch } from "bptt";
import { expect, it } from "vitest";
import { bits } from "../support/twins.js";

const batch: Batch = {
  inputs: [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
  ],
  targets: [
    [1, 2, 0, 4],
    [2, 0, 1, 3],
  ],
};
const allNaN = ({ data }: { data: Float32Array }) => data.length > 0 && data.every((x) => Number.isNaN(x));

// 11 is a whole block of the kernels and a rest
const make = (outputSize?: number) =>
  new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 11, seed: 1, ...(outputSize && { outputSize }) });

interface Internals {
  readonly table: readonly { name: string; offset: number; length: number }[];
  copyWeights(): Float32Array;
  writeWeights(weights: Float32Array): void;
  release(): void;
}

/** Makes a parameter infinite. No public call does: updates and files with infinite weights are refused. */
function diverge(rnn: Rnn, name: string): Adam {
  const internals = rnn as unknown as Record<symbol, unknown>;
  const { table } = internals[Symbol.for("bptt.network")] as Internals;
  const locked = (internals[Symbol.for("bptt.lock")] as () => Internals).call(rnn);
  const weights = locked.copyWeights();
  const { offset, length } = table.find((parameter) => parameter.name === name)!;
  for (let i = offset; i < offset + length; i++) weights[i] = weights[i]! < 0 ? -Infinity : Infinity;
  locked.writeWeights(weights);
  locked.release();
  expect(rnn.parameters[name]!.data.every((x) => Math.abs(x) === Infinity)).toBe(true);
  return new Adam();
}

it.each([undefined, 5])(
  "recurrent weights of infinity: 0 · ∞ in every state, output layer of %s",
  (outputSize) => {
    const rnn = make(outputSize);
    const adam = diverge(rnn, "w_hh_l0");
    const before = Object.values(rnn.parameters).map(({ data }) => bits(data));
    const { outputs, logits, state } = rnn.forward(batch);
    for (const tensor of [outputs, logits, state]) expect(allNaN(tensor)).toBe(true);
    const session = rnn.session({ batch: 2 });
    expect(allNaN(session.step([0, 1]))).toBe(true);
    expect(rnn.evaluate(batch).loss).toBeNaN();
    expect(() => rnn.trainStep(batch, adam)).toThrow(expect.objectContaining({ code: "NOT_FINITE" }));
    expect(Object.values(rnn.parameters).map(({ data }) => bits(data))).toEqual(before);
    rnn.free();
  },
);

it("an output layer of infinity: the states are sound, no loss and no gradient is", () => {
  const rnn = make(5);
  const adam = diverge(rnn, "w_ho");
  const { outputs, logits } = rnn.forward(batch);
  expect(outputs.data.every((x) => Math.abs(x) <= 1)).toBe(true);
  expect(logits.data.some((x) => Number.isFinite(x))).toBe(false);
  expect(rnn.evaluate(batch).loss).toBeNaN();
  const { loss, gradients } = rnn.gradients(batch);
  expect(loss).toBeNaN();
  for (const name of ["w_ho", "b_o", "w_hh_l0"]) expect(allNaN(gradients[name]!), name).toBe(true);
  expect(() => rnn.trainStep(batch, adam)).toThrow(expect.objectContaining({ code: "NOT_FINITE" }));
  rnn.free();
});
