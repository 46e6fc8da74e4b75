/** Tests the record of the last run, in memory and in the file. */

import { CharRnn, cosine, Sgd, warmup } from "bptt";
import { describe, expect, it } from "vitest";

const TEXT = "the quick brown fox jumps over the lazy dog; ".repeat(12);
const made = () => new CharRnn({ text: TEXT, cell: "tanh", hiddenSize: 6, seed: 3 });

/** Returns the file with one text of its metadata replaced and padded to the old length. */
function withMetadata(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = new TextDecoder("latin1").decode(bytes);
  const inJson = (part: string) => JSON.stringify(part).slice(1, -1);
  const at = text.indexOf(inJson(from));
  expect(at).toBeGreaterThan(0);
  const changed = text.replace(inJson(from), inJson(to));
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const grown = changed.length - text.length;
  const out = Uint8Array.from(changed, (character) => character.charCodeAt(0));
  new DataView(out.buffer).setBigUint64(0, BigInt(length + grown), true);
  return out;
}

describe("the last run", () => {
  it("is none before there was one, while the first is under way, and where it was cut short", async () => {
    const model = made();
    expect(model.lastRun).toBeUndefined();
    expect(CharRnn.load(model.save()).lastRun).toBeUndefined();
    const run = model.fit(TEXT, { steps: 20, onProgress: ({ step }) => step === 5 && run.stop() });
    expect(model.lastRun).toBeUndefined();
    expect((await run).stopped).toBe("stopped");
    expect(model.lastRun).toBeUndefined();
    const again = CharRnn.load(model.save({ optimizer: true }));
    expect(again.lastRun).toBeUndefined();
    await again.resume(TEXT);
    expect(again.lastRun).toMatchObject({ stopped: "finished", steps: 20 });
  });

  it("is nobody's to change: the file would say so", async () => {
    const model = made();
    await model.fit(TEXT, { steps: 3, validationFraction: 0.2, validateEvery: 1, patience: 5 });
    for (const { lastRun } of [model, CharRnn.load(model.save())]) {
      for (const part of [lastRun, lastRun?.validation, lastRun?.best, lastRun?.settings])
        expect(Object.isFrozen(part) && part).toBeTypeOf("object");
    }
  });

  it("says what the result said, and with which settings; a file keeps it", async () => {
    const model = made();
    const options = {
      epochs: 3,
      batchSize: 4,
      sequenceLength: 20,
      learningRate: warmup(2, cosine({ from: 0.05, steps: 9 })),
      validationFraction: 0.2,
      clipNorm: false,
    } as const;
    const { steps, epochs, loss, validationLoss } = await model.fit(TEXT, options);
    const settings = { ...options, steps: null, shards: null, validateEvery: null, patience: null, seed: 3 };
    const validation = { step: steps, loss: validationLoss };
    const expected = {
      stopped: "finished",
      steps,
      epochs,
      loss,
      validation,
      best: null,
      optimizer: "adam",
      settings,
    };
    expect(model.lastRun).toEqual(expected);
    const bytes = model.save();
    const again = CharRnn.load(bytes);
    expect(again.lastRun).toEqual(expected);
    expect(again.save()).toEqual(bytes);
    expect(again.save({ optimizer: true })).toEqual(bytes);
  });

  it("early, with the best weights; with another optimizer", async () => {
    const model = made();
    const early = { steps: 400, validationFraction: 0.2, validateEvery: 5, patience: 1, learningRate: 5 };
    const { stopped, keptStep, validationLoss } = await model.fit(TEXT, {
      ...early,
      optimizer: new Sgd({ learningRate: 5 }),
    });
    expect(stopped).toBe("early");
    expect(model.lastRun).toMatchObject({
      stopped,
      best: { step: keptStep, loss: validationLoss },
      optimizer: "sgd",
    });
  });

  it("is the newest that ended; one that is cut short leaves the one before", async () => {
    const model = made();
    await model.fit(TEXT, { steps: 3 });
    await model.fit(TEXT, { steps: 4, seed: 9 });
    expect(model.lastRun).toMatchObject({ steps: 4, settings: { seed: 9 } });
    const run = model.fit(TEXT, { steps: 50, onProgress: ({ step }) => step === 2 && run.stop() });
    await run;
    const again = CharRnn.load(model.save({ optimizer: true }));
    expect([model.lastRun?.steps, again.lastRun?.steps, again.resumable]).toEqual([4, 4, true]);
  });

  it("of a checkpoint that is asked for when all is done", async () => {
    const model = made();
    const run = model.fit(TEXT, { steps: 3 });
    await run;
    expect(await run.checkpoint()).toEqual(model.save());
  });

  it("a run that diverged", async () => {
    const model = made();
    const { stopped } = await model.fit(TEXT, { steps: 50, learningRate: 1e30, clipNorm: false });
    expect(stopped).toBe("diverged");
    expect(CharRnn.load(model.save()).lastRun).toEqual(model.lastRun);
    expect(model.lastRun?.stopped).toBe("diverged");
  });

  it("what is wrong in a file is named", async () => {
    const model = made();
    await model.fit(TEXT, { steps: 3 });
    const bytes = model.save();
    const wrong = (from: string, to: string) => () => CharRnn.load(withMetadata(bytes, from, to));
    expect(wrong('"steps":3,"stopped"', '"steps":-3,"stopped"')).toThrow(
      expect.objectContaining({
        name: "RangeError",
        message: "bytes.trained.steps: expected an integer >= 0, received -3",
      }),
    );
    expect(wrong('"stopped":"finished"', '"stopped":"aborted"')).toThrow(
      'bytes.trained.stopped: expected one of "finished", "early", "diverged", received "aborted"',
    );
    expect(wrong('"optimizer":"adam"', '"optimizer":7')).toThrow(
      "bytes.trained.optimizer: expected a string, received 7",
    );
    expect(wrong('"batchSize":32', '"batchSize":0')).toThrow("bytes.trained.batchSize: expected");
    expect(wrong('"best":null,"epochs"', '"best":null,"epoch"')).toThrow("bytes.trained: ");
    expect(wrong('{"best":null', '["best",null')).toThrow("bytes.trained: expected JSON");
  });
});
