/**
 * The worker's side of a run: waits for the start message, builds the network, trains it with the same engine as any
 * other thread, and reports. A worker serves one run and then ends.
 */

import { at, rangeError } from "../base/errors.js";
import { show } from "../base/show.js";
import { LOCK, type LockedNetwork } from "../rnn/locked-network.js";
import { NETWORK } from "../rnn/network.js";
import { exportOptimizerState, restoreOptimizerState } from "../rnn/optimizer-state.js";
import type { Optimizer } from "../optim/optimizer.js";
import { Rnn } from "../rnn/rnn.js";
import { eventLoop } from "../fit/event-loop.js";
import { readFitOptions } from "../fit/fit-options.js";
import type { Report } from "../fit/reports.js";
import { SNAPSHOT, type Run } from "../fit/run.js";
import { startRun } from "../fit/start-run.js";
import type { RunResult } from "../fit/run-result.js";
import type { RunState } from "../fit/run-state.js";
import { instantiate } from "../wasm/core.js";
import { ReportChannel } from "./report-channel.js";
import { portable } from "./portable-error.js";
import {
  transferOf,
  type FromWorker,
  type Handshake,
  type Hello,
  type Replicate,
  type Snapshot,
  type StartMessage,
  type ToWorker,
} from "./protocol.js";
import { replicate } from "./replica.js";
import { ReplicaPool } from "./replica-pool.js";
import type { Job, Task } from "./task.js";
import { nodeThreads } from "./worker-like.js";

type Post = (message: FromWorker | Handshake, transfer?: ArrayBuffer[]) => void;

/** Serves the thread that started this worker with the given tasks. Does nothing outside a worker. */
export function serve(tasks: readonly Task[]): void {
  const port = nodeThreads()?.parentPort;
  const scope = globalThis as {
    postMessage?: Post;
    addEventListener?: (type: "message", listener: (event: { data: unknown }) => void) => void;
    document?: unknown;
  };
  let hosted: HostedRun | undefined;
  let greeted = false;
  const post: Post = (message, transfer = []) => {
    if (port) port.postMessage(message, transfer);
    else scope.postMessage?.(message, transfer);
  };
  const hear = (message: unknown) => {
    if (typeof message !== "object" || message === null || !("bptt" in message)) return;
    const given = message as ToWorker;
    if (given.bptt === "hello") greet(given.lock);
    else if (given.bptt === "replicate") replicate(given);
    else if (given.bptt !== "start") hosted?.heed(given);
    else if (hosted === undefined) begin(given);
  };
  const greet = (lock: string | undefined) => {
    if (greeted) return;
    greeted = true;
    hold(lock, () => post({ bptt: "ready" }));
  };
  const begin = (start: StartMessage) => {
    try {
      hosted = new HostedRun(start, taskOf(tasks, start.job), post);
    } catch (error) {
      post({ bptt: "failed", error: portable(error), snapshot: undefined });
    }
  };
  if (port) port.on("message", hear);
  else if (scope.document === undefined) scope.addEventListener?.("message", ({ data }) => hear(data));
  else return;
  post({ bptt: "here" });
}

/** Returns the task that a job names. */
function taskOf(tasks: readonly Task[], { task }: Job): Task {
  const found = tasks.find(({ name }) => name === task);
  if (found) return found;
  throw rangeError(
    at("job", "task"),
    `one of ${tasks.map(({ name }) => `"${name}"`).join(", ")}`,
    show(task),
  );
}

/** A run in progress. */
class HostedRun {
  readonly #post: Post;
  readonly #rnn: Rnn;
  readonly #network: LockedNetwork;
  readonly #optimizer: Optimizer;
  readonly #run: Run<Snapshot>;
  readonly #reports: ReportChannel;
  readonly #abort = new AbortController();
  #pool: ReplicaPool | undefined;
  #pauses = 0; // number of automatic pauses

  constructor(start: StartMessage, task: Task, post: Post) {
    const { network, frozen, weights, state, job, timeLimitSeconds, every, pauseEvery } = start;
    const { snapshotEvery, allReports } = start;
    instantiate(start.module);
    const rnn = new Rnn(network);
    this.#post = post;
    this.#rnn = rnn;
    this.#network = rnn[LOCK]();
    this.#network.writeWeights(weights);
    this.#network.release(); // the run locks its own network; this one is still read
    rnn.freeze(frozen);
    this.#optimizer = restoreOptimizerState(rnn[NETWORK], start.optimizer);
    this.#reports = new ReportChannel(
      (update) => post({ bptt: "update", ...update }, update.snapshot && transferOf(update.snapshot)),
      () => this.#run[SNAPSHOT](),
      { all: allReports, snapshotEvery },
    );
    const { batches, options } = task.plan(rnn, task.read(job.data));
    const config = readFitOptions(this.#reports.throttle(batches), {
      ...options,
      ...(timeLimitSeconds !== undefined && { timeLimitSeconds }),
      every,
      ...(pauseEvery !== undefined && { pauseEvery }),
      optimizer: this.#optimizer,
      resumeFrom: state,
      signal: this.#abort.signal,
      onProgress: (report: Report) => {
        const paused = this.#run.paused;
        if (paused) this.#pauses++;
        this.#reports.report(report, paused);
      },
    });
    const snapshot = (at: RunState) => this.#snapshot(at);
    const pool = (network: LockedNetwork) => (this.#pool = new ReplicaPool(network, start.ports));
    const hasReplicas = start.ports.length > 0;
    this.#run = startRun(rnn, { ...config, snapshot, ...(hasReplicas && { pool }) }, eventLoop);
    this.#run.then(
      (result) => this.#end(result),
      (error: unknown) => this.#fail(error),
    );
    this.heed(start.control);
  }

  /** Applies a message of the other side. */
  heed(message: Exclude<ToWorker, StartMessage | Replicate | Hello>): void {
    if (message.bptt === "seen") return this.#reports.seen();
    if (message.bptt === "weights") {
      this.#network.writeWeights(message.weights);
      return this.#pool?.setWeights(message.weights);
    }
    if (message.bptt === "lost") return this.#pool?.lose(message.message);
    if (message.bptt === "checkpoint") {
      const { id } = message;
      this.#run.checkpoint().then(
        (snapshot) => this.#post({ bptt: "checkpoint", id, snapshot }, transferOf(snapshot)),
        (error: unknown) => this.#fail(error),
      );
      return;
    }
    const { paused, pauses, end } = message;
    // A side that did not know of an automatic pause did not ask the run to resume.
    if (paused !== this.#run.paused && pauses === this.#pauses) {
      if (!paused) this.#run.resume();
      else {
        this.#run.pause();
        this.#reports.paused();
      }
    }
    if (end === "stopped") this.#run.stop();
    if (end === "aborted") this.#abort.abort();
  }

  #snapshot(state: RunState): Snapshot {
    return {
      state,
      weights: this.#network.copyWeights(),
      optimizer: exportOptimizerState(this.#rnn[NETWORK], this.#optimizer),
    };
  }

  #end({ state, ...result }: RunResult): void {
    const reports = this.#reports.close();
    const snapshot = this.#snapshot(state);
    const { carried } = this.#rnn[NETWORK];
    this.#post({ bptt: "end", reports, snapshot, carried, result }, transferOf(snapshot));
  }

  #fail(error: unknown): void {
    this.#reports.close();
    let snapshot: Snapshot | undefined;
    try {
      snapshot = this.#run[SNAPSHOT]();
    } catch {
      // the other side keeps the last snapshot that it received
    }
    this.#post({ bptt: "failed", error: portable(error), snapshot });
  }
}

/** Holds a Web Lock while this worker lives, where the engine has them. */
function hold(name: string | undefined, then: () => void): void {
  const { navigator } = globalThis as {
    navigator?: { locks?: { request(name: string, granted: () => Promise<never>): Promise<unknown> } };
  };
  if (name === undefined || !navigator?.locks) return then();
  navigator.locks
    .request(name, () => {
      then();
      return new Promise<never>(() => undefined);
    })
    .catch(then);
}
