/**
 * Tests bad arguments of a text model: the class and message of the error, and that the model is unaffected.
 */

import { CharRnn, Rnn, Vocabulary } from "bptt";
import { describe, expect, it } from "vitest";
import { any } from "../../support/bad-input.js";

type Case = [
  name: string,
  kind: typeof TypeError | typeof RangeError,
  message: string,
  run: (model: CharRnn) => unknown,
];

const TEXT = "abcabcabcab";
const make = (options: object) => () => new CharRnn(any(options));
const fit =
  (options: object, text: unknown = TEXT) =>
  (model: CharRnn) =>
    model.fit(any(text), any(options));
const generate = (options: object) => (model: CharRnn) => model.generate(any({ prompt: "a", ...options }));

const CONSTRUCTOR: Case[] = [
  [
    "no options",
    TypeError,
    "options: expected an object, received undefined",
    () => new CharRnn(any(undefined)),
  ],
  ["neither", TypeError, "options: expected either text or vocabulary, received neither", make({})],
  [
    "both",
    TypeError,
    "options: expected either text or vocabulary, received both",
    make({ text: "a", vocabulary: new Vocabulary(["a"]) }),
  ],
  ["a number", TypeError, "text: expected a string or an array of strings, received 3", make({ text: 3 })],
  ["a list with a number", TypeError, "text[1]: expected a string, received 3", make({ text: ["a", 3] })],
  [
    "a list with a hole",
    TypeError,
    "text[0]: expected a string, received undefined",
    make({ text: new Array<string>(3) }),
  ],
  ["no tokens", RangeError, "text: expected at least one token, received none", make({ text: "" })],
  ["an empty list", RangeError, "text: expected at least one token, received none", make({ text: [] })],
  [
    "tokens by name",
    RangeError,
    'tokens: expected "characters", "graphemes", "words", an array of tokens, a function or { split, join }, received "bytes"',
    make({ text: "a", tokens: "bytes" }),
  ],
  [
    "tokens of a kind",
    TypeError,
    'tokens: expected "characters", "graphemes", "words", an array of tokens, a function or { split, join }, received 1',
    make({ text: "a", tokens: 1 }),
  ],
  [
    "tokens twice",
    RangeError,
    'tokens[1]: expected each token once, received "a" as in tokens[0]',
    make({ text: "a", tokens: ["a", "a"] }),
  ],
  [
    "tokens of one's own",
    TypeError,
    "tokens(text)[0]: expected a non-empty string, received 1",
    make({ text: "a", tokens: () => [1] }),
  ],
  [
    "an empty token of one's own",
    RangeError,
    'tokens(text)[0]: expected a non-empty string, received ""',
    make({ text: "a", tokens: () => [""] }),
  ],
  [
    "a cell",
    RangeError,
    'cell: expected one of "tanh", "relu", "gru", "lstm", received "rnn"',
    make({ text: "a", cell: "rnn" }),
  ],
  [
    "a size",
    RangeError,
    "hiddenSize: expected an integer >= 1, received 0",
    make({ text: "a", hiddenSize: 0 }),
  ],
  [
    "a seed",
    RangeError,
    "seed: expected an integer in 0..4294967295, received -1",
    make({ text: "a", seed: -1 }),
  ],
  [
    "a kind",
    RangeError,
    'kind: expected "text", which the text is, received "list"',
    make({ text: "a", kind: "list" }),
  ],
  [
    "no vocabulary",
    TypeError,
    "vocabulary: expected a vocabulary (new Vocabulary(…)), received an array of length 1",
    make({ vocabulary: ["a"] }),
  ],
  [
    "unknown",
    TypeError,
    'unknown: expected no value, since the vocabulary has its own, received "?"',
    make({ vocabulary: new Vocabulary(["a"]), unknown: "?" }),
  ],
  [
    "an option",
    TypeError,
    'options: expected known options only, received "size"; known are text, vocabulary, kind, unknown, tokens, maxTokens, cell, hiddenSize, layers, dropout, seed',
    make({ size: 3 }),
  ],
];

const METHODS: Case[] = [
  ["fit: nothing", TypeError, "text: expected a string or an array of strings, received null", fit({}, null)],
  [
    "fit: a list",
    RangeError,
    "text: expected one long text, which this model is for, received an array of length 1",
    fit({}, ["ab"]),
  ],
  [
    "fit: a list with a hole",
    TypeError,
    "text[0]: expected a string, received undefined",
    fit({}, new Array<string>(1)),
  ],
  ["fit: one token", RangeError, "text: expected at least 2 tokens, received 1", fit({}, "a")],
  ["fit: no token", RangeError, "text: expected at least 2 tokens, received 0", fit({}, "")],
  [
    "fit: an option",
    TypeError,
    'options: expected known options only, received "worker_"; known are epochs, steps, batchSize, learningRate, clipNorm, shards, validateEvery, patience, seed, sequenceLength, validationFraction, optimizer, timeLimitSeconds, every, pauseEvery, signal, onProgress, worker, workers, snapshotsPerSecond',
    fit({ worker_: true }),
  ],
  [
    "fit: epochs and steps",
    TypeError,
    "steps: expected either epochs or steps, received both",
    fit({ epochs: 1, steps: 1 }),
  ],
  ["fit: epochs", RangeError, "epochs: expected an integer >= 1, received 0", fit({ epochs: 0 })],
  ["fit: batchSize", RangeError, "batchSize: expected an integer >= 1, received 0", fit({ batchSize: 0 })],
  [
    "fit: sequenceLength",
    TypeError,
    'sequenceLength: expected an integer >= 1, received "64"',
    fit({ sequenceLength: "64" }),
  ],
  [
    "fit: clipNorm",
    TypeError,
    "clipNorm: expected a number, or false for none, received true",
    fit({ clipNorm: true }),
  ],
  [
    "fit: validationFraction",
    RangeError,
    "validationFraction: expected a finite number >= 0 and < 1, received 1",
    fit({ validationFraction: 1 }),
  ],
  [
    "fit: nothing to validate",
    RangeError,
    "validationFraction: expected 0 with fewer than 4 tokens, received 0.5 with 3",
    fit({ validationFraction: 0.5 }, "abc"),
  ],
  [
    "fit: patience",
    TypeError,
    "patience: expected no value without a validationFraction above 0, received 3",
    fit({ patience: 3 }),
  ],
  [
    "fit: validateEvery",
    TypeError,
    "validateEvery: expected no value without a validationFraction above 0, received 3",
    fit({ validateEvery: 3 }),
  ],
  ["fit: every", RangeError, "every: expected an integer >= 1, received 0", fit({ every: 0 })],
  ["fit: pauseEvery", RangeError, "pauseEvery: expected an integer >= 1, received 0", fit({ pauseEvery: 0 })],
  [
    "fit: learningRate",
    RangeError,
    "learningRate: expected a finite number in 0..1e+30, received -1",
    fit({ learningRate: -1 }),
  ],
  [
    "fit: optimizer",
    TypeError,
    "optimizer: expected an optimizer (new Adam(…)), received an object",
    fit({ optimizer: {} }),
  ],
  [
    "fit: worker",
    TypeError,
    "worker: expected true, false or a function that makes a Worker, received 5",
    fit({ worker: 5 }),
  ],
  [
    "fit: a worker, not a function",
    TypeError,
    "worker: expected true, false or a function that makes a Worker, received an object",
    fit({ worker: { postMessage: () => undefined, terminate: () => undefined } }),
  ],
  [
    "fit: what worker() gives",
    TypeError,
    "worker(): expected a Worker, received an object",
    fit({ worker: () => ({ postMessage: () => undefined }) }),
  ],
  [
    "fit: what an asynchronous worker() gives",
    TypeError,
    "worker(): expected a Worker, received an object (Promise)",
    fit({ worker: () => Promise.resolve() }),
  ],
  [
    "fit: snapshotsPerSecond",
    RangeError,
    "snapshotsPerSecond: expected a finite number in 0..1000, received -1",
    fit({ snapshotsPerSecond: -1 }),
  ],
  [
    "resume: worker",
    TypeError,
    'worker: expected true, false or a function that makes a Worker, received "yes"',
    (model) => model.resume(TEXT, any({ worker: "yes" })),
  ],
  [
    "resume: nothing",
    RangeError,
    "resume: expected an unfinished run, in this model or in the file from which it was loaded (save({ optimizer: true })), received none",
    (model) => model.resume(TEXT),
  ],
  [
    "resume: an option",
    TypeError,
    'options: expected known options only, received "epochs"; known are timeLimitSeconds, every, pauseEvery, signal, onProgress, worker, workers, snapshotsPerSecond',
    (model) => model.resume(TEXT, any({ epochs: 3 })),
  ],
  [
    "generate: no prompt",
    RangeError,
    "prompt: expected at least one token, since a model of one long text cannot start without a prompt, received none",
    (model) => model.generate(),
  ],
  ["generate: prompt", TypeError, "prompt: expected a string, received 3", generate({ prompt: 3 })],
  ["generate: length", RangeError, "length: expected an integer >= 0, received -1", generate({ length: -1 })],
  [
    "generate: temperature",
    RangeError,
    "temperature: expected a finite number in 0..1e+30, received -1",
    generate({ temperature: -1 }),
  ],
  ["generate: topK", RangeError, "topK: expected an integer >= 1, received 0", generate({ topK: 0 })],
  ["generate: topP", RangeError, "topP: expected a finite number in 0..1, received 2", generate({ topP: 2 })],
  ["generate: topP 0", RangeError, "topP: expected a number above 0, received 0", generate({ topP: 0 })],
  ["generate: stop", RangeError, 'stop: expected a non-empty string, received ""', generate({ stop: "" })],
  [
    "generate: count",
    RangeError,
    "count: expected an integer in 1..65536, received 0",
    generate({ count: 0 }),
  ],
  [
    "stream: count",
    TypeError,
    'options: expected known options only, received "count"; known are prompt, length, temperature, topK, topP, exclude, allowUnknown, stop, seed',
    (model) => model.stream(any({ prompt: "a", count: 2 })),
  ],
  [
    "stream: before the first token is asked for",
    RangeError,
    'prompt[0]: expected a character of the vocabulary, received "x"',
    (model) => model.stream({ prompt: "x" }),
  ],
  [
    "nextProbabilities",
    TypeError,
    "prompt: expected a string, received undefined",
    (model) => model.nextProbabilities(any(undefined)),
  ],
  [
    "inspect",
    TypeError,
    "text: expected a string, received an array of length 1",
    (model) => model.inspect(any(["a"])),
  ],
  [
    "inspect: unseen",
    RangeError,
    'text[1]: expected a character of the vocabulary, received "x"',
    (model) => model.inspect("ax"),
  ],
  [
    "inspect: nothing",
    RangeError,
    "text: expected at least one token, since a model of one long text cannot start without a prompt, received none",
    (model) => model.inspect(""),
  ],
  ["evaluate", RangeError, "text: expected at least 2 tokens, received 1", (model) => model.evaluate("a")],
  [
    "evaluate: a list with a hole",
    TypeError,
    "text[0]: expected a string, received undefined",
    (model) => model.evaluate(new Array<string>(1)),
  ],
  [
    "save",
    TypeError,
    "optimizer: expected true or false, received an object",
    (model) => model.save(any({ optimizer: {} })),
  ],
  [
    "load: a network",
    RangeError,
    "bytes: expected a model with a vocabulary, received one without; for another one pass { vocabulary }",
    () => CharRnn.load(new Rnn({ cell: "gru", inputSize: 3, hiddenSize: 2, outputSize: 3 }).save()),
  ],
  [
    "load: another size",
    RangeError,
    "bytes: expected a network in one direction from 1 tokens to their logits, received one from 3 to hidden states",
    () =>
      CharRnn.load(new Rnn({ cell: "gru", inputSize: 3, hiddenSize: 2 }).save(), {
        vocabulary: new Vocabulary(["a"]),
      }),
  ],
  [
    "load: no vocabulary",
    TypeError,
    "vocabulary: expected a vocabulary (new Vocabulary(…)), received 3",
    () => CharRnn.load(new Rnn({ cell: "gru", inputSize: 3, hiddenSize: 2 }).save(), { vocabulary: any(3) }),
  ],
];

describe("CharRnn", () => {
  it.each([...CONSTRUCTOR, ...METHODS])("%s", async (_, kind, message, run) => {
    const [model, twin] = [0, 1].map(() => new CharRnn({ text: TEXT, hiddenSize: 3, seed: 1 }));
    let error: unknown;
    try {
      run(model!);
    } catch (caught) {
      error = caught;
    }
    expect((error as Error | undefined)?.message).toBe(message);
    expect(error).toBeInstanceOf(kind);
    await model!.fit(TEXT, { steps: 2 });
    await twin!.fit(TEXT, { steps: 2 });
    expect(model!.save()).toEqual(twin!.save());
    for (const freed of [model!, twin!]) freed.free();
  });

  it("every method of a freed model throws an error with a code", () => {
    const model = new CharRnn({ text: TEXT, hiddenSize: 3 });
    model.free();
    model.free();
    const uses = [
      () => model.fit(TEXT),
      () => model.resume(TEXT),
      () => model.generate({ prompt: "a" }),
      () => [...model.stream({ prompt: "a" })],
      () => model.evaluate(TEXT),
      () => model.nextProbabilities("a"),
      () => model.inspect("a"),
      () => model.save(),
    ];
    for (const use of uses) expect(use).toThrow(expect.objectContaining({ code: "FREED" }));
  });

  it("a damaged training state in a file is a RangeError that begins with bytes", async () => {
    const model = new CharRnn({ text: TEXT, hiddenSize: 3 });
    const run = model.fit(TEXT, { steps: 5, onProgress: ({ step }) => step === 2 && run.stop() });
    await run;
    const bytes = model.save({ optimizer: true });
    const text = new TextDecoder("latin1").decode(bytes);
    // the same length, so that the file's header stays valid
    for (const [from, to] of [
      ['\\"batchSize\\":32', '\\"batchSize\\":-1'],
      ['\\"cursor\\":1', '\\"cursor\\":x'],
      ['\\"step\\":2', '\\"step\\":-'],
      ['\\"seed\\":0', '\\"seeds\\":'],
      ['\\"kind\\":\\"text\\"', '\\"kind\\":\\"tree\\"'],
    ] as const) {
      expect(text.includes(from), from).toBe(true);
      const damaged = text.replaceAll(from, to);
      expect(() =>
        CharRnn.load(
          Uint8Array.from(damaged, (unit, i) => (unit.charCodeAt(0) < 256 ? unit.charCodeAt(0) : bytes[i]!)),
        ),
      ).toThrow(
        expect.objectContaining({ name: "RangeError", message: expect.stringMatching(/^bytes/) as string }),
      );
    }
    model.free();
  });
});
