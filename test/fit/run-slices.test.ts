/** Tests the slices of a run, with a clock and an event loop that the test controls. */

import { describe, expect, it } from "vitest";
import { batchOf, BATCHES, manualRun, slow } from "../support/runs.js";

/** Returns the current state of a promise without waiting for it. */
async function settled<T>(promise: PromiseLike<T>): Promise<T | "pending"> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  return Promise.race([promise, Promise.resolve("pending" as const)]);
}

describe("slices", () => {
  /** Returns the number of steps done in each of the first macrotasks. */
  function stepsOfSlices(milliseconds: number, slices: number): number[] {
    const { run, loop } = manualRun(slow(milliseconds), { steps: 100_000 });
    return Array.from({ length: slices }, () => {
      const before = run.latest?.step ?? 0;
      const since = loop.time;
      loop.turn();
      expect(loop.time - since).toBeLessThanOrEqual(Math.max(16, milliseconds));
      return (run.latest?.step ?? 0) - before;
    });
  }

  it("nothing is done before the next macrotask", () => {
    const { run, loop } = manualRun(slow(1), {});
    expect(loop.tasks).toHaveLength(1);
    expect(run.latest).toBeUndefined();
    expect(loop.time).toBe(0);
  });

  it("as many steps as fit", () => {
    expect(stepsOfSlices(1, 3)).toEqual([10, 10, 10]);
    expect(stepsOfSlices(4, 3)).toEqual([2, 2, 2]);
  });

  it("one batch, if it takes longer to load; the next slice trains on it", () => {
    expect(stepsOfSlices(40, 6)).toEqual([0, 1, 0, 1, 0, 1]);
  });

  it("one step, where it takes longer", () => {
    const { run, loop } = manualRun(() => BATCHES, { onProgress: () => void (loop.time += 40) });
    for (let step = 1; step <= 3; step++) {
      loop.turn();
      expect(run.latest?.step).toBe(step);
      expect(loop.time).toBe(40 * step);
    }
  });

  it("one long step, though short ones came before it", () => {
    const { run, loop } = manualRun(() => BATCHES, {
      steps: 1000,
      onProgress: ({ step }) => void (loop.time += step % 4 === 0 ? 14 : 2),
    });
    while ((run.latest?.step ?? 0) < 4) loop.turn();
    while ((run.latest?.step ?? 0) < 100) {
      const since = loop.time;
      loop.turn();
      expect(loop.time - since).toBeLessThanOrEqual(14);
    }
  });

  it("a limited number of pieces, if the clock does not advance", () => {
    expect(stepsOfSlices(0, 2)).toEqual([500, 500]);
  });

  it("a time limit that the clock never reaches is an error", async () => {
    const { run, loop, rnn } = manualRun(slow(0), { timeLimitSeconds: 1 });
    const before = run.latest;
    for (let turns = 0; loop.turn(); turns++) expect(turns).toBeLessThan(200);
    expect(before).toBeUndefined();
    await expect(run).rejects.toMatchObject({
      name: "RangeError",
      path: ["timeLimitSeconds"],
      expected: "a clock that advances",
    });
    rnn.free();
  });

  it("a coarse clock keeps a time limit", async () => {
    const { run, loop } = manualRun(
      (at) =>
        function* () {
          for (let n = 1; ; n++) {
            if (n % 30_000 === 0) at.time += 100;
            yield batchOf(n);
          }
        },
      { timeLimitSeconds: 0.2 },
    );
    while (loop.turn());
    expect(await run).toMatchObject({ stopped: "timeLimit" });
  });

  it("validation is sliced too", () => {
    const sliced = manualRun(() => BATCHES.slice(0, 1), {
      steps: 1,
      validation: function* () {
        for (let n = 0; n < 12; n++) {
          sliced.loop.time += 4;
          yield batchOf(n);
        }
      },
    });
    let turns = 0;
    while (sliced.loop.turn()) turns++;
    expect(turns).toBe(7); // 48 ms of work, two pieces per slice, and the last one
    expect(sliced.loop.closed).toBe(1);
  });

  it("a source whose promises are kept at once does not hold the event loop", async () => {
    const { run, loop } = manualRun((at) => ({
      [Symbol.asyncIterator]: () => ({
        next: () => {
          at.time += 3;
          return Promise.resolve({ done: false as const, value: BATCHES[0]! });
        },
      }),
    }));
    for (let slice = 1; slice <= 3; slice++) {
      loop.turn();
      expect(await settled(run.done)).toBe("pending");
      expect(loop.time).toBeLessThanOrEqual(slice * 16);
      expect(loop.tasks).toHaveLength(1);
    }
  });
});
