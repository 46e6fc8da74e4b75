/**
 * The driver of a run in a worker. It sends the network to the worker, copies the snapshots that come back
 * into the network of this thread, and forwards the requests of the run's owner. The network stays locked by
 * the run as in any other run. Readers see the newest snapshot.
 */

import { isCheckError, rangeError, type BpttError } from "../base/errors.js";
import { now } from "../base/platform.js";
import type { LockedNetwork } from "../rnn/locked-network.js";
import { rnnOptions } from "../file/model-file.js";
import { takeNetwork } from "../fit/start-run.js";
import { NETWORK } from "../rnn/network.js";
import { optimizerState } from "../optim/optimizer.js";
import type { OptimizerSnapshot } from "../rnn/optimizer-state.js";
import type { Rnn } from "../rnn/rnn.js";
import { Control } from "../fit/control.js";
import type { FitConfig } from "../fit/fit-options.js";
import { isPromise } from "../fit/batch-iterator.js";
import { settle } from "../fit/progress.js";
import { startWhenFree } from "../fit/queued-run.js";
import type { Report, Reports } from "../fit/reports.js";
import { endRun, type RunResult } from "../fit/run-result.js";
import { copyRunState, isUnfinished, type RunState } from "../fit/run-state.js";
import type { Driver, Run } from "../fit/run.js";
import { Throughput } from "../fit/throughput.js";
import type { Training } from "../fit/trainer.js";
import { compiledModule } from "../wasm/core.js";
import { WorkerLink } from "./link.js";
import { fromPortable } from "./portable-error.js";
import type { ControlMessage, End, FromWorker, Snapshot, Update } from "./protocol.js";
import type { Job } from "./task.js";
import type { WorkerOptions } from "./worker-options.js";
import { terminate, type WorkerLike, type WorkerSource } from "./worker-like.js";

/** Starts a run with checked options in a worker. */
export function startRemoteRun<Checkpoint>(
  rnn: Rnn,
  config: FitConfig<Checkpoint>,
  sent: Pick<Work, "job" | "transfer">,
  { source, count, snapshotEvery }: WorkerOptions,
): Run<Checkpoint> {
  const { shards } = config.training;
  if (count > shards) throw rangeError("workers", `at most ${shards}, the number of shards`, String(count));
  return startWhenFree(rnn, config, (reports) => {
    const module = compiledModule();
    const workers: WorkerLike[] = [];
    try {
      while (workers.length < count) workers.push(startWorker(source));
      return new RemoteRun(rnn, config, { ...sent, module, snapshotEvery, workers, reports });
    } catch (error) {
      workers.forEach(terminate);
      throw error;
    }
  });
}

/**
 * Starts a worker. If none can be started, returns one that fails at its first message with the reason, as a
 * worker that ends does.
 */
function startWorker(source: WorkerSource): WorkerLike {
  try {
    return source();
  } catch (error) {
    if (isCheckError(error)) throw error; // the user's option is wrong
    const fail = () => {
      throw error;
    };
    return { postMessage: fail, terminate: () => undefined };
  }
}

/** The work of the worker. */
interface Work {
  readonly job: Job;
  /** Buffers of the job that are transferred. */
  readonly transfer: readonly ArrayBuffer[];
  readonly module: WebAssembly.Module;
  readonly snapshotEvery: number;
  /** The first one has the run, the others have replicas. */
  readonly workers: readonly WorkerLike[];
  readonly reports: Reports;
}

interface Waiting<Checkpoint> {
  resolve(checkpoint: Checkpoint): void;
  reject(reason: unknown): void;
}

class RemoteRun<Checkpoint> implements Driver<Checkpoint> {
  readonly done: Promise<RunResult>;
  readonly reports: Reports;
  readonly #rnn: Rnn;
  readonly #config: FitConfig<Checkpoint>;
  readonly #network: LockedNetwork;
  readonly #training: Training;
  readonly #control: Control;
  readonly #link: WorkerLink;
  readonly #replicas: readonly WorkerLink[];
  readonly #asked = new Map<number, Waiting<Checkpoint>>();
  #resolve!: (result: RunResult) => void;
  #reject!: (reason: unknown) => void;
  readonly #released: Promise<void>;
  #release!: () => void;
  readonly #throughput = new Throughput(now);
  #lastListener: PromiseLike<unknown> | undefined;
  #count = 0;
  #pauses = 0; // number of automatic pauses
  #ended = false;
  #state: RunState;
  #optimizer: OptimizerSnapshot;

  constructor(rnn: Rnn, config: FitConfig<Checkpoint>, work: Work) {
    const { network, training, state } = takeNetwork(rnn, config);
    this.#rnn = rnn;
    this.reports = work.reports;
    this.#config = config;
    this.#network = network;
    this.#training = training;
    this.#state = state;
    this.#released = new Promise((resolve) => (this.#release = resolve));
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    try {
      this.#optimizer = network.exportOptimizer(training.optimizer);
      if (training.ownOptimizer) network.forgetOptimizer(training.optimizer); // the optimizer is in the worker
      this.#control = new Control(config.signal, () => this.#heed());
    } catch (error) {
      network.release();
      throw error;
    }
    const [first, ...others] = work.workers as [WorkerLike, ...WorkerLike[]];
    this.#link = new WorkerLink(
      first,
      (message) => this.#hear(message),
      (reason) => this.#fail(reason),
    );
    this.#replicas = others.map(
      (worker) =>
        new WorkerLink(
          worker,
          (message) => this.#hear(message),
          (reason) => this.#lose(reason),
        ),
    );
    this.#throughput.start();
    this.#start(work);
    if (this.#control.end) this.#discard();
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
    const state = copyRunState(this.#state);
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
    const ports: MessagePort[] = [];
    const replica = {
      module,
      network: rnnOptions(this.#rnn[NETWORK].config),
      frozen: this.#rnn.frozen,
      weights,
      optimizer: this.#optimizer,
    };
    for (const link of this.#replicas) {
      const { port1, port2: port } = new MessageChannel();
      ports.push(port1);
      const { clipNorm } = this.#training;
      link.post({ bptt: "replicate", ...replica, weights: weights.slice(), clipNorm, port }, [port]);
    }
    this.#link.post(
      {
        bptt: "start",
        ...replica,
        ports,
        state: this.#state,
        job,
        timeLimitSeconds,
        every,
        pauseEvery,
        snapshotEvery,
        allReports: onProgress !== undefined,
        control: this.#controlMessage(),
      },
      [weights.buffer as ArrayBuffer, ...ports, ...transfer],
    );
  }

  /**
   * Applies a change of control. A run that is asked to end releases the network as soon as its worker has
   * reported the last step.
   */
  #heed(): void {
    const { paused, end } = this.#control;
    if (paused) this.#throughput.rest();
    else this.#resumed();
    if (end !== undefined) {
      if (!this.#link.isReady) return this.#discard(); // no step was done
      this.#network.end({ ended: this.#released, discard: () => this.#discard() });
    }
    this.#link.post(this.#controlMessage());
  }

  /** The run continues, with the weights that were written while it was paused. */
  #resumed(): void {
    this.#throughput.start();
    this.#network.paused = false;
    if (!this.#network.takeRewritten()) return;
    const weights = this.#network.copyWeights();
    this.#link.post({ bptt: "weights", weights }, [weights.buffer as ArrayBuffer]);
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
      this.#network.paused = true;
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
      if (this.#ended) return; // set by the listener
      this.reports.push(report);
      const listening = this.#config.onProgress?.(report);
      if (!isPromise(listening)) continue;
      this.#lastListener = listening;
      listening.then(undefined, (reason: unknown) => this.#fail(reason));
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
    if (this.#ended) return;
    const unfinished = isUnfinished(result.stopped);
    this.#close();
    if (!unfinished) this.#optimizer = { ...snapshot.optimizer, moments: {} };
    this.#settle({ ...result, state: copyRunState(snapshot.state) });
  }

  /** Ends the run with the last snapshot, without the steps that the worker has done since. */
  #discard(): void {
    if (this.#ended) return;
    const stopped = this.#control.end ?? "stopped";
    const { step, best } = this.#state;
    let { parameters } = this.#state;
    let keptStep = step;
    if (best !== null && best.step !== step) {
      parameters = this.#network.parameters();
      this.#network.setParameters(best.parameters);
      keptStep = best.step;
    }
    this.#state = { ...this.#state, parameters, stopped };
    const seconds = this.#throughput.elapsed / 1000;
    this.#close();
    const warnings = this.reports.newest?.warnings ?? [];
    this.#settle(endRun(this.#state, { stopped, keptStep, warnings, seconds }));
  }

  #settle(result: RunResult): void {
    for (const id of [...this.#asked.keys()]) this.#answer(id);
    this.reports.end();
    settle(this.#lastListener, () => this.#resolve(result), this.#reject);
  }

  #fail(reason: unknown): void {
    if (this.#ended) return;
    this.#close();
    for (const { reject } of this.#asked.values()) reject(reason);
    this.#asked.clear();
    this.reports.end({ reason });
    this.#reject(reason);
  }

  /** A worker with a replica has ended. The run ends with what its own worker has. */
  #lose(reason: BpttError): void {
    if (!this.#link.isReady) return this.#fail(reason);
    this.#link.post({ bptt: "lost", message: reason.message });
  }

  #close(): void {
    this.#ended = true;
    this.#link.close();
    for (const link of this.#replicas) link.close();
    this.#control.close();
    this.#network.release();
    this.#release();
  }
}
