/**
 * The death of a worker ends only its run: the run rejects with the reason, the model has the weights of the last snapshot
 * and can be used, and the run can be resumed with the same bits.
 */

import { BpttError, CharRnn, type Run, type TextFitOptions } from "bptt";
import { describe, expect, it } from "vitest";
import { TEXT } from "../support/courses.js";
import {
  inNode,
  startMissingWorker,
  startMortalWorker,
  startSlowWorker,
  startWorker,
  startWorkerAfter,
} from "../support/worker.js";

const latin = new TextDecoder("latin1");
const textOf = (bytes: Uint8Array): string => latin.decode(bytes);

const OPTIONS: TextFitOptions = { batchSize: 4, sequenceLength: 8, learningRate: 1e-2 };
const ENDLESS: TextFitOptions = { ...OPTIONS, steps: 1e6 };
const newModel = () => new CharRnn({ text: TEXT, hiddenSize: 6, layers: 2, dropout: 0.3, seed: 2 });

type TextRun = Run<Uint8Array<ArrayBuffer>>;

/** The reason of a run that rejects. */
async function reasonOf(run: TextRun): Promise<{ code: string; message: string }> {
  const reason: unknown = await run.then(
    ({ stopped }) => new Error(`it came to an end: ${stopped}`),
    (error: unknown) => error,
  );
  expect(reason).toBeInstanceOf(BpttError);
  const { code, message } = reason as BpttError;
  await expect(async () => {
    for await (const _ of run);
  }).rejects.toBe(reason);
  return { code, message };
}

/** The model is free, where a run on this thread was at the same step, and comes to the same end. */
async function expectUsable(model: CharRnn): Promise<void> {
  const kept = model.save({ optimizer: true });
  model.generate({ prompt: "the", length: 3 });
  expect(textOf(CharRnn.load(kept).save({ optimizer: true }))).toBe(textOf(kept));
  const twin = newModel();
  const reached: string[] = [textOf(twin.save())];
  const run = model.resume(TEXT, { worker: startWorker });
  run.pause();
  const step = CharRnn.load(await run.checkpoint());
  const cut = twin.fit(TEXT, {
    ...ENDLESS,
    onProgress: () => {
      reached.push(textOf(twin.save()));
      if (reached.at(-1) === textOf(step.save())) cut.stop();
    },
  });
  if (reached[0] === textOf(step.save())) cut.stop();
  await cut;
  expect(textOf(twin.save())).toBe(textOf(step.save()));
  run.stop();
  await run;
  for (const freed of [step, twin, model]) freed.free();
}

async function reached(run: TextRun, step: number): Promise<void> {
  for await (const report of run) if (report.step >= step) return;
}

const LIGHTNING = /^worker: (Uncaught TypeError: )?struck by lightning$/;

describe("a worker that", () => {
  it.each<["throw" | "exit" | "terminate", RegExp]>([
    ["throw", LIGHTNING],
    ["exit", inNode ? /^worker: it ended, with code 3, before the run did$/ : /^worker: it was terminated/],
    [
      "terminate",
      inNode ? /^worker: it ended, with code 1, before the run did$/ : /^worker: it was terminated/,
    ],
  ])("ends by %s", async (how, message) => {
    const { worker, die } = startMortalWorker();
    const model = newModel();
    const run = model.fit(TEXT, { ...ENDLESS, worker: () => worker });
    await reached(run, 5);
    die(how);
    const pending = run.checkpoint().catch((error: unknown) => error);
    const { code, message: said } = await reasonOf(run);
    expect([code, said]).toEqual(["WORKER_FAILED", expect.stringMatching(message)]);
    const answer = await pending; // exact, or the reason
    expect(answer instanceof Uint8Array || answer === (await run.done.catch((error: unknown) => error))).toBe(
      true,
    );
    const kept = model.save({ optimizer: true });
    expect(textOf(kept)).not.toBe(textOf(newModel().save()));
    expect(textOf(await run.checkpoint())).toBe(textOf(kept));
    await expectUsable(model);
  });

  it("cannot be loaded", async () => {
    const model = newModel();
    const reason = await reasonOf(model.fit(TEXT, { ...ENDLESS, worker: startMissingWorker }));
    expect(reason.code).toBe("WORKER_FAILED");
    expect(reason.message).toMatch(/^worker: it could not be loaded: .*; if a bundler, .* bptt\/worker$/);
    await expectUsable(model);
  });

  it("throws before it is there", async () => {
    const model = newModel();
    const worker = () => startWorkerAfter(`throw new RangeError("too early")`);
    const reason = await reasonOf(model.fit(TEXT, { ...ENDLESS, worker }));
    expect(reason.message).toMatch(/^worker: it could not be loaded: (Uncaught RangeError: )?too early;/);
    await expectUsable(model);
  });

  it("loses its run to a listener that throws", async () => {
    const model = newModel();
    const mine = new Error("a listener's");
    const run = model.fit(TEXT, {
      ...ENDLESS,
      worker: startWorker,
      onProgress: ({ step }) => {
        if (step === 8) throw mine;
      },
    });
    await expect(run.done).rejects.toBe(mine);
    expect(run.latest!.step).toBe(8);
    await expectUsable(model);
  });

  it("is handed what it cannot train", async () => {
    const model = new CharRnn({ text: TEXT, hiddenSize: 4 });
    const before = model.save();
    const broken = startWorkerAfter(
      inNode
        ? `const { parentPort } = require("node:worker_threads");
           parentPort.on("message", (message) => { if (message.network) message.weights = new Float32Array(1e6); })`
        : `addEventListener("message", ({ data }) => { if (data.network) data.weights = new Float32Array(1e6); })`,
    );
    const run = model.fit(TEXT, { steps: 3, worker: () => broken });
    await expect(run.done).rejects.toBeInstanceOf(RangeError); // its class comes along
    expect(textOf(model.save())).toBe(textOf(before));
    expect((await model.fit(TEXT, { steps: 3, worker: startWorker })).steps).toBe(3);
    model.free();
  });

  it("answers its holder after its end as well", async () => {
    const model = newModel();
    const run = model.fit(TEXT, { ...OPTIONS, steps: 5, worker: startWorker });
    const early = run.checkpoint();
    const { steps } = await run;
    expect(steps).toBe(5);
    CharRnn.load(await early).free();
    expect(textOf(await run.checkpoint())).toBe(textOf(model.save({ optimizer: true })));
    for (const control of [() => run.pause(), () => run.resume(), () => run.stop()]) control();
    model.free();
  });

  it("is stopped from within a report, and tells no more", async () => {
    const model = newModel();
    const steps: number[] = [];
    const run = model.fit(TEXT, {
      ...ENDLESS,
      worker: startSlowWorker,
      onProgress: ({ step }) => {
        steps.push(step);
        if (step === 2) run.stop();
      },
    });
    const result = await run;
    expect(result.stopped).toBe("stopped");
    expect(steps).toEqual(Array.from({ length: result.steps }, (_, i) => i + 1)); // each once, in order
    expect(run.latest!.step).toBe(result.steps);
    await expectUsable(model);
  });

  it("may have been made long before", async () => {
    const worker = startWorker();
    await new Promise((resolve) => setTimeout(resolve, 500));
    const model = newModel();
    expect((await model.fit(TEXT, { ...OPTIONS, steps: 2, worker: () => worker })).steps).toBe(2);
    model.free();
  });
});
