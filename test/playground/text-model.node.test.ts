/** Tests the text tab without its page: texts, files, training, samples, and what units follow. */

import { CharRnn, Rnn, Vocabulary } from "bptt";
import { expect, it, vi } from "vitest";
import { linkTo, readSettings } from "../../examples/playground/src/link.js";
import { printOf } from "../../examples/playground/src/store.js";
import { curvesOf } from "../../examples/playground/src/text/curves.js";
import { Host } from "../../examples/playground/src/text/host.js";
import {
  charactersOf,
  named,
  namelessOf,
  sortedCharacters,
} from "../../examples/playground/src/text/model-file.js";
import type { FromWorker, Update } from "../../examples/playground/src/text/protocol.js";
import {
  closestUnit,
  likenesses,
  QUICK,
  read,
  type Reading,
} from "../../examples/playground/src/text/reading.js";
import { isKept, isShown } from "../../examples/playground/src/text/sampled-steps.js";
import { TextSession, type Recipe, type SavedTraining } from "../../examples/playground/src/text/session.js";
import { LONGEST_IN_LINK, schema } from "../../examples/playground/src/text/settings.js";
import { readModel, readText, type Readable } from "../../examples/playground/src/text/text-file.js";
import { TEXTS } from "../../examples/playground/src/text/texts.js";
import { correlation, TRAITS } from "../../examples/playground/src/text/traits.js";
import { Watch } from "../../examples/playground/src/text/watch.js";

const TEXT = "the cat sat on the mat; the dog lay on the log.\n".repeat(12);
const recipe: Recipe = { cell: "gru", hidden: 24, layers: 1, rate: 0.02, held: 0.1, seed: 3 };

/** Resolves when `when` is true, and does not call it again. */
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

function sessionOf(text: string, some: Partial<Recipe> = {}, file?: Uint8Array, saved?: SavedTraining) {
  const options = {
    text,
    recipe: { ...recipe, ...some },
    file,
    saved,
    onStep: (step: number) => options.heard.onStep?.(step),
    onChange: () => options.heard.onChange?.(),
    heard: {} as { onChange?: () => void; onStep?: (step: number) => void },
  };
  const session = new TextSession(options);
  return { session, heard: options.heard, when: (is: () => boolean) => until(options.heard, is) };
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
  const units = [...Buffer.from("\uFEFFone\r\nzwölf 한", "utf16le")];
  expect(await readText(file("le.txt", Uint8Array.from(units)))).toBe("one\nzwölf 한");
  const swapped = units.map((_, i) => units[i ^ 1]!);
  expect(await readText(file("be.txt", Uint8Array.from(swapped)))).toBe("one\nzwölf 한");
  const model = new CharRnn({ text: TEXT, hiddenSize: 4 });
  expect(await readModel(file("m.safetensors", model.save()))).toEqual(model.save());
  await expect(readText(file("m.safetensors", model.save()))).rejects.toThrow(/is a model; open it under/);
  await expect(readText(file("a.png", Uint8Array.of(0x89, 0x50, 0xff)))).rejects.toThrow(
    /a.png is not UTF-8 text/,
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
  expect([session.phase, session.steps]).toEqual(["finished", 60]);
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
  expect(session.model.rnn.save()).toEqual(model.rnn.save());
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

it("pauses, continues, runs beyond its first target, and gives the same bits", async () => {
  const straight = await trained(TEXT, 90);
  const { session, heard, when } = sessionOf(TEXT);
  session.train(40);
  await when(() => {
    if (session.steps === 10) session.pause(); // within the report, because a fast machine reaches the last step before the next task
    return session.phase === "paused";
  });
  const { steps } = session;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect([session.phase, session.steps]).toEqual(["paused", steps]);
  session.train(40);
  await when(() => session.phase === "finished");
  session.train(40); // there already
  expect(session.phase).toBe("finished");
  const seen: number[] = [];
  heard.onStep = (step) => void seen.push(step);
  session.train(90);
  await when(() => session.phase === "finished");
  expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => 41 + i)); // no step is done twice
  expect(session.losses).toEqual(straight.losses);
  expect(session.validations).toEqual(straight.validations);
  expect(session.model.rnn.save()).toEqual(straight.model.rnn.save());
});

it("pauses once, however often it is asked to, and does no step twice", async () => {
  const { session, heard, when } = sessionOf(TEXT);
  const seen: number[] = [];
  heard.onStep = (step) => void seen.push(step);
  session.train(40);
  let changes = 0;
  await when(() => {
    if (session.steps < 10) return false;
    const { phase } = session;
    session.pause();
    session.pause();
    if (session.phase !== phase) changes++;
    return true;
  });
  expect([changes, session.phase, session.steps]).toEqual([1, "paused", 10]);
  session.train(40);
  await when(() => session.phase === "finished");
  expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
});

it("pauses after the validation of a step, like a run that ends at that step", async () => {
  const { session, when } = sessionOf(TEXT);
  session.train(200);
  let unvalidated = 0; // pauses requested between the step and its validation
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

it("samples after fixed steps, thinly kept and more densely shown", () => {
  const steps = Array.from({ length: 20_001 }, (_, step) => step);
  expect(steps.filter(isKept)).toEqual([0, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240]);
  expect(steps.filter(isShown).slice(0, 10)).toEqual([50, 60, 70, 100, 120, 140, 200, 240, 280, 400]);
  expect(steps.filter((step) => isKept(step) && isShown(step))).toEqual([]);
});

it("shows samples of just the weights of their steps, the same at a link to each of them", async () => {
  const question = { prompt: "", temperature: 0.7, seed: 1 };
  const { session, heard, when } = sessionOf(TEXT);
  const watch = new Watch(session, question);
  expect(watch.settle()).toBe(true);
  heard.onStep = (step) => watch.stepped(step);
  session.train(45);
  await when(() => session.phase === "finished");
  while (watch.settle());
  const { samples } = watch.views;
  expect(samples.map(({ step }) => step)).toEqual([45, 40, 20, 10, 0]);
  for (const { step, text } of samples) {
    const { model } = step === 0 ? sessionOf(TEXT).session : await trained(TEXT, step);
    expect(model.generate({ prompt: "the ", length: 280, temperature: 0.7, seed: 1 }), `${step}`).toBe(text);
  }
  watch.ask({ ...question, temperature: 0, prompt: "é" });
  while (watch.settle());
  expect([watch.views.sampleTrouble, watch.views.next?.trouble]).toEqual([
    expect.stringMatching(/"é"/),
    expect.stringMatching(/"é"/),
  ]);
  watch.ask({ ...question, temperature: 0 });
  while (watch.settle());
  expect([watch.views.sampleTrouble, watch.views.samples[0]?.temperature]).toEqual([undefined, 0]);
});

it("refreshes every view in turns while it trains, however slow one is", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const { session } = sessionOf(TEXT);
    const { model } = session;
    Object.defineProperty(session, "phase", { value: "training" });
    const counts = { inspect: 0, nextProbabilities: 0, generate: 0 };
    for (const [name, milliseconds] of [
      ["inspect", 900],
      ["nextProbabilities", 1500],
      ["generate", 200],
    ] as const) {
      const real = model[name].bind(model) as (argument: unknown) => unknown;
      Object.defineProperty(model, name, {
        value: (argument: unknown) => {
          counts[name]++;
          vi.advanceTimersByTime(milliseconds);
          return real(argument);
        },
      });
    }
    const watch = new Watch(session, { prompt: "", temperature: 0.7, seed: 1 });
    for (let step = 1; step <= 1300; step++) {
      vi.advanceTimersByTime(100);
      watch.stepped(step);
    }
    expect(counts.generate).toBeGreaterThanOrEqual(8); // 10, 20, 40, …, 1280 at least
    expect(counts.inspect).toBeGreaterThan(5);
    expect(counts.nextProbabilities).toBeGreaterThan(5);
    const viewed = 900 * counts.inspect + 1500 * counts.nextProbabilities;
    expect(viewed).toBeLessThan((1300 * 100) / 4); // and training has most of the time
  } finally {
    vi.useRealTimers();
  }
});

it("continues a training that was kept, to the same bits", async () => {
  const straight = await trained(TEXT, 60);
  const first = await trained(TEXT, 30);
  const saved = first.save()!;
  const { session, when } = sessionOf(TEXT, {}, undefined, saved);
  expect([session.phase, session.steps]).toEqual(["paused", 30]);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(session.steps).toBe(30);
  session.train(60);
  await when(() => session.phase === "finished");
  expect(session.losses).toEqual(straight.losses);
  expect(session.validations).toEqual(straight.validations);
  expect(session.model.rnn.save()).toEqual(straight.model.rnn.save());
});

it("tells the page what has changed, and no more", async () => {
  const updates: Update[] = [];
  const others: FromWorker[] = [];
  const send = (message: FromWorker) => {
    if (message.kind === "update") updates.push(message.update);
    else others.push(message);
  };
  const question = { prompt: "", temperature: 0.7, seed: 1 };
  const made = { text: TEXT, recipe, file: undefined, key: "", step: 30, question };
  const host = (await Host.make(7, made, send))!;
  await vi.waitFor(() => expect(updates.at(-1)?.phase).toBe("finished"));
  await vi.waitFor(() => expect(updates.some(({ views }) => views.samples?.[0]?.step === 30)).toBe(true));
  const losses = updates.flatMap((update) => [...update.losses]);
  expect(losses).toEqual((await trained(TEXT, 30)).losses);
  host.save(5);
  expect(others).toEqual([
    {
      session: 7,
      kind: "made",
      shape: expect.objectContaining({ cell: "gru", hidden: 24, unknown: [] }) as object,
    },
    { session: 7, kind: "saved", request: 5, bytes: expect.any(Uint8Array) as Uint8Array },
  ]);
  host.free();
  const bad = { ...made, file: utf8("no model") };
  expect(await Host.make(8, bad, send)).toBeUndefined();
  expect(others.at(-1)).toMatchObject({ session: 8, kind: "refused" });
});

it("reads a list model's texts one after the other, each from its start", () => {
  const texts = ["anna", "otto", "hanna"];
  const model = new CharRnn({ text: texts, hiddenSize: 8, seed: 1 });
  const { characters, states, predicted } = read(model, "anna\notto\n\nhanna\n", QUICK);
  expect(characters.join("")).toBe("\nanna\notto\nhanna"); // a start is shown as the line end that it represents
  const T = characters.length;
  const inspected = model.inspect("otto");
  for (const t of [0, 4]) expect(states[3 * T + 5 + t]).toBe(inspected.hidden.data[t * 8 + 3]);
  expect([predicted[0], predicted[5], predicted[10]]).toEqual([NaN, NaN, NaN]);
  expect(predicted[7]).toBeCloseTo(Math.exp(-inspected.losses[1]!), 6);
});

it("asks for the vocabulary of a file that has none, such as PyTorch writes, and takes no other", () => {
  const model = new CharRnn({ text: TEXT, hiddenSize: 8, seed: 1 });
  expect(namelessOf(model.save())).toBeUndefined();
  const nameless = namelessOf(model.rnn.save())!;
  expect(nameless).toMatchObject({ cell: "gru", hidden: 8, layers: 1, size: model.vocabulary.size });
  const characters = sortedCharacters(TEXT);
  expect(characters).toEqual([...model.vocabulary.tokens]);
  const opened = CharRnn.load(named(nameless, characters));
  expect(opened.evaluate(TEXT)).toEqual(model.evaluate(TEXT));
  expect(() => named(nameless, characters.slice(1))).toThrow(/has 17 characters; these are 16/);
  expect(() => named(nameless, [...characters.slice(1), "t"])).toThrow(/"t" occurs twice/);
  expect(() => namelessOf(utf8("no model"))).toThrow(RangeError);
  const headless = new Rnn({ cell: "gru", inputSize: 5, hiddenSize: 4 });
  expect(() => namelessOf(headless.save())).toThrow(RangeError); // a vocabulary would not help
  expect(charactersOf("ab\n")).toEqual(["a", "b", "\n"]);
  expect(charactersOf('["a", "\\n", "ab"]')).toEqual(["a", "\n", "ab"]);
  expect(charactersOf("[1, 2]")).toEqual([..."[1, 2]"]);
});

it("names the characters of a text that a model does not know", () => {
  const file = new CharRnn({ vocabulary: new Vocabulary([..."abc\n"]), hiddenSize: 4 }).save();
  expect(sessionOf("abba\n", {}, file).session.unknown).toEqual([]);
  expect(sessionOf("abxé\nx", {}, file).session.unknown).toEqual(["x", "é"]);
  const lines = new CharRnn({ text: ["ab", "ba"], hiddenSize: 4 }).save();
  expect(sessionOf("ab\nbad\n", {}, lines).session.unknown).toEqual(["d"]);
});

it("gives each content a distinct name", () => {
  expect(printOf("abc")).toMatch(/^[0-9a-f]{16}$/);
  expect(printOf("abc")).toBe(printOf(utf8("abc")));
  const prints = new Set(Array.from({ length: 20_000 }, (_, i) => printOf(`text ${i}`)));
  expect(prints.size).toBe(20_000);
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
    predicted: new Float32Array(T),
    short: false,
  };
  expect(closestUnit(reading, depth)).toBe(2);
  expect(likenesses(reading, 2)[0]).toEqual({ trait: depth, r: expect.closeTo(-1, 6) as number });
  expect(likenesses(reading, 0)[0]!.trait.id).toBe("vowel");
});

it("reads the beginning of a text as inspect does, a large model less of it", () => {
  const small = new CharRnn({ text: TEXT, hiddenSize: 8, layers: 2, seed: 1 });
  const { characters, units, hidden, states, predicted, short } = read(small, TEXT, QUICK);
  const inspected = small.inspect(TEXT.slice(0, 320));
  expect([characters.join(""), units, hidden, short]).toEqual([TEXT.slice(0, 320), 16, 8, false]);
  expect(states[9 * 320 + 5]).toBe(inspected.hidden.data[5 * 16 + 9]);
  const id = small.vocabulary.encode("e")[0]!;
  expect(predicted[2]).toBeCloseTo(inspected.probabilities.data[small.vocabulary.size + id]!, 6);
  expect(predicted[0]).toBeNaN();
  const large = new CharRnn({ text: TEXT, hiddenSize: 200, layers: 3 });
  const less = read(large, TEXT, QUICK);
  expect([less.characters.length, less.short]).toEqual([expect.any(Number), true]);
  expect(less.characters.length).toBeLessThan(60);
});
