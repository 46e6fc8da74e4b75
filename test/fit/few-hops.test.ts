/** Counts the calls of an update from the loop of a run to the copying of its batch. */

import { fit, Rnn } from "bptt";
import { expect, test } from "vitest";

test("an update of a run passes at most 13 calls on its way to the batch", async () => {
  const rnn = new Rnn({ inputSize: 4, hiddenSize: 5, outputSize: 4 });
  let frames: string[] = [];
  const batch = {
    get inputs() {
      if (frames.length === 0) {
        const { stackTraceLimit } = Error;
        Error.stackTraceLimit = 100;
        frames = (new Error().stack ?? "").split("\n").slice(2); // without the message and this getter
        Error.stackTraceLimit = stackTraceLimit;
      }
      return [[0, 1, 2]];
    },
    targets: [[1, 2, 3]],
  };
  await fit(rnn, [batch], { steps: 1 });
  const loop = frames.findIndex((frame) => frame.includes("engine") && frame.includes("#go"));
  expect(loop).toBeGreaterThan(0);
  expect(loop + 1).toBeLessThanOrEqual(13);
});
