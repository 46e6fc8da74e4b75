/**
 * The clock and the macrotasks of runs, which let the event loop do other work between slices. All runs of a
 * thread share one queue, and each macrotask does one task of it, so that many runs hold the event loop no
 * longer at a time than one.
 *
 * `setImmediate` is used where it exists (Node, Bun): it does not wait, and it does not keep the process
 * alive after it has run. Elsewhere a MessageChannel is used, because browsers slow down nested timers. Its
 * open port would keep some runtimes alive, so it is closed with the last run. Tests pass their own clock.
 */

import { now, startImmediate, startTimeout } from "../base/platform.js";

/** The services that a run needs from its environment. */
export interface EventLoop {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Runs `task` in a separate macrotask. At most one is pending. */
  defer(task: () => void): void;
  /** Releases the event loop. Nothing is deferred after this call. */
  close(): void;
}

const queue: (() => void)[] = [];
let pending = false;
let users = 0;
let channel: MessageChannel | undefined;

/** Returns the event loop of this thread. */
export function eventLoop(): EventLoop {
  let open = true;
  users++;
  return {
    now,
    defer(task) {
      queue.push(task);
      request();
    },
    close() {
      if (open) users--;
      open = false;
      if (users === 0) closeChannel();
    },
  };
}

function request(): void {
  if (pending) return;
  pending = true;
  if (startImmediate) startImmediate(next);
  else if (typeof MessageChannel === "function") port().postMessage(null);
  else if (startTimeout) startTimeout(next, 0);
  else void Promise.resolve().then(next); // a bare context of node:vm
}

function next(): void {
  pending = false;
  const task = queue.shift();
  if (queue.length > 0) request();
  task?.();
}

function port(): MessagePort {
  if (channel === undefined) {
    channel = new MessageChannel();
    channel.port1.onmessage = next;
  }
  return channel.port2;
}

function closeChannel(): void {
  if (channel === undefined) return;
  channel.port1.onmessage = null;
  channel.port1.close();
  channel.port2.close();
  channel = undefined;
  pending = false;
  queue.length = 0;
}
