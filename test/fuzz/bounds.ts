/**
 * The bounds that every reader keeps: at most 1 s + 1 µs per byte, and 64 MB + 20 × the file's size of memory. Memory is
 * the process's largest resident size during the call beyond that before it, which Linux tells and resets; elsewhere
 * only time is measured. Time is the processor's where that is less than the clock's: other processes have it meanwhile.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";

const RESET = "/proc/self/clear_refs"; // writing 5 resets the largest resident size
const STATUS = "/proc/self/status";
const hasMemory = existsSync(RESET);
const MEGABYTE = 2 ** 20;

export interface Usage {
  /** Milliseconds. */
  readonly time: number;
  /** Bytes. */
  readonly memory: number;
}

export function timeLimit(size: number): number {
  return 1000 + size / 1000;
}

export function memoryLimit(size: number): number {
  return 64 * MEGABYTE + 20 * size;
}

export function isWithin({ time, memory }: Usage, size: number): boolean {
  return time <= timeLimit(size) && memory <= memoryLimit(size);
}

/** What a call takes. It must not throw. */
export function measure(call: () => void): Usage {
  const before = resident("VmRSS");
  if (hasMemory) writeFileSync(RESET, "5");
  const start = performance.now();
  const used = process.cpuUsage();
  call();
  const { user, system } = process.cpuUsage(used);
  const time = Math.min(performance.now() - start, (user + system) / 1000);
  return { time, memory: Math.max(resident("VmHWM") - before, 0) };
}

function resident(field: "VmRSS" | "VmHWM"): number {
  if (!hasMemory) return 0;
  const [, kilobytes = "0"] = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(STATUS, "latin1")) ?? [];
  return Number(kilobytes) * 1024;
}
