/** Tests a bad batch among good ones: the error gives its index. */

import { fit, Rnn, type Batch, type Batches, type CheckError, type FitOptions } from "bptt";
import { expect, it } from "vitest";

const GOOD: Batch = { inputs: [[0, 1, 2]], targets: [[1, 2, 0]] };
const BAD: Batch = { inputs: [[0, 1, 9]], targets: [[1, 2, 0]] };

async function pathOf(batches: Batches, options: FitOptions): Promise<CheckError["path"]> {
  const rnn = new Rnn({ cell: "tanh", inputSize: 3, hiddenSize: 3 });
  try {
    await fit(rnn, batches, options);
  } catch (error) {
    return (error as CheckError).path;
  } finally {
    rnn.free();
  }
  throw new Error("the run accepted the batch");
}

it.each<[string, Batches, FitOptions, CheckError["path"]]>([
  ["an id", [GOOD, GOOD, BAD], { epochs: 1 }, ["batches", 2, "inputs", 0, 2]],
  [
    "an id of a function's batches",
    (epoch) => [GOOD, epoch === 2 ? BAD : GOOD],
    { epochs: 2 },
    ["batches(2)", 1, "inputs", 0, 2],
  ],
  ["a number", [GOOD, 5 as never], { epochs: 1 }, ["batches", 1]],
  ["nothing", [GOOD, undefined as never], { epochs: 1 }, ["batches", 1]],
  ["a validation batch", [GOOD], { epochs: 1, validation: [GOOD, BAD] }, ["validation", 1, "inputs", 0, 2]],
])("%s", async (_, batches, options, path) => {
  expect(await pathOf(batches, options)).toEqual(path);
});
