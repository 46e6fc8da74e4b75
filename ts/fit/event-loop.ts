/**
 * The clock, and macrotasks: how runs let the event loop breathe between slices of work. All runs of a thread share one
 * queue, and each macrotask does one task of it, so that many runs hold the event loop no longer at a time than one.
 *
 * `setImmediate` where there is one (Node, Bun): it neither waits nor keeps the process alive once it has run.
 * Elsewhere a MessageChannel, which browsers do not slow down as they do nested timers; its open port would keep some
 * runtimes alive, so it is closed with the last run. Tests hand in a clock of their own.
 */

/** What a run needs of its surroundings. */
export interface EventLoop {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Runs `task` in a macrotask of its own. At most one is pending. */
  defer(task: () => void): void;
  /** Nothing will be deferred any more. */
  close(): void;
}

declare const setImmediate: ((task: () => void) => unknown) | undefined;

// The functions of the platform, taken before a test replaces its timers. One that a test replaced already is not
// used: the fake timers of Jest and Vitest mark their functions by a property `clock`.
const immediate = typeof setImmediate === "function" && !("clock" in setImmediate) ? setImmediate : undefined;
const timeout = setTimeout;

const queue: (() => void)[] = [];
let pending = false;
let users = 0;
let channel: MessageChannel | undefined;

/** The event loop of this thread. */
export function eventLoop(): EventLoop {
  let open = true;
  users++;
  return {
    now: () => performance.now(),
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
  if (immediate) immediate(next);
  else if (typeof MessageChannel === "function") port().postMessage(null);
  else timeout(next, 0);
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
