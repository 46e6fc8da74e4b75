/**
 * The connection to a worker: its messages and its end, which may be an error, a script that cannot be
 * loaded, or an exit. A web worker that is terminated from outside sends nothing. It therefore holds a lock,
 * which this side acquires when the worker ends, if the engine has Web Locks (secure contexts).
 */

import { BpttError } from "../base/errors.js";
import { cancelInterval, startInterval } from "../base/platform.js";
import type { FromWorker, Handshake, ToWorker } from "./protocol.js";
import { NoWorkers, terminate, type WorkerLike } from "./worker-like.js";

/**
 * Seconds within which a worker must report that its script has loaded; a foreign script never does. They are
 * counted one by one, because this thread hears nothing while it is busy: a long busy period counts as one
 * second.
 */
const PATIENCE = 60;
const HINT =
  "; if a bundler, a Content-Security-Policy or Trusted Types prevent it, pass worker: () => new Worker(…) with the entry bptt/worker";
const PERMISSION_HINT = "; start Node with --allow-worker, or omit worker";

/** The methods of either kind of worker that are used here. */
interface Emitter {
  on?(event: string, listener: (value: unknown) => void): void;
  off?(event: string, listener: (value: unknown) => void): void;
  addEventListener?(event: string, listener: (event: unknown) => void): void;
  removeEventListener?(event: string, listener: (event: unknown) => void): void;
}

interface Locks {
  request(name: string, options: { signal: AbortSignal }, granted: () => void): Promise<unknown>;
}

/** The connection to one worker. */
export class WorkerLink {
  readonly #worker: WorkerLike & Emitter;
  readonly #hear: (message: FromWorker) => void;
  readonly #fail: (reason: BpttError) => void;
  readonly #listeners: Readonly<Record<string, (value: unknown) => void>>;
  readonly #thread: boolean;
  readonly #watch = new AbortController();
  /** The name of the lock that the worker holds. */
  readonly #lock: string | undefined;
  /** Messages to send once the script has loaded; undefined afterwards. */
  #held: [ToWorker, (ArrayBuffer | MessagePort)[]][] | undefined = [];
  #open = true;
  readonly #timer: ReturnType<typeof startInterval>;

  /** `fail` is called at most once. No callback is called after `close`. */
  constructor(worker: WorkerLike, hear: (message: FromWorker) => void, fail: (reason: BpttError) => void) {
    this.#worker = worker;
    this.#hear = hear;
    this.#fail = fail;
    this.#thread = typeof this.#worker.on === "function";
    this.#lock = this.#thread || !locks() ? undefined : lockName();
    const data = (value: unknown) => (this.#thread ? value : (value as { data: unknown }).data);
    this.#listeners = {
      message: (value) => this.#take(data(value)),
      messageerror: () => this.#lose("received a message it could not parse"),
      error: (value) => this.#lose(this.#thread ? value : ofEvent(value)),
      ...(this.#thread && {
        exit: (code) => this.#lose(`it ended, with code ${String(code)}, before the run did`),
      }),
    };
    let seconds = 0;
    this.#timer = startInterval(() => {
      if (++seconds >= PATIENCE) this.#lose("it does not answer like bptt/worker");
    }, 1000);
    this.#try(() => {
      for (const [name, listener] of Object.entries(this.#listeners)) {
        if (this.#thread) this.#worker.on?.(name, listener);
        else this.#worker.addEventListener?.(name, listener);
      }
      this.#greet();
    });
  }

  /** True if the worker has received the posted messages. */
  get isReady(): boolean {
    return this.#held === undefined;
  }

  /** Sends a message. */
  post(message: ToWorker, transfer: (ArrayBuffer | MessagePort)[] = []): void {
    if (!this.#open) return;
    if (this.#held) this.#held.push([message, transfer]);
    else this.#try(() => this.#worker.postMessage(message, transfer));
  }

  /** Ends the worker. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    cancelInterval(this.#timer);
    this.#watch.abort();
    try {
      for (const [name, listener] of Object.entries(this.#listeners)) {
        if (!this.#thread) this.#worker.removeEventListener?.(name, listener);
        else if (name !== "error") this.#worker.off?.(name, listener); // an error event without a listener would end the process
      }
    } catch {
      // a listener that remains is no longer called
    }
    terminate(this.#worker);
  }

  /**
   * Runs `work`. A worker whose methods throw is treated as a worker that has ended. The failure is reported
   * later, because the caller may not be ready for it.
   */
  #try(work: () => void): void {
    try {
      work();
    } catch (error) {
      queueMicrotask(() => this.#lose(error));
    }
  }

  #take(message: unknown): void {
    if (!this.#open || typeof message !== "object" || message === null || !("bptt" in message)) return;
    const given = message as FromWorker | Handshake;
    if (given.bptt === "here") this.#greet();
    else if (given.bptt === "ready") this.#begin();
    else this.#hear(given);
  }

  #greet(): void {
    if (this.#held) this.#worker.postMessage({ bptt: "hello", lock: this.#lock } satisfies ToWorker, []);
  }

  #begin(): void {
    cancelInterval(this.#timer);
    const gone = () => this.#lose("it was terminated before the run ended");
    if (this.#lock !== undefined) {
      locks()
        ?.request(this.#lock, { signal: this.#watch.signal }, gone)
        .catch(() => undefined);
    }
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#try(() => {
      for (const [message, transfer] of held) this.#worker.postMessage(message, transfer);
    });
  }

  #lose(reason: unknown): void {
    if (!this.#open) return;
    const text = reason instanceof Error ? reason.message : String(reason);
    const message = this.#held
      ? `worker: it could not be loaded: ${text}${hintFor(reason)}`
      : `worker: ${text}`;
    this.close();
    this.#fail(new BpttError("WORKER_FAILED", message, { cause: reason }));
  }
}

function hintFor(reason: unknown): string {
  if (reason instanceof NoWorkers) return "; leave worker out";
  return (Object(reason) as { code?: unknown }).code === "ERR_ACCESS_DENIED" ? PERMISSION_HINT : HINT;
}

/** Returns the reason in an error event. The event of a missing script has none. */
function ofEvent(event: unknown): unknown {
  const { error, message, preventDefault } = event as {
    error?: unknown;
    message?: string;
    preventDefault?: () => void;
  };
  preventDefault?.call(event); // the owner of the run gets the error
  return error ?? message ?? "its script is missing or blocked";
}

function locks(): Locks | undefined {
  const { navigator } = globalThis as { navigator?: { locks?: Locks } };
  return navigator?.locks;
}

let count = 0;

/** Returns a name that no other page of the origin uses. It does not affect the results of a run. */
function lockName(): string {
  return `bptt ${performance.timeOrigin} ${Math.random()} ${++count}`;
}
