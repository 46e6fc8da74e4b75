/**
 * Two equal networks, one of which receives bad input. After any error its next good step must give the same bits as
 * that of the other network.
 */

import { Adam, Rnn, type Cell, type ClassBatch, type RnnOptions, type Tensor } from "bptt";
import { partsOf } from "./library.js";
import { expect } from "vitest";

/** A network in the middle of its training: moments and carried state are not zero. */
export interface Trainee {
  readonly rnn: Rnn;
  readonly adam: Adam;
}

export const SIZES = {
  cell: "tanh",
  inputSize: 4,
  hiddenSize: 5,
  outputSize: 3,
  seed: 7,
} satisfies RnnOptions;

/** (2, 3) */
export const GOOD: ClassBatch = {
  inputs: [
    [0, 1, 2],
    [3, 2, 1],
  ],
  targets: [
    [1, 2, 0],
    [2, 0, 1],
  ],
};

/** Two networks after the same two steps. */
export function twins(options: RnnOptions<Cell> = SIZES): { subject: Trainee; twin: Trainee } {
  const [subject, twin] = [0, 1].map(() => {
    const trainee = { rnn: new Rnn(options), adam: new Adam({ learningRate: 0.05 }) };
    for (let step = 0; step < 2; step++)
      trainee.rnn.trainStep(GOOD, trainee.adam, { carryState: true, clipNorm: 1 });
    return trainee;
  });
  return { subject: subject!, twin: twin! };
}

/** Does the same good step with both and compares all there is, bit by bit. */
export function expectSameNextStep(subject: Trainee, twin: Trainee): void {
  const [got, want] = [subject, twin].map(({ rnn, adam }) => {
    const before = bitsOfAll(rnn.parameters);
    const result = rnn.trainStep(GOOD, adam, { carryState: true, returnState: true, clipNorm: 1 });
    const { loss, gradientNorm, state } = result;
    const { h, c } = partsOf(state!);
    const carried = { h: bits(h), c: c && bits(c) };
    return { before, loss, gradientNorm, carried, after: bitsOfAll(rnn.parameters) };
  });
  expect(got).toEqual(want);
}

/** The bits of floats, so that NaN and −0 compare as what they are. */
export function bits(data: Float32Array): number[] {
  return [...new Uint32Array(data.buffer, data.byteOffset, data.length)];
}

function bitsOfAll(tensors: Record<string, Tensor>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, bits(data)]));
}
