/** Tests the control of a run, with a clock and an event loop that the test controls. */

import { fit, Rnn, type RunResult } from "bptt";
import { describe, expect, it } from "vitest";
import { BATCHES, bitsOf, manualRun, SIZES, slow, VALIDATION } from "../support/runs.js";

/** Returns the current state of a promise without waiting for it. */
async function settled<T>(promise: PromiseLike<T>): Promise<T | "pending"> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
  return Promise.race([promise, Promise.resolve("pending" as const)]);
}

describe("pause and resume", () => {
  it("no step is done and no task pends while it is paused; then it continues to the same end", async () => {
    const { run, loop, rnn } = manualRun(() => BATCHES, {
      epochs: 4,
      onProgress: ({ step }) => void (step === 7 && run.pause()),
    });
    loop.turn();
    expect(run.paused).toBe(true);
    expect(run.latest?.step).toBe(7);
    expect(loop.tasks).toEqual([]);
    run.pause();
    loop.turn();
    expect(run.latest?.step).toBe(7);
    expect(await settled(run.done)).toBe("pending");
    run.resume();
    expect(run.paused).toBe(false);
    run.resume();
    expect(loop.tasks).toHaveLength(1);
    loop.turn();
    expect(await run).toMatchObject({ steps: 20, stopped: "finished" });
    const twin = new Rnn(SIZES);
    await fit(twin, BATCHES, { epochs: 4 });
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });

  it("before the first step; and on and off within a macrotask schedules once", () => {
    const { run, loop } = manualRun(slow(1));
    run.pause();
    run.resume();
    run.pause();
    run.resume();
    expect(loop.tasks).toHaveLength(1);
    run.pause();
    loop.turn();
    expect(run.latest).toBeUndefined();
    expect(loop.tasks).toEqual([]);
    run.resume();
    loop.turn();
    expect(run.latest?.step).toBe(10);
  });

  it("a batch that arrives meanwhile waits", async () => {
    const arrivals: (() => void)[] = [];
    const { run, loop } = manualRun(() => ({
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise<IteratorResult<(typeof BATCHES)[0]>>((resolve) =>
            arrivals.push(() => resolve({ value: BATCHES[0]! })),
          ),
      }),
    }));
    loop.turn();
    run.pause();
    run.resume(); // nothing may be scheduled while it waits
    expect(loop.tasks).toEqual([]);
    run.pause();
    arrivals.shift()!();
    expect(await settled(run.done)).toBe("pending");
    expect(run.latest).toBeUndefined();
    run.resume();
    loop.turn();
    expect(run.latest?.step).toBe(1);
  });
});

describe("pauseEvery", () => {
  it("pauses after each n-th step, with a report of it and before a validation; and changes no bit", async () => {
    const options = { epochs: 2, validation: VALIDATION, validateEvery: 3 };
    const told: unknown[] = [];
    const { run, loop, rnn } = manualRun(() => BATCHES, {
      ...options,
      every: 5,
      pauseEvery: 3,
      onProgress: ({ step, validationLoss }) => {
        told.push([step, run.paused, validationLoss !== undefined]);
      },
    });
    const states: number[] = [];
    while (loop.turn()) {
      if (!run.paused) continue;
      const { state, parameters } = await run.checkpoint();
      states.push(state.step);
      expect(parameters).toEqual(rnn.parameters);
      expect(loop.tasks).toEqual([]);
      run.resume();
    }
    expect(states).toEqual([3, 6, 9]);
    expect(told).toEqual([
      [3, true, false], // the run's own pause, though only every 5th step is reported
      [3, false, true],
      [5, false, true],
      [6, true, true],
      [6, false, true],
      [9, true, true],
      [9, false, true],
      [10, false, true],
      [10, false, true], // the validation at the end
    ]);
    expect(await run).toMatchObject({ steps: 10, stopped: "finished" });
    const twin = new Rnn(SIZES);
    await fit(twin, BATCHES, options);
    expect(bitsOf(rnn)).toEqual(bitsOf(twin));
  });

  it("counts the steps before a resume, and not the one it was resumed at", async () => {
    const { run, loop } = manualRun(() => BATCHES, { epochs: 2, pauseEvery: 4 });
    loop.turn();
    const kept = await run.checkpoint();
    expect(kept.state.step).toBe(4);
    const again = manualRun(() => BATCHES, { epochs: 2, pauseEvery: 4, resumeFrom: kept });
    again.loop.turn();
    expect(again.run.latest?.step).toBe(8);
    expect(again.run.paused).toBe(true);
  });

  it("stop ends a run that has paused", async () => {
    const { run, loop } = manualRun(() => BATCHES, { pauseEvery: 2 });
    loop.turn();
    run.stop();
    expect(await run).toMatchObject({ steps: 2, stopped: "stopped" });
  });

  it.each([
    [0, RangeError, "received 0"],
    [1.5, RangeError, "received 1.5"],
    ["3", TypeError, 'received "3"'],
    [null, TypeError, "received null"],
  ])("%j is refused", (pauseEvery, kind, got) => {
    const refused = () => manualRun(() => BATCHES, { pauseEvery: pauseEvery as number });
    expect(refused).toThrow(kind);
    expect(refused).toThrow(`pauseEvery: expected an integer >= 1, ${got}`);
  });
});

describe("stop and abort", () => {
  it("between two slices: at once, and the network is free", async () => {
    const { run, loop, rnn } = manualRun(slow(1));
    loop.turn();
    run.stop();
    expect(loop.closed).toBe(1);
    rnn.free();
    expect(await run).toMatchObject({ steps: 10, stopped: "stopped" });
    run.stop();
    run.pause();
    run.resume();
    loop.turn();
    expect(loop.tasks).toEqual([]);
    expect(run.latest?.step).toBe(10);
  });

  it("from within: after that step", async () => {
    const { run, loop } = manualRun(slow(1), { onProgress: ({ step }) => void (step === 3 && run.stop()) });
    loop.turn();
    expect(await run).toMatchObject({ steps: 3, stopped: "stopped" });
  });

  it("before the first step, while it rests, and while it waits", async () => {
    const early = manualRun(slow(1));
    early.run.stop();
    const result: RunResult = await early.run;
    expect(result).toMatchObject({ steps: 0, loss: NaN, stopped: "stopped", keptStep: 0 });
    const resting = manualRun(slow(1));
    resting.run.pause();
    resting.loop.turn();
    resting.run.stop();
    expect((await resting.run).stopped).toBe("stopped");
    let returned = 0;
    const waiting = manualRun(() => ({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => undefined),
        return: () => {
          returned++;
          return Promise.reject(new Error("of no interest"));
        },
      }),
    }));
    waiting.loop.turn();
    waiting.run.stop();
    expect((await waiting.run).stopped).toBe("stopped");
    expect(returned).toBe(1);
  });

  it("the signal, before and during; the first reason stays", async () => {
    const aborted = manualRun(slow(1), { signal: AbortSignal.abort() });
    aborted.loop.turn();
    expect(await aborted.run).toMatchObject({ steps: 0, stopped: "aborted" });
    const controller = new AbortController();
    const { run, loop } = manualRun(slow(1), { signal: controller.signal });
    loop.turn();
    controller.abort();
    run.stop();
    expect(await run).toMatchObject({ steps: 10, stopped: "aborted" });
  });

  it("lets go of the signal", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    let listeners = 0;
    const [add, remove] = [signal.addEventListener, signal.removeEventListener];
    signal.addEventListener = (...given: Parameters<typeof add>) => (listeners++, add.apply(signal, given));
    signal.removeEventListener = (...given: Parameters<typeof remove>) => (
      listeners--,
      remove.apply(signal, given)
    );
    const run = fit(new Rnn(SIZES), BATCHES, { signal });
    expect(listeners).toBe(1);
    await run;
    expect(listeners).toBe(0);
  });

  it("a generator's finally runs", async () => {
    let cleaned = false;
    const { run, loop } = manualRun((at) =>
      (function* () {
        try {
          yield* slow(1)(at)();
        } finally {
          cleaned = true;
        }
      })(),
    );
    loop.turn();
    run.stop();
    await run;
    expect(cleaned).toBe(true);
  });

  it("does not close a source that has already ended", async () => {
    let returned = 0;
    const source = () => {
      const batches = BATCHES.values();
      return {
        [Symbol.iterator]: () => ({
          next: () => batches.next(),
          return: () => ({ done: true, value: void returned++ }) as const,
        }),
      };
    };
    const { run, loop } = manualRun(() => source, { epochs: 1, validation: source });
    while (loop.turn());
    await run;
    expect(returned).toBe(0);
    const cut = manualRun(() => source, { steps: 3 });
    while (cut.loop.turn());
    expect((await cut.run).steps).toBe(3);
    expect(returned).toBe(1);
  });

  it("with patience: the best weights, and those of the run in its state", async () => {
    const options = {
      validation: VALIDATION,
      validateEvery: 2,
      patience: Infinity,
      learningRate: 0.1,
      steps: 50,
    };
    let present = {};
    const { run, loop, rnn } = manualRun(slow(1), {
      ...options,
      onProgress: ({ step }) => {
        if (step !== 41) return;
        present = bitsOf(rnn);
        run.stop();
      },
    });
    while (loop.turn());
    const { state, keptStep } = await run;
    expect(keptStep).toBe(state.best!.step);
    expect(keptStep).toBeLessThan(41);
    const best = bitsOf(rnn);
    rnn.setParameters(state.parameters!);
    expect(bitsOf(rnn)).toEqual(present);
    expect(bitsOf(rnn)).not.toEqual(best);
  });
});

describe("the time limit", () => {
  it("is looked at between two steps; pauses do not count", async () => {
    const { run, loop } = manualRun(slow(4), { timeLimitSeconds: 0.1, steps: 1000 });
    for (let i = 0; i < 5; i++) loop.turn();
    run.pause();
    loop.time += 5000;
    run.resume();
    while (loop.turn());
    expect(await run).toMatchObject({ steps: 25, stopped: "timeLimit", seconds: 0.1 });
    expect(run.latest?.fraction).toBe(1);
  });
});

describe("checkpoints", () => {
  it("between two steps, at once; from within, after the step; while it rests; when it has ended", async () => {
    let within: Promise<unknown> | undefined;
    const rnn = new Rnn(SIZES);
    const { run, loop } = manualRun(
      () => BATCHES,
      {
        steps: 12,
        onProgress: ({ step }) => {
          if (step === 3) within = run.checkpoint();
          if (step === 8) run.pause();
        },
        snapshot: (state) => ({ step: state.step, bits: bitsOf(rnn) }),
      },
      rnn,
    );
    const start = await run.checkpoint();
    expect(start).toEqual({ step: 0, bits: bitsOf(new Rnn(SIZES)) });
    loop.turn();
    const after = async (steps: number) => {
      const twin = new Rnn(SIZES);
      await fit(twin, BATCHES, { steps });
      return { step: steps, bits: bitsOf(twin) };
    };
    expect(await within).toEqual(await after(3));
    expect(await run.checkpoint()).toEqual(await after(8));
    run.resume();
    loop.turn();
    await run;
    expect(await run.checkpoint()).toEqual(await after(12));
  });

  it("while it waits for a batch", async () => {
    const { run, loop } = manualRun(() => ({
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
    }));
    loop.turn();
    expect(await settled(run.checkpoint())).toMatchObject({ state: { step: 0, cursor: 0 } });
  });

  it("an error of the snapshot goes to its caller, and the run continues", async () => {
    const mine = new Error("mine");
    const run = fit(new Rnn(SIZES), BATCHES, {
      epochs: 2,
      snapshot: () => {
        throw mine;
      },
    });
    await expect(run.checkpoint()).rejects.toBe(mine);
    expect((await run).steps).toBe(10);
  });
});
