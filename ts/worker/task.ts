/**
 * The work of a run as data. A model contributes a task: a name and a function that turns data which can be sent to a
 * worker into the batches and options of a run. The same function runs on either thread, so both make the same batches.
 */

import type { Batch } from "../data/batch.js";
import type { FitOptions } from "../fit/fit-options.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { Rnn } from "../rnn/rnn.js";

/** The batches and options of a run. */
export interface FitPlan {
  /** The batches of every epoch, or a function that returns those of an epoch; epochs count from 1. */
  readonly batches: readonly Batch[] | ((epoch: number) => Iterable<Batch>);
  readonly options: Partial<FitOptions>;
  /** The run's own optimizer, if the user passes none. Default: Adam. */
  readonly ownOptimizer?: Optimizer;
}

/** A kind of run that a worker can host. */
export interface Task<Data = unknown> {
  /** Identifies the task in the worker. */
  readonly name: string;
  /** Returns the data of a job that was sent here. */
  read(data: unknown): Data;
  /** Returns the plan of a run of `rnn` on `data`. */
  plan(rnn: Rnn, data: Data): FitPlan;
  /** Returns the buffers of `data` that may be transferred to the worker instead of being copied. */
  transfer(data: Data): ArrayBuffer[];
}

/** A task with its data, as it is sent to a worker. */
export interface Job {
  readonly task: string;
  readonly data: unknown;
}
