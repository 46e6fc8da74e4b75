/** The public `fit`: trains a network on batches, in slices that leave the event loop its turn. */

import { merge, objectWith, pick } from "../base/options.js";
import type { Batches } from "../fit/batch-iterator.js";
import { eventLoop } from "../fit/event-loop.js";
import { FIT, readFitOptions, type FitOptions, type RunCheckpoint } from "../fit/fit-options.js";
import type { Run } from "../fit/run.js";
import { startRun } from "../fit/start-run.js";
import type { Rnn } from "../rnn/rnn.js";
import { batchesTask, batchesTaskData } from "./batches-task.js";
import { startRemoteRun } from "./remote-run.js";
import {
  expectWork,
  readWorkerOptions,
  RUNS_IN_WORKER,
  SHARDS_OF_SEVERAL,
  type RunsInWorker,
} from "./worker-options.js";

const FIT_OR_WORKER = /* @__PURE__ */ merge(FIT, RUNS_IN_WORKER);

/**
 * Trains a network on batches. Returns at once; the work begins with the next macrotask and is done on this thread, in
 * slices of about 10 ms (or one step, where that takes longer), so that timers, input and drawing have their turn.
 *
 * While it runs, everything that only reads the network sees the state after the last finished step; what would change
 * it (`trainStep`, `applyGradients`, `setParameters`, `free`, another `fit`) is an error with code `BUSY`. A loss or
 * gradient that is not finite ends the run with `stopped: "diverged"` and the last good weights.
 *
 * The clock decides when things are done and how reports read, never what is computed: the same batches and options
 * give the same bits, but for what the time limit or a hand cuts short.
 *
 * @param rnn the network
 * @param batches any iterable of batches, sync or async, or a function that gives the one of an epoch (from 1)
 * @param options how long, how, and who is told
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
/** Trains it by a step of one's own, on batches of whatever kind that step takes. */
export function fit<B, Checkpoint = RunCheckpoint>(
  rnn: Rnn,
  batches: Batches<B>,
  options: FitOptions<Checkpoint, B> & Required<Pick<FitOptions<Checkpoint, B>, "trainStep">>,
): Run<Checkpoint>;
export function fit(rnn: Rnn, batches: unknown, options: object = {}): Run<unknown> {
  const given = objectWith(options, "options", FIT_OR_WORKER);
  const worker = readWorkerOptions(pick(given, RUNS_IN_WORKER));
  const own = pick(given, FIT) as FitOptions<unknown>;
  if (worker !== undefined && worker.count > 1) own.shards ??= SHARDS_OF_SEVERAL;
  const config = readFitOptions(batches, own);
  if (worker === undefined) return startRun(rnn, config, eventLoop);
  expectWork(worker, config.training.shards);
  const job = { task: batchesTask.name, data: batchesTaskData(batches, own) };
  return startRemoteRun(rnn, config, { job, transfer: [] }, worker);
}
