/**
 * A run on a network whose previous run was stopped but must still finish its last step in a worker. It waits
 * for that step and then starts. Until then it can be paused and stopped, and the network can be read.
 */

import { exportOptimizerState } from "../rnn/optimizer-state.js";
import { NETWORK } from "../rnn/network.js";
import type { PendingLastStep } from "../rnn/lock.js";
import type { Rnn } from "../rnn/rnn.js";
import { Control } from "./control.js";
import type { FitConfig, RunCheckpoint } from "./fit-options.js";
import { Reports } from "./reports.js";
import { endRun, type RunResult } from "./run-result.js";
import { copyRunState, type RunState, type Stopped } from "./run-state.js";
import { Run, type Driver } from "./run.js";

/** Starts a run and returns its driver. */
export type StartDriver<Checkpoint> = (reports: Reports) => Driver<Checkpoint>;

/** Starts a run at once, or as soon as the stopped run has ended. */
export function startWhenFree<Checkpoint>(
  rnn: Rnn,
  config: FitConfig<Checkpoint>,
  start: StartDriver<Checkpoint>,
): Run<Checkpoint> {
  const network = NETWORK in Object(rnn) ? rnn[NETWORK] : undefined;
  const ending = network?.lock.ending;
  return new Run(ending ? new QueuedRun(rnn, config, start, ending) : start(new Reports()));
}

class QueuedRun<Checkpoint> implements Driver<Checkpoint> {
  readonly done: Promise<RunResult>;
  readonly reports = new Reports();
  readonly #rnn: Rnn;
  readonly #config: FitConfig<Checkpoint>;
  readonly #control: Control;
  #driver: Driver<Checkpoint> | undefined; // the driver of the run once it has started
  #state: RunState;
  #resolve!: (result: RunResult | Promise<RunResult>) => void;
  #reject!: (reason: unknown) => void;
  #settled = false;
  readonly #started: Promise<void>;

  constructor(
    rnn: Rnn,
    config: FitConfig<Checkpoint>,
    start: StartDriver<Checkpoint>,
    { ended }: PendingLastStep,
  ) {
    const { lock } = rnn[NETWORK];
    lock.reserve("fit");
    this.#rnn = rnn;
    this.#config = config;
    this.#state = config.state;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    try {
      this.#control = new Control(config.signal, () => this.#heed());
    } catch (error) {
      lock.cancelReservation();
      throw error;
    }
    this.#started = ended.then(() => this.#start(start));
    this.#heed();
  }

  get paused(): boolean {
    return this.#driver?.paused ?? this.#control.paused;
  }

  pause(): void {
    (this.#driver ?? this.#control).pause();
  }

  resume(): void {
    (this.#driver ?? this.#control).resume();
  }

  stop(): void {
    (this.#driver ?? this.#control).stop();
  }

  async checkpoint(): Promise<Checkpoint> {
    if (!this.#settled) await this.#started;
    return this.#driver ? this.#driver.checkpoint() : this.snapshot();
  }

  snapshot(): Checkpoint {
    if (this.#driver) return this.#driver.snapshot();
    const { checkpoint, training, snapshot } = this.#config;
    const state = copyRunState(this.#state);
    const network = this.#rnn[NETWORK];
    return snapshot(state, () =>
      checkpoint
        ? ({ ...checkpoint, state } as RunCheckpoint) // as it was passed; it is checked when the run starts
        : {
            state,
            parameters: network.parameters,
            optimizer: exportOptimizerState(network, training.optimizer),
          },
    );
  }

  #start(start: StartDriver<Checkpoint>): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#rnn[NETWORK].lock.cancelReservation();
    this.#control.close();
    try {
      this.#driver = start(this.reports);
      if (this.#control.paused) this.#driver.pause();
      this.#resolve(this.#driver.done);
    } catch (reason) {
      this.reports.end({ reason });
      this.#reject(reason);
    }
  }

  /** Ends a run that was stopped before it has started. It has changed nothing. */
  #heed(): void {
    const { end } = this.#control;
    if (end !== undefined && !this.#settled) this.#finish(end);
  }

  #finish(stopped: Stopped): void {
    this.#settled = true;
    this.#control.close();
    this.#rnn[NETWORK].lock.cancelReservation();
    this.#state = { ...this.#state, stopped };
    this.reports.end();
    this.#resolve(endRun(this.#state, { stopped, keptStep: this.#state.step, warnings: [], seconds: 0 }));
  }
}
