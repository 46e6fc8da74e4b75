/** The task of `fit`: batches that the user has made, with the options of the run. */

import { record } from "../base/check.js";
import { typeError } from "../base/errors.js";
import { show } from "../base/show.js";
import type { Batch } from "../data/batch.js";
import type { FitOptions } from "../fit/fit-options.js";
import type { Task } from "./task.js";

/** Options that decide a run and can be sent to a worker. */
const SENT = [
  "epochs",
  "steps",
  "learningRate",
  "clipNorm",
  "carryState",
  "shards",
  "validation",
  "validateEvery",
  "patience",
  "stepsPerEpoch",
] as const satisfies readonly (keyof FitOptions)[];

type Sent = Pick<FitOptions, (typeof SENT)[number]>;

/** The data of a run on batches. */
interface BatchesTaskData {
  readonly batches: readonly Batch[];
  readonly options: Sent;
}

/** Trains a network on batches. */
export const batchesTask: Task<BatchesTaskData> = {
  name: "batches",
  read: (data) => record(data, "job.data") as BatchesTaskData,
  plan: (_rnn, { batches, options }) => ({ batches, options }),
  transfer: () => [],
};

/** The data of a run, if it can be sent to a worker. */
export function batchesTaskData(batches: unknown, options: FitOptions<unknown>): BatchesTaskData {
  const sent: Record<string, unknown> = {};
  for (const name of SENT) if (options[name] !== undefined) sent[name] = options[name];
  for (const name of ["trainStep", "evaluate"] as const) {
    if (options[name] !== undefined) throw typeError(name, "no function for a run in a worker", "a function");
  }
  const { validation } = options;
  if (validation !== undefined) expectArray(validation, "validation");
  const array = expectArray(batches, "batches");
  return { batches: array, options: { stepsPerEpoch: array.length, ...sent } };
}

function expectArray(value: unknown, path: string): readonly Batch[] {
  if (Array.isArray(value)) return value as readonly Batch[];
  throw typeError(path, "an array of batches for a run in a worker", show(value), {
    hint: "functions and generators cannot be sent to a worker",
  });
}
