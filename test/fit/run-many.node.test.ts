import { expect, it } from "vitest";
import { fit, Rnn } from "bptt";
import { BATCHES, SIZES } from "../support/runs.js";

it("many runs on one thread share its macrotasks", async () => {
  const networks = Array.from({ length: 20 }, (_, seed) => new Rnn({ ...SIZES, seed }));
  const done: number[] = [];
  const runs = networks.map((rnn, i) => fit(rnn, BATCHES, { steps: 2, onProgress: () => done.push(i) }));
  // A macrotask that was queued after the runs is executed before the second run starts.
  await new Promise((resolve) => setImmediate(resolve));
  expect(new Set(done).size).toBeLessThanOrEqual(1);
  await Promise.all(runs);
  expect(new Set(done).size).toBe(20);
  for (const rnn of networks) rnn.free();
});
