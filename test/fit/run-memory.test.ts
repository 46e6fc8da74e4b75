/** Tests that the wasm memory does not grow over runs that end, are aborted or fail. */

import { Adam, fit, Rnn, type FitOptions } from "bptt";
import { expect, it } from "vitest";
import { memory } from "../../ts/wasm/core.js";
import { BATCHES, SIZES, VALIDATION } from "../support/runs.js";

/** Returns the growth in bytes over `times` calls of `work`, after a tenth of them as warm-up. */
async function growth(times: number, work: (i: number) => Promise<unknown>): Promise<number> {
  for (let i = 0; i < times / 10; i++) await work(i);
  const before = memory().buffer.byteLength;
  for (let i = 0; i < times; i++) await work(i);
  return memory().buffer.byteLength - before;
}

/** Moments of 64 hidden units take 40 KB each, so a few runs that kept theirs would be noticed. */
const WIDE = { ...SIZES, hiddenSize: 64 };

const KINDS: [string, FitOptions][] = [
  ["finished", { epochs: 1 }],
  ["aborted", { onProgress: ({ step }) => void (step === 3 && stop()) }],
  ["early, with the best weights", { steps: 8, validation: VALIDATION, validateEvery: 2, patience: 1 }],
  ["that carry the state", { epochs: 1, carryState: true }],
];
let stop: () => void = () => undefined;

it.each(KINDS)("1 000 runs %s, each with a separate optimizer", async (_, options) => {
  const rnn = new Rnn(WIDE);
  const one = async () => {
    const controller = new AbortController();
    stop = () => controller.abort();
    await fit(rnn, BATCHES, { ...options, signal: controller.signal });
  };
  expect(await growth(1000, one)).toBe(0);
  rnn.free();
});

it("1 000 runs that fail, each on a separate network", async () => {
  const one = async () => {
    const rnn = new Rnn(WIDE);
    const run = fit(rnn, [BATCHES[0]!, { inputs: [[99]], targets: [[0]] }], { optimizer: new Adam() });
    await run.done.catch(() => undefined);
    rnn.free();
  };
  expect(await growth(1000, one)).toBe(0);
});

it("and 1 000 calls that are refused", async () => {
  const rnn = new Rnn(WIDE);
  const one = async (i: number) => {
    expect(() => fit(rnn, BATCHES, { epochs: -i })).toThrow(RangeError);
    await Promise.resolve();
  };
  expect(await growth(1000, one)).toBe(0);
  rnn.free();
});
