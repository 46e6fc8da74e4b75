/**
 * Sends the reports of a run in a worker, with a snapshot from time to time. One message is in flight at a time. Reports
 * wait until the other side has seen it, so that a busy thread is not flooded.
 *
 * The clock decides when something is sent. It never affects the results of the run.
 */

import { cancelTimeout, now, startTimeout } from "../base/platform.js";
import type { Report } from "../fit/reports.js";
import type { Batches } from "../fit/batch-iterator.js";
import type { Snapshot, Update } from "./protocol.js";
import type { FitPlan } from "./task.js";

/** Shortest time between two messages in ms: one frame. */
const INTERVAL = 16;
/** Number of reports that may wait. When all reports are wanted, the run waits beyond it. */
const MOST_WAITING = 10_000;
/** Train for at least 20 times as long as a snapshot takes. */
const TRAINING_PER_SNAPSHOT = 20;

/** Which reports and snapshots to send. */
export interface Wanted {
  /** True for all reports, false for the newest only. */
  readonly all: boolean;
  /** Shortest time between two snapshots, in ms. */
  readonly snapshotEvery: number;
}

/** The reports of one run on their way to the other thread. */
export class ReportChannel {
  readonly #send: (update: Omit<Update, "bptt">) => void;
  readonly #snapshot: () => Snapshot;
  readonly #wanted: Wanted;
  #waiting: Report[] = [];
  #inFlight = false;
  #sentAt = -Infinity;
  #nextSnapshot: number;
  #timer: object | number | undefined;
  #room: { promise: Promise<void>; resolve: () => void } | undefined;

  constructor(send: (update: Omit<Update, "bptt">) => void, snapshot: () => Snapshot, wanted: Wanted) {
    this.#send = send;
    this.#snapshot = snapshot;
    this.#wanted = wanted;
    this.#nextSnapshot = wanted.snapshotEvery === Infinity ? Infinity : 0; // set with the first report
  }

  /** Sends a report. `paused` is true if the run paused automatically after it. */
  report(report: Report, paused: boolean): void {
    if (!this.#wanted.all) this.#waiting.length = 0;
    this.#waiting.push(report);
    if (paused) this.#sendNow(true, true);
    else this.#sendSoon();
  }

  /** Tells the channel that the other side has seen the last message. */
  seen(): void {
    this.#inFlight = false;
    this.#sendSoon();
  }

  /** Sends a snapshot of a run that was paused. */
  paused(): void {
    this.#sendNow(true);
  }

  /** Closes the channel and returns the reports that were not sent. */
  close(): readonly Report[] {
    cancelTimeout(this.#timer);
    this.#inFlight = true;
    return this.#waiting;
  }

  /** Returns the same batches, no faster than their reports are read. */
  throttle(batches: FitPlan["batches"]): Batches {
    if (typeof batches === "function") return (epoch) => this.#throttled(batches(epoch));
    return this.#throttled(batches);
  }

  #throttled<B>(batches: Iterable<B>): AsyncIterable<B> {
    const open = (): AsyncIterator<B> => {
      const iterator = batches[Symbol.iterator]();
      const next = () => {
        const room = this.#full();
        return room ? room.then(() => iterator.next()) : iterator.next();
      };
      return { next } as AsyncIterator<B>; // an asynchronous iterator may also return a batch directly, which the run accepts
    };
    return { [Symbol.asyncIterator]: open };
  }

  #full(): Promise<void> | undefined {
    if (this.#waiting.length < MOST_WAITING) return undefined;
    if (this.#room === undefined) {
      let resolve!: () => void;
      const promise = new Promise<void>((done) => (resolve = done));
      this.#room = { promise, resolve };
    }
    return this.#room.promise;
  }

  #sendSoon(): void {
    if (this.#inFlight || this.#timer !== undefined || this.#waiting.length === 0) return;
    const wait = this.#sentAt + INTERVAL - now();
    if (wait <= 0) return this.#sendNow(false);
    this.#timer = startTimeout?.(() => {
      this.#timer = undefined;
      if (!this.#inFlight) this.#sendNow(false);
    }, wait);
  }

  #sendNow(withSnapshot: boolean, paused = false): void {
    const reports = this.#waiting.splice(0);
    const time = now();
    let snapshot: Snapshot | undefined;
    if (withSnapshot || time >= this.#nextSnapshot) {
      snapshot = this.#snapshot();
      this.#nextSnapshot =
        time + Math.max(this.#wanted.snapshotEvery, TRAINING_PER_SNAPSHOT * (now() - time));
    }
    this.#inFlight = true;
    this.#sentAt = time;
    this.#send({ reports, snapshot, paused });
    this.#room?.resolve();
    this.#room = undefined;
  }
}
