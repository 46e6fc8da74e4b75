/** Starts the run of a task, on this thread or in a worker. */

import { eventLoop } from "../fit/event-loop.js";
import { readFitOptions, type FitConfig, type FitOptions } from "../fit/fit-options.js";
import type { Run } from "../fit/run.js";
import { startRun } from "../fit/start-run.js";
import type { Rnn } from "../rnn/rnn.js";
import { startRemoteRun } from "./remote-run.js";
import type { Task } from "./task.js";
import type { WorkerOptions } from "./worker-options.js";

/** A task with its data, and the options that its plan does not decide. */
export interface TaskRun<Data, Checkpoint> {
  readonly task: Task<Data>;
  readonly data: Data;
  readonly options: Omit<Partial<FitOptions>, "snapshot">;
  readonly snapshot: FitConfig<Checkpoint>["snapshot"];
  /** Undefined for a run on this thread. */
  readonly worker: WorkerOptions | undefined;
}

/** Starts the run of a task. */
export function runTask<Data, Checkpoint>(
  rnn: Rnn,
  { task, data, options, snapshot, worker }: TaskRun<Data, Checkpoint>,
): Run<Checkpoint> {
  const { batches, options: planned, ownOptimizer } = task.plan(rnn, data);
  const read = readFitOptions(batches, { ...planned, ...options });
  const { training } = read;
  const optimizer = training.ownOptimizer && ownOptimizer ? ownOptimizer : training.optimizer;
  const config = { ...read, training: { ...training, optimizer }, snapshot };
  if (worker === undefined) return startRun(rnn, config, eventLoop);
  const job = { task: task.name, data };
  return startRemoteRun(rnn, config, { job, transfer: task.transfer(data) }, worker);
}
