/**
 * What a worker says of its run meanwhile: reports, with a snapshot of the run now and then. One message is under way at
 * a time; until the other side has seen it reports wait, so that a busy thread is not buried in them.
 *
 * The clock decides what is said when, never what is trained.
 */

import type { Report } from "../run/reports.js";
import type { News as Message, Snapshot } from "./protocol.js";

/** Milliseconds from one message to the next: a frame. */
const PAUSE = 16;
/** Reports that may wait; then the run waits too, where all of them are wanted. */
const MOST_WAITING = 10_000;
/** So many times as long as a snapshot takes nothing but training is done. */
const SHARE = 20;

/** How much is wanted. */
export interface Wanted {
  /** All reports, or the newest. */
  readonly all: boolean;
  /** Milliseconds from one snapshot to the next, at least. */
  readonly snapshotEvery: number;
}

/** The news of one run. */
export class News {
  readonly #send: (news: Omit<Message, "bptt">) => void;
  readonly #snapshot: () => Snapshot;
  readonly #wanted: Wanted;
  #waiting: Report[] = [];
  #underWay = false;
  #sentAt = -Infinity;
  #nextSnapshot: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #room: { promise: Promise<void>; resolve: () => void } | undefined;

  constructor(send: (news: Omit<Message, "bptt">) => void, snapshot: () => Snapshot, wanted: Wanted) {
    this.#send = send;
    this.#snapshot = snapshot;
    this.#wanted = wanted;
    this.#nextSnapshot = wanted.snapshotEvery === Infinity ? Infinity : 0; // with the first report
  }

  /** The run has something to say; `paused`: and has paused by itself. */
  report(report: Report, paused: boolean): void {
    if (!this.#wanted.all) this.#waiting.length = 0;
    this.#waiting.push(report);
    if (paused) this.#sendNow(true, true);
    else this.#sendSoon();
  }

  /** The other side has seen the last message. */
  seen(): void {
    this.#underWay = false;
    this.#sendSoon();
  }

  /** The run rests: the other side gets to know where. */
  rest(): void {
    this.#sendNow(true);
  }

  /** Nothing more will be sent; what has not been. */
  close(): readonly Report[] {
    clearTimeout(this.#timer);
    this.#underWay = true;
    return this.#waiting;
  }

  /** The same batches, no faster than reports of them are taken. */
  pace<B>(batches: Iterable<B>): AsyncIterable<B> {
    const iterator = batches[Symbol.iterator]();
    const next = () => {
      const room = this.#full();
      return room ? room.then(() => iterator.next()) : iterator.next();
    };
    // a run takes what is there at once, too
    return { [Symbol.asyncIterator]: () => ({ next }) as AsyncIterator<B> };
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
    if (this.#underWay || this.#timer !== undefined || this.#waiting.length === 0) return;
    const wait = this.#sentAt + PAUSE - performance.now();
    if (wait <= 0) return this.#sendNow(false);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#underWay) this.#sendNow(false);
    }, wait);
  }

  #sendNow(withSnapshot: boolean, paused = false): void {
    const reports = this.#waiting.splice(0);
    const now = performance.now();
    let snapshot: Snapshot | undefined;
    if (withSnapshot || now >= this.#nextSnapshot) {
      snapshot = this.#snapshot();
      this.#nextSnapshot = now + Math.max(this.#wanted.snapshotEvery, SHARE * (performance.now() - now));
    }
    this.#underWay = true;
    this.#sentAt = now;
    this.#send({ reports, snapshot, paused });
    this.#room?.resolve();
    this.#room = undefined;
  }
}
