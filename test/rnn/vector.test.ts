/** All parameters in one piece, and weights that are written while a run is paused. */

import { Adam, fit, Rnn, type Batch, type FitOptions, type RunsInWorker } from "bptt";
import { describe, expect, it } from "vitest";
import { startWorker } from "../support/worker.js";

const SETTINGS = { cell: "lstm", inputSize: 5, hiddenSize: 6, outputSize: 5, layers: 2 } as const;
const BATCHES: Batch[] = [0, 1, 2].map((shift) => ({
  inputs: [0, 1, 2, 3].map((b) => [0, 1, 2, 3, 4].map((t) => (b + t * t + shift) % 5)),
  targets: [0, 1, 2, 3].map((b) => [0, 1, 2, 3, 4].map((t) => (b * 2 + t + shift) % 5)),
}));

describe("a vector", () => {
  it("has the parameters one after the other, and sets them", () => {
    const rnn = new Rnn({ ...SETTINGS, seed: 1 });
    const all = Object.values(rnn.parameters).flatMap(({ data }) => [...data]);
    expect([...rnn.vector()]).toEqual(all);
    const other = new Rnn({ ...SETTINGS, seed: 2 });
    other.setVector(rnn.vector());
    expect(other.parameters).toEqual(rnn.parameters);
    other.setVector(all);
    expect(other.evaluate(BATCHES[0]!)).toEqual(rnn.evaluate(BATCHES[0]!));
    rnn.free();
    expect(() => rnn.vector()).toThrow("rnn.vector: this network has been freed");
  });

  it("is refused when it is wrong, and nothing changes", () => {
    const rnn = new Rnn({ cell: "tanh", inputSize: 2, hiddenSize: 2, seed: 1 });
    const before = rnn.vector();
    const bad = before.slice();
    bad[9] = NaN;
    expect(() => rnn.setVector(bad)).toThrow("values[9]: expected a finite number");
    expect(() => rnn.setVector(before.slice(1))).toThrow("values: expected shape (10), received (9)");
    expect(() => rnn.setVector("1" as never)).toThrow(TypeError);
    expect(rnn.vector()).toEqual(before);
  });
});

const PLACES: Record<string, () => RunsInWorker> = {
  "this thread": () => ({}),
  "a worker": () => ({ worker: startWorker }),
  "two workers": () => ({ worker: startWorker, workers: 2 }),
};

describe.each(Object.keys(PLACES))("on %s", (name) => {
  it("weights are written while a run is paused, and only then", async () => {
    const options: FitOptions = { steps: 8, pauseEvery: 4, learningRate: 0.02, shards: 2 };
    const rnn = new Rnn({ ...SETTINGS, seed: 1 });
    const run = fit(rnn, BATCHES, { ...options, ...PLACES[name]!() });
    expect(() => rnn.setVector(rnn.vector())).toThrow(expect.objectContaining({ code: "BUSY" }) as Error);
    for await (const { step } of run) {
      if (!run.paused) continue;
      if (step === 4) rnn.setVector(rnn.vector().map((x) => x / 2));
      run.resume();
    }
    await run;

    // The same by hand: the moments and the count of updates are those of the run.
    const other = new Rnn({ ...SETTINGS, seed: 1 });
    const adam = new Adam({ learningRate: 0.02, epsilonMode: "torch" });
    await fit(other, BATCHES, { steps: 4, shards: 2, optimizer: adam });
    other.setVector(other.vector().map((x) => x / 2));
    const rest = [BATCHES[1]!, BATCHES[2]!, BATCHES[0]!, BATCHES[1]!];
    await fit(other, rest, { steps: 4, shards: 2, optimizer: adam });
    expect(rnn.vector()).toEqual(other.vector());
    rnn.free();
    other.free();
  });
});

it("three clients average their weights over rounds, each with its own moments", async () => {
  const rounds = 8;
  // All learn the successor of an id, from other sequences.
  const batches = BATCHES.map(({ inputs }) => {
    const ids = inputs as number[][];
    return { inputs: ids, targets: ids.map((row) => row.map((id) => (id + 1) % 5)) };
  });
  const clients = [0, 1, 2].map((client) => {
    const rnn = new Rnn({ ...SETTINGS, seed: 7 });
    const run = fit(rnn, [batches[client]!], { steps: 3 * rounds, pauseEvery: 3, learningRate: 0.05 });
    return { rnn, run, reports: run[Symbol.asyncIterator]() };
  });
  const loss = () => Math.max(...batches.map((batch) => clients[0]!.rnn.evaluate(batch).loss));
  const before = loss();
  for (let round = 0; round < rounds; round++) {
    for (const { run, reports } of clients) while (!run.paused) if ((await reports.next()).done) break;
    const vectors = clients.map(({ rnn }) => rnn.vector());
    const mean = vectors[0]!.map((_, i) => (vectors[0]![i]! + vectors[1]![i]! + vectors[2]![i]!) / 3);
    for (const { rnn, run } of clients) {
      rnn.setVector(mean);
      run.resume();
    }
  }
  await Promise.all(clients.map(({ run }) => run));
  const [first, ...others] = clients.map(({ rnn }) => rnn.vector());
  for (const other of others) expect(other).toEqual(first);
  expect(loss()).toBeLessThan(before / 2);
});
