import { expect, it } from "vitest";
import { BpttError, CharRnn } from "bptt";
import { bitsOf } from "../support/runs.js";
import { startSlowWorker, startWorker } from "../support/worker.js";

const TEXT = "so much depends upon a red wheel barrow ".repeat(40);
const OPTIONS = { hiddenSize: 8, seed: 2 } as const;
const model = () => new CharRnn({ text: TEXT, ...OPTIONS });
const endless = { epochs: 1e6, sequenceLength: 16, worker: startSlowWorker, snapshotsPerSecond: 100 };

/** A run in a worker that has done its first steps. */
async function begun(of: CharRnn, options: object = {}) {
  const run = of.fit(TEXT, { ...endless, ...options });
  for await (const _ of run) break;
  return { run }; // not the run itself, which is a promise
}

it("gives the model back at once before the worker has begun", async () => {
  const stopped = model();
  const before = bitsOf(stopped.rnn);
  const first = stopped.fit(TEXT, endless);
  first.stop();
  const second = stopped.fit(TEXT, { steps: 3, worker: startWorker });
  expect(await first).toMatchObject({ stopped: "stopped", steps: 0, keptStep: 0 });
  expect(await second).toMatchObject({ stopped: "finished", steps: 3 });
  expect(bitsOf(stopped.rnn)).not.toEqual(before);

  const plain = model();
  await plain.fit(TEXT, { steps: 3 });
  expect(bitsOf(stopped.rnn)).toEqual(bitsOf(plain.rnn));
  stopped.fit(TEXT, endless).stop();
  stopped.free();
  plain.free();
});

it("free after stop ends the worker and the run", async () => {
  const stopped = model();
  const { run } = await begun(stopped);
  const step = run.latest!.step;
  run.stop();
  expect(typeof stopped.generate({ prompt: "so", length: 3 })).toBe("string");
  stopped.free();
  const result = await run;
  expect(result.stopped).toBe("stopped");
  expect(result.steps).toBeGreaterThanOrEqual(0);
  expect(result.steps).toBeLessThanOrEqual(step + 1);
  expect(() => stopped.generate({ prompt: "so" })).toThrow(/freed/);
});

it("a fit after stop waits for the last step of the worker", async () => {
  const stopped = model();
  const { run: first } = await begun(stopped);
  first.stop();
  expect(() => stopped.rnn.setParameters({})).toThrow(expect.objectContaining({ code: "BUSY" }));
  const second = stopped.fit(TEXT, { steps: 2, sequenceLength: 16 }); // on this thread
  expect(() => stopped.fit(TEXT)).toThrow(BpttError);
  expect(() => stopped.free()).toThrow(expect.objectContaining({ code: "BUSY" }));
  const reports: number[] = [];
  const [one] = await Promise.all([
    first,
    (async () => {
      for await (const { step } of second) reports.push(step);
    })(),
  ]);
  expect(await second).toMatchObject({ stopped: "finished", steps: 2 });
  expect(reports.at(-1)).toBe(2);

  const plain = model();
  await plain.fit(TEXT, { steps: one.steps, sequenceLength: 16 });
  await plain.fit(TEXT, { steps: 2, sequenceLength: 16 });
  expect(bitsOf(stopped.rnn)).toEqual(bitsOf(plain.rnn));
  stopped.free();
  plain.free();
});

it("an abort gives the model back as stop does, and a waiting run can be stopped", async () => {
  const stopped = model();
  const controller = new AbortController();
  const { run: first } = await begun(stopped, { signal: controller.signal });
  controller.abort();
  const second = stopped.fit(TEXT, { ...endless });
  second.pause();
  expect(second.paused).toBe(true);
  const kept = stopped.save({ optimizer: true });
  expect(CharRnn.load(kept).resumable).toBe(true);
  second.stop();
  expect(await second).toMatchObject({ stopped: "stopped", steps: 0 });
  const third = stopped.fit(TEXT, { steps: 1 });
  expect((await first).stopped).toBe("aborted");
  expect((await third).steps).toBe(1);
  stopped.free();
});

it("resume right after stop comes to the bits of an uninterrupted run", async () => {
  const options = { steps: 60, sequenceLength: 16 };
  const stopped = model();
  const { run: first } = await begun(stopped, { ...options, epochs: undefined });
  first.stop();
  await stopped.resume(TEXT);
  const plain = model();
  await plain.fit(TEXT, options);
  expect(bitsOf(stopped.rnn)).toEqual(bitsOf(plain.rnn));
  stopped.free();
  plain.free();
});

it("a listener that rejects ends a run in a worker", async () => {
  const listening = model();
  const failure = new Error("no room for this report");
  const run = listening.fit(TEXT, { ...endless, onProgress: () => Promise.reject(failure) });
  await expect(run).rejects.toBe(failure);
  listening.free();
});

it.each(["postMessage", "addEventListener", "on", "terminate"])(
  "a worker whose %s throws leaves neither a busy network nor an unsettled run",
  async (method) => {
    const failing = model();
    const broken = () => {
      const worker = startWorker() as unknown as Record<string, unknown>;
      if (!(method in worker)) method = "postMessage";
      const original = worker["terminate"] as () => void;
      worker[method] = function () {
        if (method === "terminate") original.call(worker);
        throw new Error("broken");
      };
      return worker as unknown as ReturnType<typeof startWorker>;
    };
    const run = failing.fit(TEXT, { steps: 2, worker: broken });
    if (method === "terminate") expect((await run).steps).toBe(2);
    else await expect(run).rejects.toMatchObject({ code: "WORKER_FAILED", cause: { message: "broken" } });
    failing.free();
  },
);
