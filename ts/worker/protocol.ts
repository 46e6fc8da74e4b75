/**
 * The messages between the thread of a run and its worker.
 *
 *     this thread                                  the worker
 *                here                            ◄  its script has loaded
 *     hello      lock                            ►  sent at once and again after "here": one of the two may be lost
 *                ready                           ◄  it holds the lock
 *     start      module, network, job, snapshot  ►  builds the network and begins
 *     control    paused, end                     ►  applied before the next step
 *                update                          ◄  reports, a snapshot from time to time, automatic pauses
 *     seen                                       ►  the next update may be sent
 *     checkpoint id                              ►
 *                checkpoint id                   ◄  a snapshot between two steps
 *     weights                                    ►  written while the run was paused
 *     lost                                       ►  a worker with a replica has ended
 *                end | failed                    ◄  the last message
 *
 * With several workers the first one has the run. The others receive `replicate` instead of `start` and serve the first
 * one through a port (replica-pool.ts).
 *
 * The protocol knows no model: a job names its task (task.ts) and carries the task's data. Floats are sent unchanged, so
 * both threads compute the same bits.
 */

import type { OptimizerSnapshot } from "../rnn/optimizer-state.js";
import type { RnnOptions } from "../data/rnn-options.js";
import type { Report } from "../fit/reports.js";
import type { RunResult } from "../fit/run-result.js";
import type { RunState } from "../fit/run-state.js";
import type { State } from "../data/state.js";
import type { PoolResult } from "../fit/shard-pool.js";
import type { Shard } from "../rnn/shards.js";
import type { Job } from "./task.js";

/** A run at one moment, complete enough to continue elsewhere. */
export interface Snapshot {
  readonly state: RunState;
  /** All parameters in the order of the network's arena. */
  readonly weights: Float32Array;
  readonly optimizer: OptimizerSnapshot;
}

/** The state that the owner of the run wants it to be in. */
export interface ControlMessage {
  readonly bptt: "control";
  readonly paused: boolean;
  /** The number of automatic pauses that this side knew of when it sent the message. */
  readonly pauses: number;
  readonly end: "stopped" | "aborted" | undefined;
}

/** Starts the run. */
export interface StartMessage extends Snapshot {
  readonly bptt: "start";
  /** The compiled core. */
  readonly module: WebAssembly.Module;
  readonly network: RnnOptions;
  readonly frozen: readonly string[];
  readonly job: Job;
  readonly timeLimitSeconds: number | undefined;
  readonly every: number;
  readonly pauseEvery: number | undefined;
  /** Shortest time between two snapshots, in ms. */
  readonly snapshotEvery: number;
  /** True if all reports are to be sent instead of the newest only. */
  readonly allReports: boolean;
  readonly control: ControlMessage;
  /** Lead to the replicas. */
  readonly ports: readonly MessagePort[];
}

/** Starts a replica of the run's network, which computes shards for it. */
export interface Replicate extends Pick<
  StartMessage,
  "module" | "network" | "frozen" | "weights" | "optimizer"
> {
  readonly bptt: "replicate";
  readonly clipNorm: number | false;
  /** Leads to the worker of the run. */
  readonly port: MessagePort;
}

/** A message of a run to a replica. */
export type ToReplica =
  | {
      readonly shards: readonly Shard[];
      /** The number of all shards of the batch. */
      readonly leaves: number;
    }
  | {
      /** The gradients of the batch. */
      readonly gradients: Float32Array<ArrayBuffer>;
      readonly learningRate: number;
    }
  | { readonly weights: Float32Array };

/** A message of a replica to its run. */
export type FromReplica = PoolResult | { readonly error: PortableError };

/** A message to the worker. */
export type ToWorker =
  | Hello
  | StartMessage
  | Replicate
  | { readonly bptt: "lost"; readonly message: string }
  | { readonly bptt: "weights"; readonly weights: Float32Array }
  | ControlMessage
  | { readonly bptt: "checkpoint"; readonly id: number }
  | { readonly bptt: "seen" };

/** New reports and, from time to time, a snapshot. */
export interface Update {
  readonly bptt: "update";
  readonly reports: readonly Report[];
  readonly snapshot: Snapshot | undefined;
  /** True if the run paused automatically (`pauseEvery`) after the step of the last report. */
  readonly paused: boolean;
}

/** The result of a finished run. */
export interface End {
  readonly bptt: "end";
  readonly reports: readonly Report[];
  readonly snapshot: Snapshot;
  /** The carried state after the last step. */
  readonly carried: State | undefined;
  readonly result: Omit<RunResult, "state">;
}

/** The first message to a worker. */
export interface Hello {
  readonly bptt: "hello";
  /** Name of a Web Lock that the worker holds while it lives, where its end cannot be observed in another way. */
  readonly lock: string | undefined;
}

/** Messages that open the connection. */
export type Handshake = { readonly bptt: "here" } | { readonly bptt: "ready" };

/** A message from the worker about its run. */
export type FromWorker =
  | Update
  | { readonly bptt: "checkpoint"; readonly id: number; readonly snapshot: Snapshot }
  | End
  | { readonly bptt: "failed"; readonly error: PortableError; readonly snapshot: Snapshot | undefined };

/** An error as it is sent. Structured clones lose the class, so it is sent by name. */
export interface PortableError {
  readonly kind: string;
  readonly message: string;
  /** The message of its cause. */
  readonly cause?: string;
  /** The fields of the error of a failed check. */
  readonly check?: {
    readonly path: readonly (string | number)[];
    readonly expected: string;
    readonly received: string;
    readonly hint: string | undefined;
  };
  /** The fields of a `BpttError`. */
  readonly coded?: {
    readonly code: string;
    readonly parameter: string | undefined;
    readonly bytes: number | undefined;
  };
}

/** Returns the buffers of a fresh snapshot, which may be transferred instead of being copied. */
export function transferOf({ weights, optimizer }: Snapshot): ArrayBuffer[] {
  const moments = Object.values(optimizer.moments).flatMap((arena) => Object.values(arena));
  return [weights, ...moments.map(({ data }) => data)].map(({ buffer }) => buffer as ArrayBuffer);
}
