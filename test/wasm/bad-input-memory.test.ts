/** Networks used by the wrong hands or too late, and sizes that no memory holds. */

import { Rnn, sequenceLoss } from "bptt";
import { describe, expect, it } from "vitest";
import { any, check, withInputs } from "../support/bad-input.js";
import { expectSameNextStep, GOOD, SIZES, twins, type Trainee } from "../support/twins.js";

describe("ownership", () => {
  check([
    [
      "an optimizer of another network",
      ({ adam }) => {
        const other = new Rnn(SIZES);
        try {
          other.trainStep(GOOD, adam);
        } finally {
          other.free();
        }
      },
      "OPTIMIZER_BOUND",
      "optimizer: it belongs to another network, the first one that it updated",
    ],
    [
      "free from within its own data",
      ({ rnn, adam }) =>
        rnn.trainStep(
          {
            ...GOOD,
            get weights() {
              return rnn.free() as never;
            },
          },
          adam,
        ),
      "BUSY",
      "rnn.free: this network is reading its arguments; one of their getters called it",
    ],
    [
      "a step from within a step",
      ({ rnn, adam }) =>
        rnn.trainStep(
          {
            ...GOOD,
            get weights() {
              return rnn.trainStep(GOOD, adam) as never;
            },
          },
          adam,
        ),
      "BUSY",
      "rnn.trainStep: this network is reading its arguments; one of their getters called it",
    ],
    [
      "a network that was freed",
      () => {
        const other = new Rnn(SIZES);
        other.free();
        other.free();
        other.zeroState(1);
      },
      "FREED",
      "rnn.zeroState: this network has been freed",
    ],
  ]);
});

describe("sizes that do not fit", () => {
  /** An array that claims more rows than any memory holds. */
  const endless = (row: unknown): unknown =>
    new Proxy([row], { get: (_, key) => (key === "length" ? 2 ** 30 : row) });
  const make = (options: object) => () => new Rnn({ inputSize: 4, hiddenSize: 5, ...options });
  it.each<[string, (trainee: Trainee) => unknown, RegExp]>([
    ["hiddenSize 16 000", make({ hiddenSize: 16000 }), /^inputSize 4, hiddenSize 16000: .* \d{10,} bytes/],
    ["hiddenSize 30 000", make({ hiddenSize: 30000 }), /^inputSize 4, hiddenSize 30000: .* \d{10,} bytes/],
    ["hiddenSize 100 000", make({ hiddenSize: 100000 }), /^inputSize 4, hiddenSize 100000: .* \d{11,} bytes/],
    [
      "all sizes 2^30",
      make({ inputSize: 2 ** 30, hiddenSize: 2 ** 30, outputSize: 2 ** 30 }),
      /^inputSize 1073741824, hiddenSize 1073741824, outputSize 1073741824: .* \d{10,} bytes/,
    ],
    [
      "a batch of 2^30 rows",
      withInputs(endless([0, 1, 2])),
      /^a batch of 1073741824 rows of 3 steps: .* \d{10,} bytes/,
    ],
    ["2^30 steps", withInputs([endless(0)]), /^a batch of 1 rows of 1073741824 steps: .* \d{10,} bytes/],
    [
      "2^30 rows of 2^30 steps",
      withInputs(endless(endless(0))),
      /^a batch of 1073741824 rows of 1073741824 steps: .* \d{10,} bytes/,
    ],
    [
      "logits of 2^30 rows",
      () => sequenceLoss(any(endless([[0]])), any(endless([0]))),
      /^logits \(1073741824, 1, 1\): .* \d{10,} bytes/,
    ],
    [
      "a state of 2^30 rows",
      ({ rnn }) => rnn.zeroState(2 ** 30),
      /^zeroState: cannot allocate 21474836480 bytes/,
    ],
  ])("%s", (_, run, message) => {
    const { subject, twin } = twins();
    expect(() => run(subject)).toThrow(
      expect.objectContaining({ code: "OUT_OF_MEMORY", message: expect.stringMatching(message) }),
    );
    expectSameNextStep(subject, twin);
    subject.rnn.free();
    twin.rnn.free();
  });
});
