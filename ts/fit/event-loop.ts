/**
 * The clock, and macrotasks: how runs let the event loop breathe between slices of work. All runs of a thread share one
 * queue, and each macrotask does one task of it, so that many runs hold the event loop no longer at a time than one.
 *
 * `setImmediate` where there is one (Node, Bun): it neither waits nor keeps the process alive once it has run.
 * Elsewhere a MessageChannel, which browsers do not slow down as they do nested timers; its open port would keep some
 * runtimes alive, so it is closed with the last run. Tests hand in a clock of their own.
 */

import { now, startImmediate, startTimeout } from "../base/platform.js";

/** What a run needs of its surroundings. */
export interface EventLoop {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Runs `task` in a macrotask of its own. At most one is pending. */
  defer(task: () => void): void;
  /** Nothing will be deferred any more. */
  close(): void;
}

const queue: (() => void)[] = [];
let pending = false;
let users = 0;
let channel: MessageChannel | undefined;

/** The event loop of this thread. */
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
