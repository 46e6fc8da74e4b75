/** Tests globals that an engine or a test framework lacks or replaces after the import. */
import { afterEach, expect, it, vi } from "vitest";
import { fit, Rnn } from "bptt";

const SIZES = { cell: "tanh", inputSize: 2, hiddenSize: 2 } as const;
const BATCH = { inputs: [[0, 1]], targets: [[1, 0]] };

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("a run ends under fake timers", async () => {
  vi.useFakeTimers({ toFake: ["setImmediate", "setTimeout", "setInterval"] });
  const { steps } = await fit(new Rnn(SIZES), [BATCH], { steps: 3 });
  expect(steps).toBe(3);
});

it("a run ends under fake timers that were installed before the import", async () => {
  vi.useFakeTimers();
  vi.resetModules();
  const library = await import("bptt");
  const { steps } = await library.fit(new library.Rnn(SIZES), [BATCH], { steps: 3 });
  expect(steps).toBe(3);
});

it("a time limit is kept while performance.now does not advance", async () => {
  vi.useFakeTimers();
  const endless = function* () {
    for (;;) yield BATCH;
  };
  const run = fit(new Rnn(SIZES), endless, { timeLimitSeconds: 0.05, onProgress: () => undefined });
  expect(performance.now()).toBe(performance.now());
  expect((await run).stopped).toBe("timeLimit");
});

it("a time limit is kept where a test replaced performance.now", async () => {
  const frozen = vi.spyOn(performance, "now").mockReturnValue(1000);
  const endless = function* () {
    for (;;) yield BATCH;
  };
  try {
    expect((await fit(new Rnn(SIZES), endless, { timeLimitSeconds: 0.05 })).stopped).toBe("timeLimit");
  } finally {
    frozen.mockRestore();
  }
});

it("imports and trains where there is neither performance nor a timer", async () => {
  for (const name of ["performance", "setImmediate", "setTimeout", "MessageChannel", "process"]) {
    vi.stubGlobal(name, undefined);
  }
  vi.resetModules();
  const library = await import("bptt");
  const { steps } = await library.fit(new library.Rnn(SIZES), [BATCH], { steps: 3 });
  expect(steps).toBe(3);
});

it("imports and trains without FinalizationRegistry and WeakRef", async () => {
  vi.stubGlobal("FinalizationRegistry", undefined);
  vi.stubGlobal("WeakRef", undefined);
  vi.resetModules();
  const library = await import("bptt");
  const rnn = new library.Rnn(SIZES);
  rnn.trainStep(BATCH, new library.Adam());
  const session = rnn.session();
  expect(session.step(0).shape).toEqual([1, 2]);
  session.free();
  rnn.free();
});
