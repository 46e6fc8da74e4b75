/**
 * The worker's side of a run: waits for the start, builds the network, trains it with the engine that any thread has,
 * and tells. It holds nothing between two runs, for it ends with its first.
 */

import { CLAIM, type Claim } from "../claim.js";
import { fit } from "../fit.js";
import { NETWORK } from "../network.js";
import { exportOptimizerState, restoreOptimizerState } from "../optimizer-state.js";
import type { Optimizer } from "../optimizer.js";
import { Rnn } from "../rnn.js";
import { SNAPSHOT, type Run } from "../run/run.js";
import type { RunResult } from "../run/run-result.js";
import type { RunState } from "../run/run-state.js";
import { textCourse } from "../text/course.js";
import { instantiate } from "../wasm/core.js";
import { News } from "./news.js";
import { portable } from "./portable-error.js";
import {
  transferOf,
  type FromWorker,
  type Hello,
  type Sign,
  type Snapshot,
  type Start,
  type ToWorker,
} from "./protocol.js";
import { nodeThreads } from "./worker-like.js";

type Post = (message: FromWorker | Sign, transfer?: ArrayBuffer[]) => void;

/** Serves the thread that has started this worker; does nothing where there is none. */
export function serve(): void {
  const port = nodeThreads()?.parentPort;
  const scope = globalThis as {
    postMessage?: Post;
    addEventListener?: (type: "message", listener: (event: { data: unknown }) => void) => void;
    document?: unknown;
  };
  let served: Served | undefined;
  let greeted = false;
  const post: Post = (message, transfer = []) => {
    if (port) port.postMessage(message, transfer);
    else scope.postMessage?.(message, transfer);
  };
  const hear = (message: unknown) => {
    if (typeof message !== "object" || message === null || !("bptt" in message)) return;
    const given = message as ToWorker;
    if (given.bptt === "hello") greet(given.lock);
    else if (given.bptt !== "start") served?.heed(given);
    else if (served === undefined) begin(given);
  };
  const greet = (lock: string | undefined) => {
    if (greeted) return;
    greeted = true;
    hold(lock, () => post({ bptt: "ready" }));
  };
  const begin = (start: Start) => {
    try {
      served = new Served(start, post);
    } catch (error) {
      post({ bptt: "failed", error: portable(error), snapshot: undefined });
    }
  };
  if (port) port.on("message", hear);
  else if (scope.document === undefined) scope.addEventListener?.("message", ({ data }) => hear(data));
  else return;
  post({ bptt: "here" });
}

/** A run under way. */
class Served {
  readonly #post: Post;
  readonly #rnn: Rnn;
  readonly #claim: Claim;
  readonly #optimizer: Optimizer;
  readonly #run: Run<Snapshot>;
  readonly #news: News;
  readonly #abort = new AbortController();
  #pauses = 0; // that the run has made by itself

  constructor(start: Start, post: Post) {
    const { network, frozen, weights, state, task, timeLimitSeconds, every, pauseEvery } = start;
    const { snapshotEvery, allReports } = start;
    instantiate(start.module);
    const rnn = new Rnn(network);
    this.#post = post;
    this.#rnn = rnn;
    this.#claim = rnn[CLAIM]();
    this.#claim.writeWeights(weights);
    this.#claim.release(); // the run takes a claim of its own; this one goes on reading
    rnn.freeze(frozen);
    this.#optimizer = restoreOptimizerState(rnn[NETWORK], start.optimizer);
    this.#news = new News(
      (news) => post({ bptt: "news", ...news }, news.snapshot && transferOf(news.snapshot)),
      () => this.#run[SNAPSHOT](),
      { all: allReports, snapshotEvery },
    );
    const { layout, settings } = task;
    const { training, options } = textCourse(rnn, layout, task, settings);
    this.#run = fit<Snapshot>(rnn, (epoch: number) => this.#news.pace(training(epoch)), {
      ...options,
      ...(timeLimitSeconds !== undefined && { timeLimitSeconds }),
      every,
      ...(pauseEvery !== undefined && { pauseEvery }),
      optimizer: this.#optimizer,
      resumeFrom: state,
      signal: this.#abort.signal,
      onProgress: (report) => {
        const paused = this.#run.paused;
        if (paused) this.#pauses++;
        this.#news.report(report, paused);
      },
      snapshot: (at) => this.#snapshot(at),
    });
    this.#run.then(
      (result) => this.#end(result),
      (error: unknown) => this.#fail(error),
    );
    this.heed(start.wish);
  }

  /** Does what the other side wants. */
  heed(message: Exclude<ToWorker, Start | Hello>): void {
    if (message.bptt === "seen") return this.#news.seen();
    if (message.bptt === "checkpoint") {
      const { id } = message;
      this.#run.checkpoint().then(
        (snapshot) => this.#post({ bptt: "checkpoint", id, snapshot }, transferOf(snapshot)),
        (error: unknown) => this.#fail(error),
      );
      return;
    }
    const { paused, pauses, end } = message;
    // Who did not know yet that the run has paused by itself has not asked it to go on.
    if (paused !== this.#run.paused && pauses === this.#pauses) {
      if (!paused) this.#run.resume();
      else {
        this.#run.pause();
        this.#news.rest();
      }
    }
    if (end === "stopped") this.#run.stop();
    if (end === "aborted") this.#abort.abort();
  }

  #snapshot(state: RunState): Snapshot {
    return {
      state,
      weights: this.#claim.copyWeights(),
      optimizer: exportOptimizerState(this.#rnn[NETWORK], this.#optimizer),
    };
  }

  #end({ state, ...result }: RunResult): void {
    const reports = this.#news.close();
    const snapshot = this.#snapshot(state);
    const { carried } = this.#rnn[NETWORK];
    this.#post({ bptt: "end", reports, snapshot, carried, result }, transferOf(snapshot));
  }

  #fail(error: unknown): void {
    this.#news.close();
    let snapshot: Snapshot | undefined;
    try {
      snapshot = this.#run[SNAPSHOT]();
    } catch {
      // the other side goes back to the last one that it has
    }
    this.#post({ bptt: "failed", error: portable(error), snapshot });
  }
}

/** Holds a lock for as long as this worker lives; where that cannot be, it goes without. */
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
