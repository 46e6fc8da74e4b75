/**
 * The driver of a run in a worker: sends the network there, puts what comes back into this thread's network, and hands
 * on what the run's holder wants. The network stays in the run's hands as in any other; who reads it sees the newest
 * snapshot.
 */

import type { Claim } from "../claim.js";
import { rnnOptions } from "../model-file.js";
import { takeNetwork } from "../fit.js";
import { NETWORK } from "../network.js";
import { optimizerState } from "../optimizer.js";
import type { OptimizerSnapshot } from "../optimizer-state.js";
import type { Rnn } from "../rnn.js";
import { Control } from "../run/control.js";
import { readFitOptions, type FitConfig, type FitOptions } from "../run/fit-options.js";
import type { Batches } from "../run/pass.js";
import { Reports, type Report } from "../run/reports.js";
import type { RunResult } from "../run/run-result.js";
import { isUnfinished, type RunState } from "../run/run-state.js";
import { Run, type Driver } from "../run/run.js";
import type { Training } from "../run/trainee.js";
import { compiledModule } from "../wasm/core.js";
import { Link } from "./link.js";
import { fromPortable } from "./portable-error.js";
import type { End, FromWorker, News, Snapshot, TextTask, Wish } from "./protocol.js";
import type { WorkerOptions } from "./worker-options.js";
import type { WorkerLike } from "./worker-like.js";

/** The run of `batches` and `options` in a worker, where `task` makes the same of them. */
export function fitInWorker<Checkpoint>(
  rnn: Rnn,
  batches: Batches,
  options: FitOptions<Checkpoint>,
  task: TextTask,
  { source, snapshotEvery }: WorkerOptions,
): Run<Checkpoint> {
  const config = readFitOptions<Checkpoint>(batches, options);
  const module = compiledModule();
  const worker = source();
  try {
    return new Run(new RemoteRun(rnn, config, { task, module, snapshotEvery }, worker));
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

interface Errand {
  readonly task: TextTask;
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
  readonly #claim: Claim;
  readonly #training: Training;
  readonly #control: Control;
  readonly #link: Link;
  readonly #asked = new Map<number, Waiting<Checkpoint>>();
  #resolve!: (result: RunResult) => void;
  #reject!: (reason: unknown) => void;
  #count = 0;
  #pauses = 0; // that the run has made by itself
  #ended = false;
  #state: RunState;
  #optimizer: OptimizerSnapshot;

  constructor(rnn: Rnn, config: FitConfig<Checkpoint>, errand: Errand, worker: WorkerLike) {
    const { claim, training, state } = takeNetwork(rnn, config);
    this.#rnn = rnn;
    this.#config = config;
    this.#claim = claim;
    this.#training = training;
    this.#state = state;
    this.#optimizer = claim.exportOptimizer(training.optimizer);
    if (training.ownOptimizer) claim.forgetOptimizer(training.optimizer); // it lives in the worker
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#link = new Link(
      worker,
      (message) => this.#hear(message),
      (reason) => this.#fail(reason),
    );
    this.#control = new Control(config.signal, () => this.#link.post(this.#wish()));
    this.#start(errand);
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
    const { snapshot } = this.#config;
    const state = this.#state;
    const checkpoint = () => ({
      state,
      parameters: this.#claim.parameters(),
      optimizer: this.#presentOptimizer(),
    });
    return snapshot ? snapshot(state, checkpoint) : (checkpoint() as never); // as in fit.ts
  }

  #presentOptimizer(): OptimizerSnapshot {
    const { ownOptimizer, optimizer } = this.#training;
    return ownOptimizer ? this.#optimizer : this.#claim.exportOptimizer(optimizer);
  }

  #start({ task, module, snapshotEvery }: Errand): void {
    const { timeLimitSeconds, every, pauseEvery, onProgress } = this.#config;
    const weights = this.#claim.copyWeights();
    this.#link.post(
      {
        bptt: "start",
        module,
        network: rnnOptions(this.#rnn[NETWORK].config),
        frozen: this.#rnn.frozen,
        weights,
        state: this.#state,
        optimizer: this.#optimizer,
        task,
        timeLimitSeconds,
        every,
        pauseEvery,
        snapshotEvery,
        allReports: onProgress !== undefined,
        wish: this.#wish(),
      },
      [weights, task.ids, task.starts].map(({ buffer }) => buffer as ArrayBuffer),
    );
  }

  #wish(): Wish {
    const { paused, end } = this.#control;
    return { bptt: "wish", paused, pauses: this.#pauses, end };
  }

  #hear(message: FromWorker): void {
    try {
      switch (message.bptt) {
        case "news":
          return this.#learn(message);
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

  #learn({ reports, snapshot, paused }: News): void {
    if (snapshot) this.#take(snapshot);
    if (paused) {
      this.#tell(reports.slice(0, -1));
      this.#pauses++;
      this.#control.rest();
    }
    this.#tell(paused ? reports.slice(-1) : reports);
    this.#link.post({ bptt: "seen" });
  }

  /** The network is now where the snapshot says. */
  #take({ state, weights, optimizer }: Snapshot): void {
    const training = this.#training;
    this.#claim.writeWeights(weights);
    this.#claim.dropoutStep = state.dropoutStep;
    this.#state = state;
    this.#optimizer = optimizer;
    if (training.ownOptimizer) return;
    this.#claim.forwardOptimizer(optimizer, training.optimizer);
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
    if (carried) this.#claim.carry(carried);
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
    this.#claim.release();
  }
}
