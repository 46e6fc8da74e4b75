/**
 * The clock, and macrotasks: how a run lets the event loop breathe between slices of work.
 *
 * `setImmediate` where there is one (Node, Bun): it neither waits nor keeps the process alive once it has run.
 * Elsewhere a MessageChannel, which browsers do not slow down as they do nested timers; its open port would keep some
 * runtimes alive, so it is closed with the run. Tests hand in a clock of their own.
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

// Read at import: fake timers of a test would never run the next slice.
const immediate = typeof setImmediate === "function" ? setImmediate : undefined;

/** The event loop of where this runs. */
export function eventLoop(): EventLoop {
  const now = () => performance.now();
  if (immediate) {
    return { now, defer: (task) => void immediate(task), close: () => undefined };
  }
  if (typeof MessageChannel !== "function") {
    return { now, defer: (task) => void setTimeout(task, 0), close: () => undefined };
  }
  let task: (() => void) | undefined;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const due = task;
    task = undefined;
    due?.();
  };
  return {
    now,
    defer(next) {
      task = next;
      port2.postMessage(null);
    },
    close() {
      port1.onmessage = null;
      port1.close();
      port2.close();
    },
  };
}
