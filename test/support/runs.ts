/** Small networks to train, and an event loop in the hands of the test: its clock moves when the test says so. */

import { Rnn, type Batch, type Batches, type FitOptions, type Run, type RunCheckpoint } from "bptt";
import { startRun } from "../../ts/fit/start-run.js";
import type { EventLoop } from "../../ts/fit/event-loop.js";
import { readFitOptions } from "../../ts/fit/fit-options.js";
import { bits } from "./twins.js";

export const SIZES = { cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 7 } as const;

/** Batch n of any number of (2, 3) batches, each another. */
export const batchOf = (n: number): Batch => ({
  inputs: [0, 1].map((b) => [0, 1, 2].map((t) => (n * 3 + b * 5 + t * t) % 4)),
  targets: [0, 1].map((b) => [0, 1, 2].map((t) => (n + b * 2 + t) % 3)),
});

export const BATCHES: Batch[] = [0, 1, 2, 3, 4].map(batchOf);
export const VALIDATION: Batch[] = [10, 11, 12].map(batchOf);

/** The bits of all parameters. */
export function bitsOf(rnn: Rnn): Record<string, number[]> {
  return Object.fromEntries(Object.entries(rnn.parameters).map(([name, { data }]) => [name, bits(data)]));
}

/** An event loop that turns by hand. */
export class ManualLoop implements EventLoop {
  time = 0;
  closed = 0;
  readonly tasks: (() => void)[] = [];

  now(): number {
    return this.time;
  }

  defer(task: () => void): void {
    this.tasks.push(task);
  }

  close(): void {
    this.closed++;
  }

  /** One macrotask; false when there is none. */
  turn(): boolean {
    const task = this.tasks.shift();
    task?.();
    return task !== undefined;
  }
}

/** A run on a loop that turns by hand. */
export function manualRun<Checkpoint = RunCheckpoint>(
  batches: (loop: ManualLoop) => Batches,
  options: FitOptions<Checkpoint> = {},
  rnn: Rnn = new Rnn(SIZES),
): { run: Run<Checkpoint>; loop: ManualLoop; rnn: Rnn } {
  const loop = new ManualLoop();
  const run = startRun(rnn, readFitOptions(batches(loop), options), () => loop) as Run<Checkpoint>;
  return { run, loop, rnn };
}

/** Endless batches, each of which takes the given number of milliseconds to load. */
export const slow = (milliseconds: number) => (loop: ManualLoop) =>
  function* () {
    for (let n = 0; ; n++) {
      loop.time += milliseconds;
      yield batchOf(n);
    }
  };
