/**
 * The tasks of a page's main thread, out of Chromium's trace of it. They are counted in time of the processor, so that
 * other processes do not lengthen them.
 */

/** What has to be traced. */
export const TRACED = ["toplevel", "blink.user_timing"] as const;

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** When it began, in microseconds. */
  readonly ts: number;
  /** Microseconds of the processor. */
  readonly tdur?: number;
}

/** Milliseconds: the longest task from the page's mark "soak" to "stepped", the longest one after that, and all of both. */
export interface Tasks {
  readonly first: number;
  readonly longest: number;
  readonly sum: number;
}

/** Reads a trace. */
export function tasks(trace: string): Tasks {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const mark = (name: string) => traceEvents.find((event) => event.name === name);
  const begin = mark("soak");
  if (!begin) throw new Error("soak: the trace has no mark of the page");
  const stepped = mark("stepped")?.ts ?? begin.ts;
  const all = traceEvents.filter(
    ({ name, ph, pid, tid, ts }) =>
      name.endsWith("RunTask") && ph === "X" && pid === begin.pid && tid === begin.tid && ts >= begin.ts,
  );
  if (!all.some(({ tdur }) => tdur !== undefined))
    throw new Error("soak: the trace has no thread time of the page's main thread");
  const lengths = (some: TraceEvent[]) => some.map(({ tdur = 0 }) => tdur / 1000); // one that the trace's end cut off has none
  return {
    first: Math.max(0, ...lengths(all.filter(({ ts }) => ts <= stepped))),
    longest: Math.max(0, ...lengths(all.filter(({ ts }) => ts > stepped))),
    sum: lengths(all).reduce((a, b) => a + b, 0),
  };
}
