/** Tests the reports of a run, with a clock and an event loop that the test controls. */

import { fit, Rnn, type Batches, type Report } from "bptt";
import { describe, expect, it } from "vitest";
import { batchOf, BATCHES, manualRun, SIZES, slow, VALIDATION, type ManualLoop } from "../support/runs.js";

/** Returns the current state of a promise without waiting for it. */
async function settled<T>(promise: PromiseLike<T>): Promise<T | "pending"> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  return Promise.race([promise, Promise.resolve("pending" as const)]);
}

describe("reports", () => {
  it("each n-th step, after validations, and at the end", () => {
    const steps: number[] = [];
    const { loop } = manualRun(() => BATCHES, {
      steps: 13,
      every: 4,
      validation: VALIDATION,
      validateEvery: 6,
      onProgress: ({ step }) => void steps.push(step),
    });
    while (loop.turn());
    expect(steps).toEqual([4, 6, 8, 12, 12, 13]);
    const plain: number[] = [];
    const { loop: other } = manualRun(() => BATCHES, {
      steps: 10,
      every: 4,
      onProgress: ({ step }) => void plain.push(step),
    });
    while (other.turn());
    expect(plain).toEqual([4, 8, 10]);
  });

  it("a listener gets the newest unseen, and the last", async () => {
    const { run, loop } = manualRun(slow(1), { steps: 35 });
    const seen: number[] = [];
    const listening = (async () => {
      for await (const { step } of run) seen.push(step);
      return "over";
    })();
    for (let i = 0; i < 4; i++) {
      loop.turn();
      await settled(listening);
    }
    expect(await listening).toBe("over");
    expect(seen).toEqual([10, 20, 30, 35]);
    const late: number[] = [];
    for await (const { step } of run) late.push(step); // a late listener gets the last report
    expect(late).toEqual([35]);
  });

  it("a loop that is left does not stop the run; each loop is its own", async () => {
    const run = fit(new Rnn(SIZES), BATCHES, { epochs: 20 });
    for await (const _ of run) {
      void _;
      break;
    }
    let last = 0;
    for await (const { step } of run) last = step;
    expect(last).toBe(100);
    expect((await run).steps).toBe(100);
  });

  it("tokens a second, share and rest by the clock", () => {
    const reports: Report[] = [];
    const { loop } = manualRun(slow(5), { steps: 1000, onProgress: (report) => void reports.push(report) });
    while (loop.turn());
    // 2 · 3 tokens every 5 ms
    for (const n of [1, 100, 500, 1000]) {
      const { step, tokensPerSecond, fraction, etaSeconds } = reports[n - 1]!;
      expect(step).toBe(n);
      expect(tokensPerSecond).toBeCloseTo(1200, 6);
      expect(fraction).toBe(n / 1000);
      expect(etaSeconds).toBeCloseTo((1000 - n) * 0.005, 6);
    }
  });

  it("the pace is that of the last second or two, without pauses", () => {
    const reports: Report[] = [];
    let milliseconds = 50;
    const { run, loop } = manualRun(
      (at) =>
        function* () {
          for (let n = 0; ; n++) {
            at.time += milliseconds;
            yield batchOf(n);
          }
        },
      { steps: 400, onProgress: (report) => void reports.push(report) },
    );
    while ((run.latest?.step ?? 0) < 100) loop.turn();
    run.pause();
    loop.time += 60_000;
    run.resume();
    milliseconds = 20;
    while (loop.turn());
    expect(reports[98]!.tokensPerSecond).toBeCloseTo(120, 6);
    expect(reports[399]!.tokensPerSecond).toBeCloseTo(300, 6);
  });

  it("of epochs: the share is known once one has been seen, from an array at once", () => {
    const shares = (batches: (loop: ManualLoop) => Batches, options = {}) => {
      const reports: Report[] = [];
      const { loop } = manualRun(batches, {
        epochs: 2,
        onProgress: (report) => void reports.push(report),
        ...options,
      });
      while (loop.turn());
      return reports.map(({ fraction, etaSeconds }) => [fraction, etaSeconds === undefined]);
    };
    const known = Array.from({ length: 10 }, (_, n) => [(n + 1) / 10, false]);
    // the clock does not advance, so speed and remaining time are unknown except at the end
    const still = known.map(([share], n) => [share, n < 9]);
    expect(shares(() => BATCHES)).toEqual(still);
    expect(shares(() => () => BATCHES, { stepsPerEpoch: 5 })).toEqual(still);
    expect(shares(() => () => BATCHES)).toEqual([
      ...still.slice(0, 5).map(() => [0, true]),
      ...still.slice(5),
    ]);
  });
});
