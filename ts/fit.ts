/**
 * `fit`: trains a network on batches, in slices between which the event loop has its turn. The thin front of ts/run:
 * checks the arguments, takes the network, and puts the parts of a run together.
 */

import { CLAIM, type Claim } from "./claim.js";
import { expected } from "./check.js";
import type { Rnn } from "./rnn.js";
import { Control } from "./run/control.js";
import { Engine } from "./run/engine.js";
import { eventLoop, type EventLoop } from "./run/event-loop.js";
import { readFitOptions, type FitConfig, type FitOptions, type RunCheckpoint } from "./run/fit-options.js";
import type { Batches } from "./run/pass.js";
import { Reports } from "./run/reports.js";
import type { RunResult } from "./run/run-result.js";
import type { RunState } from "./run/run-state.js";
import { Run, type Driver } from "./run/run.js";
import { Trainee, type Training } from "./run/trainee.js";
import type { ParameterValues } from "./parameters.js";

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
  options?: FitOptions<Checkpoint>,
): Run<Checkpoint>;
/** Trains it by a step of one's own, on batches of whatever kind that step takes. */
export function fit<B, Checkpoint = RunCheckpoint>(
  rnn: Rnn,
  batches: Batches<B>,
  options: FitOptions<Checkpoint, B> & Required<Pick<FitOptions<Checkpoint, B>, "trainStep">>,
): Run<Checkpoint>;
export function fit<Checkpoint>(rnn: Rnn, batches: unknown, options: object = {}): Run<Checkpoint> {
  return startRun(rnn, readFitOptions<Checkpoint>(batches, options), eventLoop);
}

/** The run of checked options, on an event loop of one's choice. */
export function startRun<Checkpoint>(
  rnn: Rnn,
  config: FitConfig<Checkpoint>,
  loop: () => EventLoop,
): Run<Checkpoint> {
  const { claim, training, state } = takeNetwork(rnn, config);
  const plain = (state: RunState): RunCheckpoint => ({
    state,
    parameters: claim.parameters(),
    optimizer: trainee.optimizer,
  });
  const snapshot = (): Checkpoint => {
    const { state } = engine;
    const checkpoint = () => plain(state);
    return config.snapshot ? config.snapshot(state, checkpoint) : (checkpoint() as never); // the type is what the caller says, or this
  };
  const reports = new Reports();
  const trainee = new Trainee(claim, training);
  const control = new Control(config.signal, () => engine.heed());
  let ending!: { resolve: (result: RunResult) => void; reject: (reason: unknown) => void };
  const done = new Promise<RunResult>((resolve, reject) => (ending = { resolve, reject }));
  const engine = new Engine({ ...config, trainee, reports, eventLoop: loop() }, state, control, ending);
  const driver: Driver<Checkpoint> = {
    done,
    reports,
    get paused() {
      return control.paused;
    },
    pause: () => control.pause(),
    resume: () => control.resume(),
    stop: () => control.stop(),
    checkpoint: () =>
      new Promise((resolve, reject) => {
        engine.between(() => {
          try {
            resolve(snapshot());
          } catch (error) {
            reject(error);
          }
        });
      }),
    snapshot,
  };
  engine.start();
  return new Run(driver);
}

/** A network in a run's hands, ready to go on from `state`. */
export interface Taken {
  readonly claim: Claim;
  readonly training: Training;
  readonly state: RunState;
}

/** Takes a network for a run. */
export function takeNetwork(rnn: Rnn, config: FitConfig<unknown>): Taken {
  const claim = takeClaim(rnn);
  try {
    const training = prepare(claim, config);
    const { dropoutStep } = claim;
    return { claim, training, state: { ...config.state, parameters: null, dropoutStep } }; // the network has them again
  } catch (error) {
    claim.release();
    throw error;
  }
}

function takeClaim(rnn: unknown): Claim {
  if (typeof rnn === "object" && rnn !== null && CLAIM in rnn) return (rnn as Rnn)[CLAIM]();
  throw new TypeError(expected("rnn", "a network (new Rnn(…))", rnn));
}

/**
 * What of the options only the network can check, and what of the run to resume has to be put into it: weights and
 * moments, and how far dropout's draws have come. All or nothing.
 */
function prepare(claim: Claim, { training, state, resumes, checkpoint }: FitConfig<unknown>): Training {
  claim.checkOptimizer(training.optimizer);
  const { best } = state;
  const parameters = state.parameters ?? checkpoint?.parameters;
  const present = claim.copyWeights();
  try {
    if (best) claim.setParameters(best.parameters); // to see now that they fit
    claim.writeWeights(present);
    if (checkpoint || state.parameters) claim.setParameters(parameters as ParameterValues);
    const own = training.ownOptimizer ? undefined : training.optimizer;
    const optimizer = checkpoint ? claim.restoreOptimizer(checkpoint.optimizer, own) : training.optimizer;
    if (resumes) claim.dropoutStep = state.dropoutStep;
    return { ...training, optimizer };
  } catch (error) {
    claim.writeWeights(present);
    throw error;
  }
}
