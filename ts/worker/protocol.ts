/**
 * What a run's thread and its worker say to each other.
 *
 *     here                                     the worker
 *              here                         ◄  its script is there
 *     hello    lock                         ►  at once, and again when it is there: one of the two may be lost
 *              ready                        ◄  it holds the lock
 *     start    module, network, text, state ►  builds the network, begins
 *     wish     paused, end                  ►  heeds it before its next step
 *              news                         ◄  reports, and some of the time a snapshot; that it has paused by itself
 *     seen                                  ►  may send the next news
 *     checkpoint  id                        ►
 *              checkpoint  id               ◄  a snapshot between two steps
 *              end | failed                 ◄  the last message
 *
 * Nothing is sent that only this thread has: texts go as ids, so that a tokenizer of one's own stays here. Floats go as
 * they are, so that the worker's bits are this thread's.
 */

import type { OptimizerSnapshot } from "../optimizer-state.js";
import type { RnnOptions } from "../rnn-options.js";
import type { Report } from "../run/reports.js";
import type { RunResult } from "../run/run-result.js";
import type { RunState } from "../run/run-state.js";
import type { State } from "../state.js";
import type { TextLayout } from "../text/batches.js";
import type { EncodedText } from "../text/encoded-text.js";
import type { RunSettings } from "../text/fit-options.js";

/** A whole run at one moment: what it takes to go on elsewhere. */
export interface Snapshot {
  readonly state: RunState;
  /** All parameters in one piece, as a network's arena has them. */
  readonly weights: Float32Array;
  readonly optimizer: OptimizerSnapshot;
}

/** What a text run is made of, beside where it stands. */
export interface TextTask extends EncodedText {
  readonly layout: TextLayout;
  readonly settings: RunSettings;
}

/** What whoever holds the run wants of it. */
export interface Wish {
  readonly bptt: "wish";
  readonly paused: boolean;
  /** Of how many pauses that the run made by itself this side knew. */
  readonly pauses: number;
  readonly end: "stopped" | "aborted" | undefined;
}

/** The first message. */
export interface Start extends Snapshot {
  readonly bptt: "start";
  /** The core, compiled. */
  readonly module: WebAssembly.Module;
  readonly network: RnnOptions;
  readonly frozen: readonly string[];
  readonly task: TextTask;
  readonly timeLimitSeconds: number | undefined;
  readonly every: number;
  readonly pauseEvery: number | undefined;
  /** Milliseconds from one snapshot to the next, at least. */
  readonly snapshotEvery: number;
  /** Whether all reports are wanted, not only the newest. */
  readonly allReports: boolean;
  readonly wish: Wish;
}

/** To the worker. */
export type ToWorker =
  Hello | Start | Wish | { readonly bptt: "checkpoint"; readonly id: number } | { readonly bptt: "seen" };

/** What has happened meanwhile. */
export interface News {
  readonly bptt: "news";
  readonly reports: readonly Report[];
  readonly snapshot: Snapshot | undefined;
  /** Whether the run has paused by itself, after the step of the last report. */
  readonly paused: boolean;
}

/** The run has come to its end, or has failed. */
export interface End {
  readonly bptt: "end";
  readonly reports: readonly Report[];
  readonly snapshot: Snapshot;
  /** What the network carries on to a step after the run. */
  readonly carried: State | undefined;
  readonly result: Omit<RunResult, "state">;
}

/** The greeting. */
export interface Hello {
  readonly bptt: "hello";
  /** A lock that the worker is to hold as long as it lives, where its death cannot be seen otherwise. */
  readonly lock: string | undefined;
}

/** Of the line itself. */
export type Sign = { readonly bptt: "here" } | { readonly bptt: "ready" };

/** From the worker, of its run. */
export type FromWorker =
  | News
  | { readonly bptt: "checkpoint"; readonly id: number; readonly snapshot: Snapshot }
  | End
  | { readonly bptt: "failed"; readonly error: PortableError; readonly snapshot: Snapshot | undefined };

/** An error as it travels: its class by name, since copies lose it. */
export interface PortableError {
  readonly kind: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly parameter: string | undefined;
}

/** The memory of a snapshot that is fresh, and may be handed over in place of being copied. */
export function transferOf({ weights, optimizer }: Snapshot): ArrayBuffer[] {
  const moments = Object.values(optimizer.moments).flatMap((arena) => Object.values(arena));
  return [weights, ...moments.map(({ data }) => data)].map(({ buffer }) => buffer as ArrayBuffer);
}
