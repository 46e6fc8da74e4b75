/**
 * The bounds of every reader: at most 1 s + 1 µs per byte, and 64 MB + 20 × the file's size of memory. Memory
 * is the increase of the process's largest resident size during the call, which Linux reports and can reset;
 * elsewhere only time is measured. Time is the processor time if that is less than the elapsed time, because
 * other processes may run in the meantime.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";

const RESET = "/proc/self/clear_refs"; // writing 5 resets the largest resident size
const STATUS = "/proc/self/status";
const hasMemory = existsSync(RESET);
const MEGABYTE = 2 ** 20;

export interface Usage {
  /** Time in milliseconds. */
  readonly time: number;
  /** Memory in bytes. */
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

/** Measures a call, which must not throw. */
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
