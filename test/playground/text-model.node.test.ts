/** The text tab without its page: texts, files, training, samples, what units follow. */

import { CharRnn } from "bptt";
import { expect, it } from "vitest";
import { linkTo, readSettings } from "../../examples/playground/src/link.js";
import { curvesOf } from "../../examples/playground/src/text/curves.js";
import {
  closestUnit,
  likenesses,
  QUICK,
  read,
  type Reading,
} from "../../examples/playground/src/text/reading.js";
import { TextSession, type Recipe } from "../../examples/playground/src/text/session.js";
import { LONGEST_IN_LINK, schema } from "../../examples/playground/src/text/settings.js";
import { readModel, readText, type Readable } from "../../examples/playground/src/text/text-file.js";
import { TEXTS } from "../../examples/playground/src/text/texts.js";
import { correlation, TRAITS } from "../../examples/playground/src/text/traits.js";
import { Watch } from "../../examples/playground/src/text/watch.js";
import { Writer } from "../../examples/playground/src/text/writer.js";

const TEXT = "the cat sat on the mat; the dog lay on the log.\n".repeat(12);
const recipe: Recipe = { cell: "gru", hidden: 24, layers: 1, rate: 0.02, held: 0.1, seed: 3 };

/** Resolves when `when` is so, and asks it no more. */
function until(session: { onChange?: () => void }, when: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!when()) return;
      delete session.onChange;
      resolve();
    };
    session.onChange = look;
    look();
  });
}

function sessionOf(text: string, some: Partial<Recipe> = {}, file?: Uint8Array) {
  const options = {
    text,
    recipe: { ...recipe, ...some },
    file,
    onChange: () => options.heard.onChange?.(),
    heard: {} as { onChange?: () => void },
  };
  const session = new TextSession(options);
  return { session, when: (is: () => boolean) => until(options.heard, is) };
}

async function trained(text: string, last: number, some: Partial<Recipe> = {}): Promise<TextSession> {
  const { session, when } = sessionOf(text, some);
  session.train(last);
  await when(() => session.phase !== "training");
  return session;
}

const file = (name: string, bytes: Uint8Array, size = bytes.length): Readable => ({
  name,
  size,
  arrayBuffer: async () => bytes.slice().buffer,
});
const utf8 = (text: string) => new TextEncoder().encode(text);

it("ships texts that are texts, the same at each load", async () => {
  for (const [name, { load }] of Object.entries(TEXTS)) {
    const text = await load();
    expect(text.length, name).toBeGreaterThan(1500);
    expect(text, name).not.toMatch(/\r| {2}|undefined/);
    expect(new Set(text).size, name).toBeLessThan(90);
    expect(await load()).toBe(text);
  }
  expect((await TEXTS.rhyme.load()).split("\n\n")[2]).toBe(
    "This is the rat\nthat ate the malt\nthat lay in the house that Jack built.",
  );
});

it("closes in the brackets' text each by its own kind", async () => {
  for (const line of (await TEXTS.brackets.load()).trimEnd().split("\n")) {
    let rest = line;
    for (let before = ""; before !== rest;) {
      before = rest;
      rest = rest.replace(/\([abc]*\)|\[[abc]*\]|\{[abc]*\}/, "");
    }
    expect(rest, line).toMatch(/^[abc]*$/);
  }
});

it("writes settings into the link and reads them back, any text of one's own among them", () => {
  for (const own of ["", "a&b=c#d%20+ é\n😀", "x".repeat(LONGEST_IN_LINK)]) {
    const initial = readSettings(schema, new URLSearchParams()).settings;
    const settings = { ...initial, text: "own", own, rate: 0.1 + 0.2, prompt: "a +" } as const;
    const link = linkTo("text", schema, settings);
    const { settings: again, complaints } = readSettings(schema, new URLSearchParams(link.split("?")[1]));
    expect(again).toEqual(settings);
    expect(complaints).toEqual([]);
  }
  const { complaints } = readSettings(
    schema,
    new URLSearchParams("hidden=0&layers=9&rate=-1&steps=1e9&held=0.9"),
  );
  expect(complaints).toHaveLength(5);
});

it("reads texts and models from files, and says what is wrong with one", async () => {
  expect(await readText(file("a.txt", utf8("\uFEFFone\r\ntwo\rthree")))).toBe("one\ntwo\nthree");
  const model = new CharRnn({ text: TEXT, hiddenSize: 4 });
  expect(await readModel(file("m.safetensors", model.save()))).toEqual(model.save());
  await expect(readText(file("m.safetensors", model.save()))).rejects.toThrow(/is a model; open it under/);
  await expect(readText(file("a.png", Uint8Array.of(0x89, 0x50, 0xff)))).rejects.toThrow(
    /a.png is no text in UTF-8/,
  );
  await expect(readText(file("a.txt", utf8("")))).rejects.toThrow("a.txt is empty.");
  await expect(readText(file("a.txt", utf8("x"), 3e6))).rejects.toThrow(
    "a.txt has 3.0 MB; a text may have 2.0 MB here.",
  );
  await expect(readModel(file("m", utf8("x"), 1e9))).rejects.toThrow(/1000.0 MB; a model may have 64.0 MB/);
  const folder = { name: "d", size: 9, arrayBuffer: () => Promise.reject(new Error("no")) };
  await expect(readText(folder)).rejects.toThrow(/d could not be read/);
});

it("trains as the library does, validates, and ends at the step it is sent to", async () => {
  const session = await trained(TEXT, 60);
  expect([session.phase, session.steps, session.behind]).toEqual(["finished", 60, false]);
  expect(session.validations.map(({ step }) => step)).toEqual([25, 50]);
  const model = new CharRnn({ text: TEXT, cell: "gru", hiddenSize: 24, seed: 3 });
  const losses: number[] = [];
  const validations: number[] = [];
  await model.fit(TEXT, {
    steps: 60,
    batchSize: 16,
    sequenceLength: 48,
    learningRate: 0.02,
    validationFraction: 0.1,
    validateEvery: 25,
    onProgress: ({ step, loss, validationLoss }) => {
      losses[step - 1] = loss;
      if (validationLoss !== undefined) validations[step] = validationLoss;
    },
  });
  expect(session.losses).toEqual(losses);
  expect(session.validations.map(({ loss }) => loss)).toEqual([validations[25], validations[50]]);
  expect(session.model.save()).toEqual(model.save());
});

it("overfits a short text and says it back", async () => {
  const said = "so much depends upon a red wheel barrow. ";
  const session = await trained(said, 250, { held: 0 });
  expect(session.losses.at(-1)).toBeLessThan(0.05);
  expect(session.validations).toEqual([]);
  expect(session.model.generate({ prompt: "so", length: said.length - 3, temperature: 0 })).toBe(
    said.slice(2, -1),
  );
});

it("pauses, goes on, goes further than it was sent, and comes to the same bits", async () => {
  const straight = await trained(TEXT, 90);
  const { session, when } = sessionOf(TEXT);
  session.train(40);
  await when(() => {
    if (session.steps === 10) session.pause(); // within the report: a fast machine is at the last step by the next task
    return session.phase === "paused";
  });
  const { steps } = session;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect([session.phase, session.steps]).toEqual(["paused", steps]);
  session.train(40);
  await when(() => session.phase === "finished");
  session.train(40); // there already
  expect(session.phase).toBe("finished");
  session.train(90);
  const behind = new Set<number>();
  await when(() => {
    if (session.behind) behind.add(session.steps);
    return session.phase === "finished";
  });
  expect([behind.has(1), behind.has(39), behind.has(40)]).toEqual([true, true, false]);
  expect(session.losses).toEqual(straight.losses);
  expect(session.validations).toEqual(straight.validations);
  expect(session.model.save()).toEqual(straight.model.save());
});

it("rests once, however often it is told to", async () => {
  const { session, when } = sessionOf(TEXT);
  session.train(40);
  let rests = 0;
  await when(() => {
    if (session.phase === "training" && session.steps === 10 && rests === 0) {
      session.pause();
      session.pause();
    }
    if (session.phase === "paused") {
      rests++;
      session.train(40); // at once, with the second wish perhaps still under way
    }
    return session.phase === "finished";
  });
  expect([rests, session.steps]).toEqual([1, 40]);
});

it("rests behind the validation of a step, where a run that ends at that step stands, too", async () => {
  const { session, when } = sessionOf(TEXT);
  session.train(200);
  let unvalidated = 0; // pauses asked for between the step and its validation
  await when(() => {
    if (session.steps === 25 && session.phase === "training") {
      if (session.validations.length === 0) unvalidated++;
      session.pause();
    }
    return session.phase === "paused";
  });
  expect(unvalidated).toBeGreaterThan(0);
  expect(session.validations.map(({ step }) => step)).toEqual([25]);
  const straight = await trained(TEXT, session.steps);
  expect(session.validations).toEqual(straight.validations);
  expect(session.losses).toEqual(straight.losses);
});

it("begins with a model's file, also one that was trained on lines, and says where it does not fit", async () => {
  const first = await trained(TEXT, 30);
  const { session, when } = sessionOf(TEXT, {}, first.model.save());
  expect(session.model.evaluate(TEXT)).toEqual(first.model.evaluate(TEXT));
  session.train(20);
  await when(() => session.phase === "finished");
  expect(session.losses[0]).toBeLessThan(first.losses[0]! / 2);

  const lines = new CharRnn({ text: ["ab", "ba"], hiddenSize: 4 }).save();
  const list = sessionOf("ab\nba\nbab\n".repeat(5), {}, lines);
  list.session.train(5);
  await list.when(() => list.session.phase !== "training");
  expect(list.session.phase).toBe("finished");
  const other = sessionOf("xyz".repeat(20), {}, lines);
  other.session.train(5);
  expect([list.session.opening, other.session.opening, session.opening]).toEqual(["ab", "", "the "]);
  expect([other.session.phase, other.session.trouble]).toEqual(["failed", expect.stringMatching(/"x"/)]);
  expect(() => sessionOf(TEXT, {}, utf8("no model"))).toThrow(RangeError);
});

it("ends in words where a step was too large or the text too short", async () => {
  const wild = await trained(TEXT, 200, { cell: "relu", rate: 1e6 });
  expect(wild.phase).toBe("diverged");
  expect(wild.trouble).toMatch(/NaN or infinite/);
  expect(wild.model.generate({ prompt: "t", length: 3 })).toHaveLength(3); // the last good weights are kept
  const short = await trained("a", 5);
  expect([short.phase, short.trouble]).toEqual([
    "failed",
    expect.stringMatching(/fewer than 4 tokens|at least 2 tokens/),
  ]);
});

it("is freed in the midst of a run, and tells nobody any more", async () => {
  const { session, when } = sessionOf(TEXT);
  session.train(10_000);
  await when(() => session.steps >= 3);
  const { model } = session;
  session.free();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(() => model.generate({ prompt: "t" })).toThrow(expect.objectContaining({ code: "FREED" }) as Error);
});

it("draws curves of no more points than a chart shows, each a mean", () => {
  const losses = Array.from({ length: 1000 }, (_, i) => i);
  const { x, training, validation } = curvesOf(losses, [
    { step: 24, loss: 5 },
    { step: 504, loss: 6 },
  ]);
  expect([x.length, x[0], x.at(-1), training[0]]).toEqual([250, 4, 1000, 1.5]);
  expect([4, 5, 65, 125, 126].map((i) => validation[i])).toEqual([null, 5, 5.5, 6, 6]);
  expect(curvesOf([], [])).toEqual({ x: [], training: [], validation: [] });
});

it("writes in parts what the library writes at once, and keeps some of it", () => {
  const model = new CharRnn({ text: TEXT, hiddenSize: 8, seed: 1 });
  const writer = new Writer();
  const asked = { model, prompt: "th", temperature: 0.7, seed: 5 };
  const write = (step: number) => {
    writer.begin({ ...asked, step });
    let parts = 1;
    while (writer.advance(0)) parts++;
    return parts;
  };
  expect(write(0)).toBe(281);
  expect(writer.now?.text).toBe(model.generate({ prompt: "th", length: 280, temperature: 0.7, seed: 5 }));
  for (let step = 1; step < 100; step++) write(step);
  expect(writer.now?.step).toBe(99);
  const kept = writer.kept.map(({ step }) => step);
  expect(kept).toEqual([...kept].sort((a, b) => b - a));
  expect(kept.length).toBeGreaterThan(4);
  expect(kept.length).toBeLessThanOrEqual(8);
  writer.begin({ ...asked, step: 100, prompt: "é" });
  expect([writer.writing, writer.trouble]).toEqual([false, expect.stringMatching(/"é"/)]);
});

it("is asked a thing at a time, again where the model has changed, and never a model that was freed", async () => {
  const { session, when } = sessionOf(TEXT);
  const watch = new Watch(session);
  const question = { prompt: "", temperature: 0.7, seed: 1 };
  expect(watch.frame(question)).toBe(true);
  expect([watch.next?.prompt, watch.reading, watch.writer.now]).toEqual(["the ", undefined, undefined]);
  watch.frame(question);
  watch.frame(question);
  expect([watch.reading?.characters.length, watch.writer.now?.step]).toEqual([320, 0]);
  const settle = () => {
    for (let frames = 0; watch.frame(question); frames++) expect(frames).toBeLessThan(1000);
  };
  settle();
  expect(watch.frame(question)).toBe(false);
  session.train(30);
  await when(() => session.phase === "finished");
  expect(watch.frame({ ...question, temperature: 0 })).toBe(true);
  settle();
  expect([watch.writer.now?.step, watch.writer.now?.text]).toEqual([
    30,
    session.model.generate({ prompt: "the ", length: 280, temperature: 0.7, seed: 1 }),
  ]);
  expect(watch.next?.tokens[0]).toEqual(session.model.nextProbabilities("the ")[0]);
  watch.writer.begin({ ...question, model: session.model, step: 31, prompt: "the " }); // and in the midst of it
  const troubles = new Set<string | undefined>();
  session.train(60);
  await when(() => {
    watch.frame(question);
    troubles.add(watch.writer.trouble);
    return session.phase === "finished";
  });
  expect([...troubles]).toEqual([undefined]);
  settle();
  expect([watch.writer.trouble, watch.writer.now?.step]).toEqual([undefined, 60]);
});

it("reads a list model's texts one after the other, each from its start", () => {
  const texts = ["anna", "otto", "hanna"];
  const model = new CharRnn({ text: texts, hiddenSize: 8, seed: 1 });
  const { characters, states, foretold } = read(model, "anna\notto\n\nhanna\n", QUICK);
  expect(characters.join("")).toBe("\nanna\notto\nhanna"); // a start is shown as the line end that it stands for
  const T = characters.length;
  const inspected = model.inspect("otto");
  for (const t of [0, 4]) expect(states[3 * T + 5 + t]).toBe(inspected.hidden.data[t * 8 + 3]);
  expect([foretold[0], foretold[5], foretold[10]]).toEqual([NaN, NaN, NaN]);
  expect(foretold[7]).toBeCloseTo(Math.exp(-inspected.losses[1]!), 6);
});

it("takes a file without a vocabulary, such as PyTorch writes, for one of the text's", () => {
  const model = new CharRnn({ text: TEXT, hiddenSize: 8, seed: 1 });
  const bare = model.rnn.save();
  const { session } = sessionOf(TEXT, {}, bare);
  expect(session.model.evaluate(TEXT)).toEqual(model.evaluate(TEXT));
  expect(() => sessionOf(TEXT + "!", {}, bare)).toThrow(/from 18 tokens.*got one from 17 to 17/);
});

it("finds what a unit follows", () => {
  const characters = [...'(ab[c]) Bob said "no"\n'];
  const depth = TRAITS.find(({ id }) => id === "depth")!;
  expect(depth.of(characters).slice(0, 8)).toEqual([1, 1, 1, 2, 2, 1, 0, 0]);
  expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
  expect(correlation([1, 2, 3], [-2, -4, -6])).toBeCloseTo(-1, 12);
  expect(correlation([1, 1, 1], [1, 2, 3])).toBe(0);
  const T = characters.length;
  const states = new Float32Array(3 * T);
  states.set(TRAITS[1]!.of(characters), 0);
  states.set(
    depth.of(characters).map((d) => -0.3 * d),
    2 * T,
  );
  const reading: Reading = {
    characters,
    units: 3,
    hidden: 3,
    states,
    foretold: new Float32Array(T),
    short: false,
  };
  expect(closestUnit(reading, depth)).toBe(2);
  expect(likenesses(reading, 2)[0]).toEqual({ trait: depth, r: expect.closeTo(-1, 6) as number });
  expect(likenesses(reading, 0)[0]!.trait.id).toBe("vowel");
});

it("reads the beginning of a text as inspect does, a large model less of it", () => {
  const small = new CharRnn({ text: TEXT, hiddenSize: 8, layers: 2, seed: 1 });
  const { characters, units, hidden, states, foretold, short } = read(small, TEXT, QUICK);
  const inspected = small.inspect(TEXT.slice(0, 320));
  expect([characters.join(""), units, hidden, short]).toEqual([TEXT.slice(0, 320), 16, 8, false]);
  expect(states[9 * 320 + 5]).toBe(inspected.hidden.data[5 * 16 + 9]);
  const id = small.vocabulary.encode("e")[0]!;
  expect(foretold[2]).toBeCloseTo(inspected.probabilities.data[small.vocabulary.size + id]!, 6);
  expect(foretold[0]).toBeNaN();
  const large = new CharRnn({ text: TEXT, hiddenSize: 200, layers: 3 });
  const less = read(large, TEXT, QUICK);
  expect([less.characters.length, less.short]).toEqual([expect.any(Number), true]);
  expect(less.characters.length).toBeLessThan(60);
});
