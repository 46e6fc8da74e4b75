/** Globals that an engine or a test framework does not have, or replaces after the import. */
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
