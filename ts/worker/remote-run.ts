/**
 * The driver of a run in a worker: sends the network there, copies the snapshots that come back into the network of this
 * thread, and forwards what the holder of the run asks for. The network stays locked by the run as in any other run.
 * Readers see the newest snapshot.
 */

import type { LockedNetwork } from "../rnn/locked-network.js";
import { rnnOptions } from "../file/model-file.js";
import { takeNetwork } from "../fit/start-run.js";
import { NETWORK } from "../rnn/network.js";
import { optimizerState } from "../optim/optimizer.js";
import type { OptimizerSnapshot } from "../rnn/optimizer-state.js";
import type { Rnn } from "../rnn/rnn.js";
import { Control } from "../fit/control.js";
import type { FitConfig } from "../fit/fit-options.js";
import { Reports, type Report } from "../fit/reports.js";
import type { RunResult } from "../fit/run-result.js";
import { isUnfinished, type RunState } from "../fit/run-state.js";
import { Run, type Driver } from "../fit/run.js";
import type { Training } from "../fit/trainer.js";
import { compiledModule } from "../wasm/core.js";
import { Link } from "./link.js";
import { fromPortable } from "./portable-error.js";
import type { ControlMessage, End, FromWorker, Snapshot, Update } from "./protocol.js";
import type { Job } from "./task.js";
import type { WorkerOptions } from "./worker-options.js";
import type { WorkerLike } from "./worker-like.js";

/** Starts the run of checked options in a worker. */
export function startRemoteRun<Checkpoint>(
  rnn: Rnn,
  config: FitConfig<Checkpoint>,
  sent: Pick<Work, "job" | "transfer">,
  { source, snapshotEvery }: WorkerOptions,
): Run<Checkpoint> {
  const module = compiledModule();
  const worker = source();
  try {
    return new Run(new RemoteRun(rnn, config, { ...sent, module, snapshotEvery }, worker));
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

/** What the worker is to do. */
interface Work {
  readonly job: Job;
  /** Buffers of the job that are transferred. */
  readonly transfer: readonly ArrayBuffer[];
  readonly module: WebAssembly.Module;
  readonly snapshotEvery: number;
}

interface Waiting<Checkpoint> {
  resolve(checkpoint: Checkpoint): void;
  reject(reason: unknown): void;
}

class RemoteRun<Checkpoint> implements Driver<Checkpoint> {
  readonly done: Promise<RunResult>;
  readonly reports = new Reports();
  readonly #rnn: Rnn;
  readonly #config: FitConfig<Checkpoint>;
  readonly #network: LockedNetwork;
  readonly #training: Training;
  readonly #control: Control;
  readonly #link: Link;
  readonly #asked = new Map<number, Waiting<Checkpoint>>();
  #resolve!: (result: RunResult) => void;
  #reject!: (reason: unknown) => void;
  #count = 0;
  #pauses = 0; // automatic ones
  #ended = false;
  #state: RunState;
  #optimizer: OptimizerSnapshot;

  constructor(rnn: Rnn, config: FitConfig<Checkpoint>, work: Work, worker: WorkerLike) {
    const { network, training, state } = takeNetwork(rnn, config);
    this.#rnn = rnn;
    this.#config = config;
    this.#network = network;
    this.#training = training;
    this.#state = state;
    this.#optimizer = network.exportOptimizer(training.optimizer);
    if (training.ownOptimizer) network.forgetOptimizer(training.optimizer); // it lives in the worker
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#link = new Link(
      worker,
      (message) => this.#hear(message),
      (reason) => this.#fail(reason),
    );
    this.#control = new Control(config.signal, () => this.#link.post(this.#controlMessage()));
    this.#start(work);
  }

  get paused(): boolean {
    return this.#control.paused;
  }

  pause(): void {
    this.#control.pause();
  }

  resume(): void {
    this.#control.resume();
  }

  stop(): void {
    this.#control.stop();
  }

  checkpoint(): Promise<Checkpoint> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return resolve(this.snapshot());
      const id = this.#count++;
      this.#asked.set(id, { resolve, reject });
      this.#link.post({ bptt: "checkpoint", id });
    });
  }

  snapshot(): Checkpoint {
    const state = this.#state;
    return this.#config.snapshot(state, () => ({
      state,
      parameters: this.#network.parameters(),
      optimizer: this.#presentOptimizer(),
    }));
  }

  #presentOptimizer(): OptimizerSnapshot {
    const { ownOptimizer, optimizer } = this.#training;
    return ownOptimizer ? this.#optimizer : this.#network.exportOptimizer(optimizer);
  }

  #start({ job, transfer, module, snapshotEvery }: Work): void {
    const { timeLimitSeconds, every, pauseEvery, onProgress } = this.#config;
    const weights = this.#network.copyWeights();
    this.#link.post(
      {
        bptt: "start",
        module,
        network: rnnOptions(this.#rnn[NETWORK].config),
        frozen: this.#rnn.frozen,
        weights,
        state: this.#state,
        optimizer: this.#optimizer,
        job,
        timeLimitSeconds,
        every,
        pauseEvery,
        snapshotEvery,
        allReports: onProgress !== undefined,
        control: this.#controlMessage(),
      },
      [weights.buffer as ArrayBuffer, ...transfer],
    );
  }

  #controlMessage(): ControlMessage {
    const { paused, end } = this.#control;
    return { bptt: "control", paused, pauses: this.#pauses, end };
  }

  #hear(message: FromWorker): void {
    try {
      switch (message.bptt) {
        case "update":
          return this.#update(message);
        case "checkpoint":
          this.#take(message.snapshot);
          return this.#answer(message.id);
        case "end":
          return this.#end(message);
        case "failed":
          if (message.snapshot) this.#take(message.snapshot);
          return this.#fail(fromPortable(message.error));
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #update({ reports, snapshot, paused }: Update): void {
    if (snapshot) this.#take(snapshot);
    if (paused) {
      this.#tell(reports.slice(0, -1));
      this.#pauses++;
      this.#control.rest();
    }
    this.#tell(paused ? reports.slice(-1) : reports);
    this.#link.post({ bptt: "seen" });
  }

  /** Copies a snapshot into the network of this thread. */
  #take({ state, weights, optimizer }: Snapshot): void {
    const training = this.#training;
    this.#network.writeWeights(weights);
    this.#network.dropoutStep = state.dropoutStep;
    this.#state = state;
    this.#optimizer = optimizer;
    if (training.ownOptimizer) return;
    this.#network.forwardOptimizer(optimizer, training.optimizer);
    if (training.rate)
      optimizerState(training.optimizer).learningRate = optimizer.options["learningRate"] as number;
  }

  #tell(reports: readonly Report[]): void {
    for (const report of reports) {
      this.reports.push(report);
      this.#config.onProgress?.(report);
    }
  }

  #answer(id: number): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    try {
      asked?.resolve(this.snapshot());
    } catch (error) {
      asked?.reject(error);
    }
  }

  #end({ reports, snapshot, carried, result }: End): void {
    this.#take(snapshot);
    if (carried) this.#network.carry(carried);
    this.#tell(reports);
    const unfinished = isUnfinished(result.stopped);
    this.#close();
    if (!unfinished) this.#optimizer = { ...snapshot.optimizer, moments: {} };
    for (const id of [...this.#asked.keys()]) this.#answer(id);
    this.reports.end();
    this.#resolve({ ...result, state: snapshot.state });
  }

  #fail(reason: unknown): void {
    if (this.#ended) return;
    this.#close();
    for (const { reject } of this.#asked.values()) reject(reason);
    this.#asked.clear();
    this.reports.end({ reason });
    this.#reject(reason);
  }

  #close(): void {
    this.#ended = true;
    this.#link.close();
    this.#control.close();
    this.#network.release();
  }
}
