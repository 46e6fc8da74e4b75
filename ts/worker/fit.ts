/**
 * The public `fit`, which trains a network on batches in slices, so that the event loop can do other work in
 * between.
 */

import { withoutProxy } from "../base/inspectable.js";
import { merge, objectWith, pick } from "../base/options.js";
import type { Batches } from "../fit/batch-iterator.js";
import { eventLoop } from "../fit/event-loop.js";
import { FIT, readFitOptions, type FitOptions, type RunCheckpoint } from "../fit/fit-options.js";
import type { Run } from "../fit/run.js";
import { startRun } from "../fit/start-run.js";
import type { Rnn } from "../rnn/rnn.js";
import { batchesTask, batchesTaskData } from "./batches-task.js";
import { startRemoteRun } from "./remote-run.js";
import { readWorkerOptions, RUNS_IN_WORKER, SHARDS_OF_SEVERAL, type RunsInWorker } from "./worker-options.js";

const FIT_OR_WORKER = /* @__PURE__ */ merge(FIT, RUNS_IN_WORKER);

/**
 * Trains a network on batches. It returns at once. The work begins with the next macrotask and is done on
 * this thread in slices of about 10 ms (or one step, if that takes longer), so that timers, input and drawing
 * are not blocked.
 *
 * During the run, calls that only read the network see the state after the last finished step. Calls that
 * would change it (`trainStep`, `applyGradients`, `setParameters`, `free`, another `fit`) throw an error with
 * code `BUSY`. A loss or gradient that is not finite ends the run with `stopped: "diverged"` and the last
 * good weights.
 *
 * Defaults: 10 epochs (1 for batches that can be iterated only once), a new Adam with learning rate 0.002, and
 * gradients clipped to norm 1; no validation, no early stopping and no time limit. Losses are in nats for
 * cross-entropies, and times are in seconds. See {@link FitOptions} for all options.
 *
 * The clock decides when work is done and what reports say about time, never what is computed: the same
 * batches and options give the same bits, unless the time limit or a call ends the run early.
 *
 * @param rnn the network
 * @param batches any iterable of batches, sync or async, or a function that returns the iterable of an epoch
 *   (counted from 1)
 * @param options length of the run, optimizer, validation and listeners
 * @returns the run: a promise of its result and a stream of reports
 * @throws TypeError when an option is of the wrong kind or unknown
 * @throws RangeError when an option is out of its range
 * @throws BpttError `BUSY` when the network is in another run, `FREED`, `OPTIMIZER_BOUND`
 *
 * @example
 * import { fit, Rnn } from "bptt";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 8, outputSize: 4, seed: 1 });
 * const batches = [{ inputs: [[0, 1, 2]], targets: [[1, 2, 3]] }, { inputs: [[3, 2, 1]], targets: [[2, 1, 0]] }];
 * const run = fit(rnn, batches, { epochs: 100, learningRate: 0.02 });
 * for await (const { step, loss } of run) console.log(step, loss); // …
 * const { steps, stopped } = await run;
 * console.log(steps, stopped); // 200 finished
 */
export function fit<Checkpoint = RunCheckpoint>(
  rnn: Rnn,
  batches: Batches,
  options?: FitOptions<Checkpoint> & RunsInWorker,
): Run<Checkpoint>;
/** Trains a network by a custom step, on batches of the type that the step takes. */
export function fit<B, Checkpoint = RunCheckpoint>(
  rnn: Rnn,
  batches: Batches<B>,
  options: FitOptions<Checkpoint, B> & Required<Pick<FitOptions<Checkpoint, B>, "trainStep">>,
): Run<Checkpoint>;
export function fit(rnn: Rnn, batches: unknown, options: object = {}): Run<unknown> {
  const self = withoutProxy(rnn);
  const given = objectWith(options, "options", FIT_OR_WORKER);
  const worker = readWorkerOptions(pick(given, RUNS_IN_WORKER));
  const own = pick(given, FIT) as FitOptions<unknown>;
  if (worker !== undefined && worker.count > 1) own.shards ??= SHARDS_OF_SEVERAL;
  const config = readFitOptions(batches, own);
  if (worker === undefined) return startRun(self, config, eventLoop);
  const job = { task: batchesTask.name, data: batchesTaskData(batches, own) };
  return startRemoteRun(self, config, { job, transfer: [] }, worker);
}
