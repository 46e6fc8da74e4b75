/** Starts a run: locks the network, restores a checkpoint and connects the parts of the engine. */

import { at, typeError } from "../base/errors.js";
import { show } from "../base/show.js";
import { LOCK, type LockedNetwork } from "../rnn/locked-network.js";
import type { Rnn } from "../rnn/rnn.js";
import { Control } from "./control.js";
import { Engine } from "./engine.js";
import type { EventLoop } from "./event-loop.js";
import { statePath, type FitConfig, type RunCheckpoint } from "./fit-options.js";
import { startWhenFree } from "./queued-run.js";
import type { Reports } from "./reports.js";
import type { RunResult } from "./run-result.js";
import { copyRunState, type RunState } from "./run-state.js";
import type { Driver, Run } from "./run.js";
import { localPool } from "./shard-pool.js";
import { Trainer, type Training } from "./trainer.js";
import type { ParameterValues } from "../data/parameters.js";

/** Starts a run with checked options. Tests pass their own event loop. */
export function startRun<Checkpoint>(
  rnn: Rnn,
  config: FitConfig<Checkpoint>,
  loop: () => EventLoop,
): Run<Checkpoint> {
  return startWhenFree(rnn, config, (reports) => {
    const taken = takeNetwork(rnn, config);
    const eventLoop = loop();
    try {
      return driver(taken, config, eventLoop, reports);
    } catch (error) {
      eventLoop.close();
      taken.network.release();
      throw error;
    }
  });
}

function driver<Checkpoint>(
  { network, training, state }: Taken,
  config: FitConfig<Checkpoint>,
  eventLoop: EventLoop,
  reports: Reports,
): Driver<Checkpoint> {
  const plain = (state: RunState): RunCheckpoint => ({
    state,
    parameters: network.parameters(),
    optimizer: trainer.optimizer,
  });
  const snapshot = (): Checkpoint => {
    const state = copyRunState(engine.state);
    return config.snapshot(state, () => plain(state));
  };
  const trainer = new Trainer(network, training, (config.pool ?? localPool)(network));
  const control = new Control(config.signal, () => engine.heed());
  let ending!: { resolve: (result: RunResult) => void; reject: (reason: unknown) => void };
  const done = new Promise<RunResult>((resolve, reject) => (ending = { resolve, reject }));
  const engine = new Engine({ ...config, trainer, reports, eventLoop }, state, control, ending);
  engine.start();
  return {
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
}

/** A network that a run has locked, ready to continue from `state`. */
export interface Taken {
  readonly network: LockedNetwork;
  readonly training: Training;
  readonly state: RunState;
}

/** Locks a network for a run. */
export function takeNetwork(rnn: Rnn, config: FitConfig<unknown>): Taken {
  const network = lockNetwork(rnn);
  try {
    const training = prepare(network, config);
    const { dropoutStep } = network;
    return { network, training, state: { ...config.state, parameters: null, dropoutStep } }; // the network has these parameters again, so the state drops them
  } catch (error) {
    network.release();
    throw error;
  }
}

function lockNetwork(rnn: unknown): LockedNetwork {
  if (typeof rnn === "object" && rnn !== null && LOCK in rnn) return (rnn as Rnn)[LOCK]();
  throw typeError("rnn", "a network (new Rnn(…))", show(rnn));
}

/**
 * Checks the options that only the network can check, and restores the run to resume: weights, moments, and
 * the position in dropout's random numbers. An error changes nothing.
 */
function prepare(
  network: LockedNetwork,
  { training, state, resumes, checkpoint }: FitConfig<unknown>,
): Training {
  network.checkOptimizer(training.optimizer);
  const { best } = state;
  const parameters = state.parameters ?? checkpoint?.parameters;
  const from = statePath(checkpoint);
  const parametersPath = state.parameters ? at(from, "parameters") : at("resumeFrom", "parameters");
  const present = network.copyWeights();
  try {
    if (best) network.setParameters(best.parameters, at(from, "best", "parameters")); // checks now that they fit
    network.writeWeights(present);
    if (checkpoint || state.parameters) network.setParameters(parameters as ParameterValues, parametersPath);
    const own = training.ownOptimizer ? undefined : training.optimizer;
    const optimizer = checkpoint
      ? network.restoreOptimizer(checkpoint.optimizer, own, at("resumeFrom", "optimizer"))
      : training.optimizer;
    if (resumes) network.dropoutStep = state.dropoutStep;
    return { ...training, optimizer };
  } catch (error) {
    network.writeWeights(present);
    throw error;
  }
}
