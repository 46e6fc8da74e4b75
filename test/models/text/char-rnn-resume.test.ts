/**
 * Tests that a run of a text model which is interrupted anywhere, saved as bytes, loaded and resumed gives
 * the same bits as one without interruption: weights, losses of every step, best weights, and the next
 * checkpoint. It covers both kinds of text, all cells, and dropout.
 */

import { Adam, CharRnn, cosine, Rnn, Sgd, type TextFitOptions } from "bptt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COURSES, TEXT, type Course } from "../../support/courses.js";

/** Decodes bytes to a string, which is quickly compared. */
const latin = new TextDecoder("latin1");
const textOf = (bytes: Uint8Array): string => latin.decode(bytes);

type Trail = Map<string, object>;

function listener(trail: Trail, then: (place: string) => void): NonNullable<TextFitOptions["onProgress"]> {
  return ({ step, epoch, loss, validationLoss, gradientNorm, learningRate }) => {
    const place = `${step} ${String(validationLoss)}`;
    trail.set(place, { epoch, loss, gradientNorm, learningRate });
    then(place);
  };
}

/**
 * Runs the course without interruption and returns its reports, the bytes at its end, and a checkpoint at
 * each place.
 */
async function inOneGo({ text, model: options, options: fit }: Course) {
  const model = new CharRnn({ text, seed: 5, ...options });
  const trail: Trail = new Map();
  const checkpoints = new Map<string, Uint8Array<ArrayBuffer>>();
  const onProgress = listener(trail, (place) => checkpoints.set(place, model.save({ optimizer: true })));
  const { steps, stopped, validationLoss, keptStep } = await model.fit(text, { ...fit, onProgress });
  const end = { bytes: textOf(model.save()), trail: [...trail], steps, stopped, validationLoss, keptStep };
  expect(textOf(model.save({ optimizer: true }))).toBe(end.bytes); // nothing unfinished
  model.free();
  return { end, checkpoints };
}

/** Runs the course with interruptions at some of the places. */
async function inPieces(
  course: Course,
  cuts: ReadonlySet<string>,
  checkpoints: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
) {
  const { text, model: options, options: fit } = course;
  let model = new CharRnn({ text, seed: 5, ...options });
  const trail: Trail = new Map();
  const done = new Set<string>();
  let run = model.fit(text, { ...fit, onProgress: listener(trail, cut) });
  function cut(place: string): void {
    if (!cuts.has(place) || done.has(place)) return;
    done.add(place);
    expect(textOf(model.save({ optimizer: true }))).toBe(textOf(checkpoints.get(place)!));
    run.stop();
  }
  let result = await run;
  while (result.stopped === "stopped") {
    const elsewhere = CharRnn.load(model.save({ optimizer: true }));
    const [kept, dropped] = done.size % 2 === 0 ? [model, elsewhere] : [elsewhere, model]; // here, or elsewhere
    dropped.free();
    model = kept;
    run = model.resume(text, { onProgress: listener(trail, cut) });
    result = await run;
  }
  const { steps, stopped, validationLoss, keptStep } = result;
  const end = { bytes: textOf(model.save()), trail: [...trail], steps, stopped, validationLoss, keptStep };
  model.free();
  return { end, cut: done.size };
}

describe("resume", () => {
  it.each(Object.keys(COURSES))("%s", async (name) => {
    const course = COURSES[name]!;
    const { end, checkpoints } = await inOneGo(course);
    const places = [...checkpoints.keys()];
    expect(places.length).toBeGreaterThan(8);
    await fc.assert(
      fc.asyncProperty(fc.subarray(places), async (some) => {
        const pieces = await inPieces(course, new Set(some), checkpoints);
        expect(pieces.end).toEqual(end);
        expect(pieces.cut).toBe(some.length);
      }),
      { numRuns: 8, seed: 1, examples: [[places], [[places.at(-1)!]]] },
    );
    // also from each checkpoint, in a new model
    for (const bytes of checkpoints.values()) {
      const model = CharRnn.load(bytes);
      const { steps } = await model.resume(course.text);
      expect([steps, textOf(model.save())]).toEqual([end.steps, end.bytes]);
      model.free();
    }
  });

  it("with an optimizer of the user's", async () => {
    for (const make of [
      () => new Sgd({ learningRate: 0.1, momentum: 0.9 }),
      () => new Adam({ learningRate: cosine({ from: 0.1, steps: 9 }) }),
    ]) {
      const whole = new CharRnn({ text: TEXT, hiddenSize: 4 });
      await whole.fit(TEXT, { steps: 9, optimizer: make() });
      const cut = new CharRnn({ text: TEXT, hiddenSize: 4 });
      const run = cut.fit(TEXT, {
        steps: 9,
        optimizer: make(),
        onProgress: ({ step }) => step === 4 && run.stop(),
      });
      await run;
      const again = CharRnn.load(cut.save({ optimizer: true }));
      await again.resume(TEXT);
      await cut.resume(TEXT);
      expect(again.save()).toEqual(whole.save());
      expect(cut.save()).toEqual(whole.save());
      for (const model of [whole, cut, again]) model.free();
    }
  });

  it("checkpoint() gives what save({ optimizer: true }) does; a paused, aborted or failed run can be resumed", async () => {
    const whole = new CharRnn({ text: TEXT, hiddenSize: 4 });
    await whole.fit(TEXT, { steps: 12 });
    const model = new CharRnn({ text: TEXT, hiddenSize: 4 });
    const abort = new AbortController();
    const run = model.fit(TEXT, {
      steps: 12,
      signal: abort.signal,
      onProgress: ({ step }) => step === 5 && run.pause(),
    });
    for await (const { step } of run) if (step === 5) break;
    const paused = await run.checkpoint();
    expect(model.save({ optimizer: true })).toEqual(paused);
    abort.abort();
    expect((await run).stopped).toBe("aborted");
    expect(model.save({ optimizer: true })).toEqual(paused);
    await expect(
      model.resume(TEXT, {
        onProgress: ({ step }) => {
          if (step === 8) throw new Error("a listener's");
        },
      }).done,
    ).rejects.toThrow("a listener's");
    const { steps } = await model.resume(TEXT);
    expect([steps, model.save()]).toEqual([12, whole.save()]);
    whole.free();
    model.free();
  });

  it("generating, evaluating and inspecting while it trains changes no bit", async () => {
    const course = COURSES["lstm, a long text, two layers with dropout, a schedule"]!;
    const { end } = await inOneGo(course);
    const model = new CharRnn({ text: TEXT, seed: 5, ...course.model });
    const look = ({ step }: { step: number }) => {
      model.generate({ prompt: "the", length: 5, seed: step, topK: 3 });
      model.evaluate("the fox");
      model.inspect("fox");
      model.nextProbabilities("do");
      model.save();
    };
    await model.fit(TEXT, { ...course.options, onProgress: look });
    expect(textOf(model.save())).toBe(end.bytes);
    model.free();
  });

  it("refuses another text, a file without unfinished run, and the other kind", async () => {
    const model = new CharRnn({ text: TEXT, hiddenSize: 4 });
    expect(() => model.resume(TEXT)).toThrow(/^resume: expected an unfinished run/);
    const run = model.fit(TEXT, { steps: 5 });
    expect(() => model.fit(TEXT)).toThrow(expect.objectContaining({ code: "BUSY" }));
    expect(() => model.resume(TEXT)).toThrow(expect.objectContaining({ code: "BUSY" }));
    expect(() => model.free()).toThrow(expect.objectContaining({ code: "BUSY" }));
    run.stop();
    await run;
    expect(() => model.resume(TEXT.slice(1))).toThrow(
      /^text: expected the text with which the run began, received "he quick/,
    );
    expect(() => model.resume([TEXT])).toThrow(RangeError);
    const again = CharRnn.load(model.save({ optimizer: true }));
    expect(again.save({ optimizer: true })).toEqual(model.save({ optimizer: true })); // there and back
    await again.resume(TEXT);
    expect(() => again.resume(TEXT)).toThrow(/^resume: expected/);
    expect(() => CharRnn.load(model.save()).resume(TEXT)).toThrow(/^resume: expected/);
    const rnn = Rnn.load(model.save({ optimizer: true })); // the network alone, from any of its files
    expect(rnn.parameters).toEqual(model.rnn.parameters);
    for (const freed of [model, again, rnn]) freed.free();
  });
});
