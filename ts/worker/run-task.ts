/** Starts the run of a task, on this thread or in a worker. */

import { eventLoop } from "../fit/event-loop.js";
import { readFitOptions, type FitOptions } from "../fit/fit-options.js";
import type { Run } from "../fit/run.js";
import { startRun } from "../fit/start-run.js";
import type { Rnn } from "../rnn/rnn.js";
import { startRemoteRun } from "./remote-run.js";
import type { Task } from "./task.js";
import type { WorkerOptions } from "./worker-options.js";

/**
 * Starts a run of `task` on `data`: in a worker if `worker` is given, on this thread otherwise.
 *
 * @param options options of the run that the plan of the task does not decide
 */
export function runTask<Data, Checkpoint>(
  rnn: Rnn,
  task: Task<Data>,
  data: Data,
  options: Partial<FitOptions<Checkpoint>>,
  worker: WorkerOptions | undefined,
): Run<Checkpoint> {
  const plan = task.plan(rnn, data);
  const config = readFitOptions<Checkpoint>(plan.batches, { ...plan.options, ...options });
  if (worker === undefined) return startRun(rnn, config, eventLoop);
  const job = { task: task.name, data };
  return startRemoteRun(rnn, config, { job, transfer: task.transfer(data) }, worker);
}
