/**
 * A run in a worker gives the same losses, the same result and the same bytes as a run on this thread, for all options,
 * also if one of them resumes a run of the other.
 */

import { Adam, CharRnn, cosine, RmsProp, Sgd, type Optimizer, type Run, type TextFitOptions } from "bptt";
import { describe, expect, it } from "vitest";
import { COURSES, TEXT, type Course } from "../support/courses.js";
import { startSlowWorker, startWorker, startWorkerAfter } from "../support/worker.js";

const latin = new TextDecoder("latin1");
/** Bytes as something that is quickly compared. */
const textOf = (bytes: Uint8Array): string => latin.decode(bytes);
const worker = startWorker;

interface Line {
  step: number;
  epoch: number;
  loss: number;
  validationLoss: number | undefined;
  gradientNorm: number;
  learningRate: number;
}

function listener(trail: Line[]): NonNullable<TextFitOptions["onProgress"]> {
  return ({ step, epoch, loss, validationLoss, gradientNorm, learningRate }) =>
    void trail.push({ step, epoch, loss, validationLoss, gradientNorm, learningRate });
}

const modelOf = ({ text, model }: Course) => new CharRnn({ text, seed: 5, ...model });

/** All there is to know of a run to its end. */
async function whole(course: Course, options: TextFitOptions) {
  const model = modelOf(course);
  const trail: Line[] = [];
  const run = model.fit(course.text, { ...course.options, ...options, onProgress: listener(trail) });
  const { seconds, ...result } = await run;
  expect(seconds).toBeGreaterThan(0);
  const checkpoint = textOf(await run.checkpoint());
  const bytes = textOf(model.save());
  const withRun = textOf(model.save({ optimizer: true }));
  const optimizer = textOf(model.rnn.save({ optimizer: new Adam() })); // carried state, dropout's count
  model.free();
  return { trail, result, checkpoint, bytes, withRun, optimizer };
}

/** Waits for a report of a run. */
async function reached(run: Run<Uint8Array<ArrayBuffer>>, step: number): Promise<void> {
  for await (const report of run) if (report.step >= step) return;
}

const ENDLESS: TextFitOptions = { steps: 1e6, batchSize: 4, sequenceLength: 8, learningRate: 1e-3 };

describe("a run in a worker", () => {
  describe("has the same bits as on this thread", () => {
    it.each(Object.keys(COURSES))("%s", async (name) => {
      const course = COURSES[name]!;
      const here = await whole(course, {});
      expect(here.trail.length).toBeGreaterThan(8);
      expect(await whole(course, { worker })).toEqual(here);
    });

    it("with reports of some steps only", async () => {
      const course = COURSES["lstm, a list, windows that carry the state on"]!;
      const here = await whole(course, { every: 4 });
      expect(here.trail.map(({ step }) => step)).toEqual([4, 8, 12, 16, 19]);
      expect(await whole(course, { every: 4, worker, snapshotsPerSecond: 1000 })).toEqual(here);
    });

    it("and pauses by itself after the same steps, with the model of just that step", async () => {
      const course = COURSES["lstm, a list, windows that carry the state on"]!;
      const paused = async (options: TextFitOptions) => {
        const model = modelOf(course);
        const seen: unknown[][] = [];
        const run = model.fit(course.text, {
          ...course.options,
          pauseEvery: 5,
          ...options,
          onProgress: ({ step }) => {
            if (!run.paused) return;
            const at = [step, textOf(model.save({ optimizer: true })), model.generate({ seed: step })];
            void run.checkpoint().then((bytes) => {
              seen.push([...at, textOf(bytes)]);
              run.resume();
            });
          },
        });
        const { steps } = await run;
        return { seen, steps, bytes: textOf(model.save()) };
      };
      const here = await paused({});
      expect(here.seen.map(([step]) => step)).toEqual([5, 10, 15]);
      expect(here.seen.every(([, saved, , kept]) => saved === kept)).toBe(true);
      expect(here.bytes).toBe((await whole(course, {})).bytes);
      expect(await paused({ worker, snapshotsPerSecond: 0 })).toEqual(here);
      expect(await paused({ worker, snapshotsPerSecond: 1000, every: 3 })).toEqual(here);
    });

    it("and a pause by itself is not undone by who did not know of it", async () => {
      const course = COURSES["lstm, a list, windows that carry the state on"]!;
      const run = modelOf(course).fit(course.text, { ...course.options, worker, pauseEvery: 2 });
      for (let step = 2; step <= 18; step += 2) {
        await reached(run, step);
        await new Promise((resolve) => setTimeout(resolve, 20)); // a run that continued would have advanced by now
        expect([run.paused, run.latest?.step]).toEqual([true, step]);
        run.resume();
        const until = performance.now() + 50;
        while (performance.now() < until); // meanwhile it pauses again, which this thread does not hear
        run.pause();
        run.resume();
      }
      expect(await run).toMatchObject({ steps: 19, stopped: "finished" });
    });

    it("where it diverges", async () => {
      const course: Course = {
        text: TEXT,
        model: { cell: "relu", hiddenSize: 6 },
        options: { epochs: 3, clipNorm: false, learningRate: 1e19 },
      };
      const here = await whole(course, {});
      expect(here.result.stopped).toBe("diverged");
      expect(await whole(course, { worker })).toEqual(here);
    });

    it("with a function as tokenizer, and an unknown token", async () => {
      const tokens = (text: string) => text.match(/../gsu) ?? [];
      const train = async (options: TextFitOptions) => {
        const model = new CharRnn({ text: TEXT.slice(0, 60), unknown: "?", tokens, hiddenSize: 4 });
        await model.fit(TEXT, { steps: 6, ...options });
        return textOf(model.save());
      };
      expect(await train({ worker })).toBe(await train({}));
    });

    it.each<[string, () => Optimizer]>([
      ["Sgd with momentum", () => new Sgd({ learningRate: 0.1, momentum: 0.9 })],
      ["Sgd", () => new Sgd({ learningRate: 0.1 })],
      [
        "Adam with a schedule",
        () => new Adam({ learningRate: cosine({ from: 0.1, steps: 20 }), weightDecay: 0.1 }),
      ],
      ["RmsProp", () => new RmsProp({ learningRate: 0.01, momentum: 0.5 })],
    ])("with an optimizer of the user's, which then goes on: %s", async (_, make) => {
      const train = async (options: TextFitOptions) => {
        const model = new CharRnn({ text: TEXT, hiddenSize: 4, layers: 2, dropout: 0.2 });
        const optimizer = make();
        const after: unknown[] = [];
        for (const learningRate of [undefined, 0.05, cosine({ from: 0.1, steps: 3 })]) {
          await model.fit(TEXT, { steps: 3, optimizer, ...(learningRate && { learningRate }), ...options });
          after.push(optimizer.steps, optimizer.learningRate, optimizer.schedule);
          after.push(textOf(model.rnn.save({ optimizer })));
        }
        const batch = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };
        after.push(model.rnn.trainStep(batch, optimizer, { returnState: true }));
        model.rnn.freeze("w_ih_l0");
        await model.fit(TEXT, { steps: 3, optimizer, ...options });
        return [after, textOf(model.save())];
      };
      expect(await train({ worker })).toEqual(await train({}));
    });
  });

  it("is resumed on this thread, and the other way round", async () => {
    const slow = { worker: startSlowWorker };
    for (const course of Object.values(COURSES)) {
      const { bytes } = await whole(course, {});
      for (const [first, second] of [
        [slow, {}],
        [{}, { worker }],
        [slow, { worker }],
      ] as TextFitOptions[][]) {
        const model = modelOf(course);
        const onProgress = ({ step }: { step: number }) => void (step === 3 && run.pause());
        const run = model.fit(course.text, { ...course.options, ...first, onProgress });
        await reached(run, 3);
        const middle = await run.checkpoint();
        run.stop();
        const { steps, stopped } = await run;
        expect(stopped).toBe("stopped");
        expect(steps).toBeLessThan(12);
        model.free();
        const again = CharRnn.load(middle);
        await again.resume(course.text, second);
        expect(textOf(again.save())).toBe(bytes);
        again.free();
      }
    }
  });

  it("is, wherever its model or a checkpoint says that it is", async () => {
    const course = COURSES["gru, a long text, validation each epoch with patience"]!;
    const { bytes } = await whole(course, {});
    const model = modelOf(course);
    const seen = new Map<string, Uint8Array<ArrayBuffer>>();
    const see = (checkpoint: Uint8Array<ArrayBuffer>) => void seen.set(textOf(checkpoint), checkpoint);
    const run = model.fit(course.text, {
      ...course.options,
      worker: startSlowWorker,
      snapshotsPerSecond: 1000,
    });
    (await Promise.all([run.checkpoint(), run.checkpoint()])).forEach(see);
    for await (const _ of run) {
      see(model.save({ optimizer: true }));
      see(await run.checkpoint());
    }
    expect(textOf(model.save())).toBe(bytes);
    model.free();
    const unfinished = [...seen.values()].slice(0, -1); // the last one was seen at the end
    expect(unfinished.length).toBeGreaterThan(4);
    for (const checkpoint of unfinished) {
      const again = CharRnn.load(checkpoint);
      await again.resume(course.text);
      expect(textOf(again.save())).toBe(bytes);
      again.free();
    }
  });

  it("pauses, continues, and gives the same bits", async () => {
    const course = COURSES["lstm, a long text, two layers with dropout, a schedule"]!;
    const { bytes } = await whole(course, {});
    const model = modelOf(course);
    const run = model.fit(course.text, { ...course.options, worker });
    run.pause(); // before it has begun
    expect(run.paused).toBe(true);
    const paused = await run.checkpoint();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(textOf(await run.checkpoint())).toBe(textOf(paused));
    expect(textOf(model.save({ optimizer: true }))).toBe(textOf(paused));
    run.resume();
    await reached(run, 1);
    run.pause();
    const again = await run.checkpoint();
    expect(textOf(await run.checkpoint())).toBe(textOf(again));
    expect(textOf(model.save({ optimizer: true }))).toBe(textOf(again));
    run.resume();
    await run;
    expect(textOf(model.save())).toBe(bytes);
    model.free();
  });

  it("ends by stop(), by its signal, by its time limit, and can be resumed", async () => {
    const model = new CharRnn({ text: TEXT, hiddenSize: 8 });
    const abort = new AbortController();
    let run = model.fit(TEXT, { ...ENDLESS, worker, signal: abort.signal });
    await reached(run, 3);
    abort.abort();
    const aborted = await run;
    expect(aborted.stopped).toBe("aborted");
    expect(aborted.state.step).toBe(aborted.steps);
    run = model.resume(TEXT, { worker });
    await reached(run, aborted.steps + 1);
    run.stop();
    const stopped = await run;
    expect(stopped.stopped).toBe("stopped");
    expect(stopped.steps).toBeGreaterThan(aborted.steps);
    const limited = await model.resume(TEXT, { worker, timeLimitSeconds: 0.05 });
    expect(limited.stopped).toBe("timeLimit");
    expect(limited.seconds).toBeGreaterThanOrEqual(0.05);
    const early = await model.resume(TEXT, { worker, signal: abort.signal }); // aborted before
    expect([early.stopped, early.steps]).toEqual(["aborted", limited.steps]);
    run = model.resume(TEXT, { worker });
    run.stop(); // before it has begun
    expect((await run).steps).toBe(limited.steps);
    model.free();
  });

  it("is read meanwhile, and refuses to be changed", async () => {
    const model = new CharRnn({ text: TEXT, hiddenSize: 8 });
    const before = model.save();
    const run = model.fit(TEXT, { ...ENDLESS, worker, snapshotsPerSecond: 1000 });
    const busy = expect.objectContaining({ code: "BUSY" }) as Error;
    for (const change of [
      () => model.fit(TEXT, { worker }),
      () => model.fit(TEXT),
      () => model.resume(TEXT, { worker }),
      () => model.free(),
      () => model.rnn.setParameters({}),
      () => model.rnn.trainStep({ inputs: [[0]], targets: [[0]] }, new Adam()),
    ]) {
      expect(change).toThrow(busy);
    }
    await reached(run, 3);
    expect(textOf(model.save())).not.toBe(textOf(before));
    const saved = model.save();
    const loss = model.evaluate(TEXT).loss;
    model.generate({ prompt: "the", length: 5 });
    model.nextProbabilities("the");
    model.inspect("fox");
    expect(textOf(model.save())).toBe(textOf(saved)); // no news within a macrotask
    expect(CharRnn.load(saved).evaluate(TEXT).loss).toBe(loss);
    run.stop();
    const { steps } = await run;
    expect(steps).toBeGreaterThan(3);
    model.free();
  });

  it("brings no weights along where none are wanted", async () => {
    const model = new CharRnn({ text: TEXT, hiddenSize: 8 });
    const before = model.save();
    const run = model.fit(TEXT, { ...ENDLESS, worker, snapshotsPerSecond: 0 });
    await reached(run, 10);
    await reached(run, run.latest!.step + 10);
    expect(textOf(model.save())).toBe(textOf(before));
    run.stop();
    await run;
    expect(textOf(model.save())).not.toBe(textOf(before));
    model.free();
  });

  it("compiles nothing in the worker", async () => {
    const forbid = `
      const refuse = () => { throw new Error("compiled again"); };
      WebAssembly.Module = new Proxy(WebAssembly.Module, { construct: refuse });
      WebAssembly.compile = WebAssembly.compileStreaming = refuse;
      WebAssembly.instantiate = WebAssembly.instantiateStreaming = refuse`;
    const model = new CharRnn({ text: TEXT, hiddenSize: 4 });
    const { steps } = await model.fit(TEXT, { steps: 3, worker: () => startWorkerAfter(forbid) });
    expect(steps).toBe(3);
    model.free();
  });
});
