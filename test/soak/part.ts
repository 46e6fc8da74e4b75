/** The results of the soak as rows of a figure and its limit, and the start of the measuring programs in separate processes. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** One figure. */
export interface Row {
  readonly name: string;
  readonly figure: string;
  readonly value: number;
  /** The value may not be above it; undefined where the figure is there to be read beside others. */
  readonly limit?: number;
  readonly unit: string;
}

/** What a part is run with. */
export interface Effort {
  /** How often what is timed is measured; the best counts, since what disturbs a machine only ever adds. */
  readonly attempts: number;
  /** Length of a timed run. */
  readonly seconds: number;
  /** 1, or a share of the memory part's work. */
  readonly share: number;
}

/** A part of the soak. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** Why it cannot be run here; undefined where it can. */
  readonly missing?: () => string | undefined;
  run(effort: Effort): Promise<Row[]>;
}

/** A row; without a limit, one to be read. */
export function row(name: string, figure: string, value: number, unit: string, limit?: number): Row {
  return { name, figure, value, unit, ...(limit !== undefined && { limit }) };
}

/** Whether a figure is within its limit; NaN is not. */
export function isWithin({ value, limit }: Row): boolean {
  return limit === undefined || value <= limit;
}

/** Runs a program of this folder to its end and reads the JSON that it prints. */
export async function runProgram<Seen>(file: string, args: readonly string[], flags: readonly string[] = []) {
  const program = new URL(file, import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, ...args], {
    timeout: 300_000,
    maxBuffer: 1e7,
  });
  return JSON.parse(stdout) as Seen;
}

/** The same figures from several attempts, the smallest of each. */
export async function best<Seen extends Record<string, number>>(
  attempts: number,
  attempt: () => Promise<Seen>,
): Promise<Seen> {
  const all: Seen[] = [];
  for (let i = 0; i < attempts; i++) all.push(await attempt());
  const names = Object.keys(all[0] ?? {}) as (keyof Seen)[];
  return Object.fromEntries(names.map((name) => [name, Math.min(...all.map((seen) => seen[name]))])) as Seen;
}

/** Prints the current activity. */
export function progress(text: string): void {
  process.stderr.write(`soak: ${text}\n`);
}
