/**
 * A text model: it trains on a text, measures how well it predicts another, and generates text. This file
 * contains the public documentation; the files beside it turn text into batches and logits into text, ts/fit
 * contains the run, and ts/rnn the network.
 *
 * The model is Karpathy's char-rnn with more cells: a network from tokens to the logits of the next token,
 * trained by cross-entropy and truncated back-propagation through time.
 */

import { readOptions, type Declaration, type OptionsOf } from "../../base/options.js";
import { rangeError } from "../../base/errors.js";
import { withRemedy } from "../../base/remedy.js";
import { string } from "../../base/check.js";
import { Disposable } from "../../base/disposable.js";
import { decodeModel, encodeModel } from "../../file/model-file.js";
import { NETWORK } from "../../rnn/network.js";
import { Rnn } from "../../rnn/rnn.js";
import type { Run } from "../../fit/run.js";
import { readCharRnnOptions, readVocabulary, type CharRnnOptions } from "./char-rnn-options.js";
import { Codec, codecNetworkState, type Text, type TextKind } from "./codec.js";
import type { EncodedText } from "./encoded-text.js";
import { evaluateText, type TextEvaluateOptions, type TextEvaluation } from "./evaluate.js";
import { fingerprint } from "./fingerprint.js";
import { TEXT_SETTINGS, type RunSettings, type TextFitOptions } from "./fit-options.js";
import { generated, nextTokens, promptIds, type NextToken } from "./generate.js";
import { readGenerateOptions, type GenerateOptions, type StreamOptions } from "./generate-options.js";
import { inspectIds, type Inspection } from "./inspect.js";
import { readModelFitOptions, readResumeOptions, type ResumeOptions } from "../shared/fit-options.js";
import type { LastRun } from "../shared/last-run.js";
import { networkState, restoreNetwork } from "../shared/network-state.js";
import { Runs, type ModelSaveOptions, type SavedRuns } from "../shared/runs.js";
import { textTask } from "./text-task.js";
import { readTokenRule } from "./tokens.js";
import type { Vocabulary } from "../../data/vocabulary.js";
import type { Bytes } from "../../base/typed-array.js";

/** Options of {@link CharRnn#save}. */
export interface CharRnnSaveOptions extends ModelSaveOptions {}

const LOAD = {
  /** The function that divides texts into tokens, if the saved model had one; or another rule than that of the file. */
  tokens: { read: readTokenRule, fallback: undefined },
  /** The vocabulary, for a file without one, such as a file of PyTorch. */
  vocabulary: { read: readVocabulary, fallback: undefined },
} satisfies Declaration;

/** Options of {@link CharRnn.load}. */
export interface CharRnnLoadOptions extends OptionsOf<typeof LOAD> {}

/**
 * A text model, character by character or by other tokens.
 *
 * One long text is read in contiguous streams, whose state is carried from batch to batch. A list of texts
 * also teaches the model where texts begin and end, so that the texts that it generates end by themselves.
 *
 * Either `text` or `vocabulary` is required. Defaults: tokens are code points, one gru layer with 128 hidden
 * units, no dropout, seed 0; see {@link CharRnnOptions}. `fit` reads 10 epochs, or more up to 1000 steps, with
 * 32 streams of 64 tokens per step; see {@link TextFitOptions}. Losses are in nats per token. `generate`
 * returns at most 200 tokens at temperature 1, and the same text for the same seed (default 0); see
 * {@link GenerateOptions}.
 *
 * @example
 * import { CharRnn } from "bptt";
 *
 * const text = "so much depends upon a red wheel barrow ".repeat(20);
 * const model = new CharRnn({ text, cell: "gru", hiddenSize: 32, seed: 1 });
 * await model.fit(text, { epochs: 30, sequenceLength: 20, learningRate: 0.02 });
 * console.log(model.generate({ prompt: "so much", length: 32, temperature: 0 })); //  depends upon a red wheel barrow
 * const bytes = model.save(); // safetensors; CharRnn.load(bytes) has it back
 * model.free();
 */
export class CharRnn extends Disposable {
  readonly #rnn: Rnn;
  readonly #codec: Codec;
  readonly #runs: Runs<RunSettings>;

  /**
   * @param options the text or its vocabulary, which is required, and the size of the network
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range or contradicts another
   * @throws BpttError `OUT_OF_MEMORY` when the parameters do not fit into memory
   */
  constructor(options: CharRnnOptions);
  /** @internal */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- the public declarations have the first one only
  constructor(loaded: Loaded);
  constructor(options: CharRnnOptions | Loaded) {
    super();
    const parts = options instanceof Loaded ? options : readCharRnnOptions(options);
    this.#codec = parts.codec;
    this.#rnn = parts instanceof Loaded ? parts.rnn : new Rnn(parts.network);
    const saved = parts instanceof Loaded ? parts.runs : undefined;
    this.#runs = new Runs(this.#rnn, TEXT_SETTINGS, (runs) => this.#encode(runs), saved);
  }

  /** The network, with its parameters and all its methods. */
  get rnn(): Rnn {
    return this.#rnn;
  }

  /** The tokens by id. */
  get vocabulary(): Vocabulary {
    return this.#codec.vocabulary;
  }

  /** The kind of text: "text" for one long text, "list" for a list of texts. */
  get kind(): TextKind {
    return this.#codec.kind;
  }

  /** The token at the beginning and end of a list's texts; undefined for one long text. */
  get end(): string | undefined {
    return this.#codec.end;
  }

  /** The last complete run, in this model or before it was saved; undefined if there was none. */
  get lastRun(): LastRun | undefined {
    return this.#runs.lastRun;
  }

  /** True if there is a run, interrupted or under way, that {@link CharRnn#resume} would continue. */
  get resumable(): boolean {
    return this.#runs.resumable;
  }

  /**
   * Trains the model on a text. It returns at once; see {@link fit} for the properties of a run. An
   * unfinished earlier run is discarded, but its weights remain.
   *
   * A long text is divided into `batchSize` streams that are read side by side, a window of at most
   * `sequenceLength` tokens per step. The windows of an epoch are as equal in length as possible, and every
   * token is read once. A short text gets fewer streams first and shorter windows second. The texts of a list
   * are batched with texts of similar length, in a different order in each epoch.
   *
   * The text is read during the call, so that an error in it is thrown by the call. Reading takes about 10 ms
   * per megabyte, more for lists of very many texts, and much more for graphemes. After that the event loop
   * is not blocked.
   *
   * With `worker` the run takes place in a worker, with bit-identical results. The model on this thread then
   * has the weights of the last report, which are sent at most `snapshotsPerSecond` times per second, or of
   * the last checkpoint. Calls on the run take effect before the worker's next step. The worker ends with the
   * run. If it fails before, the run rejects with `WORKER_FAILED`, and the model keeps the last weights that
   * it received, from which `resume` continues. In Node a paused run keeps the process alive.
   *
   * @param text a text of the kind of the model
   * @param options length of the run, optimizer, validation and listeners
   * @returns the run: a promise of its result and a stream of reports; `checkpoint()` gives the bytes of
   *   `save({ optimizer: true })`
   * @throws TypeError when an argument is of the wrong kind or an option is unknown
   * @throws RangeError when an option is out of its range, or the text is of the other kind, has fewer than 2
   *   tokens or a token that is not in the vocabulary
   * @throws BpttError `BUSY` during another run, `FREED`, `OPTIMIZER_BOUND`
   *
   * @example
   * import { CharRnn } from "bptt";
   *
   * const names = ["anna", "hanna", "susanna", "johanna"];
   * const model = new CharRnn({ text: names, hiddenSize: 16, seed: 2 });
   * const run = model.fit(names, { steps: 200, learningRate: 0.02, onProgress: ({ step, loss }) => { if (step % 50 === 0) console.log(step, loss); } });
   * const { steps, stopped } = await run; // …
   *
   * const elsewhere = model.fit(names, { steps: 200, worker: true }); // for bundlers that must see it: () => new Worker(…)
   * for await (const { step, loss } of elsewhere) console.log(step, loss); // …
   */
  fit(text: Text, options: TextFitOptions = {}): Run<Bytes> {
    const { settings, rest, optimizer, worker } = readModelFitOptions(
      options,
      TEXT_SETTINGS,
      this.#codec.seed,
    );
    const encoded = this.#codec.encodeAll(text);
    return this.#runs.start({
      ...this.#job(encoded, settings),
      settings,
      options: { ...rest, ...(optimizer === undefined ? {} : { optimizer }) },
      worker,
    });
  }

  /**
   * Continues an interrupted run, of this model or of the file from which it was loaded. It uses that run's
   * options, and its result is bit-identical to that of a run without interruption.
   *
   * @param text the text of that run
   * @param options listeners, limits and the thread
   * @returns the run
   * @throws TypeError when an argument is of the wrong kind or an option is unknown
   * @throws RangeError when there is no unfinished run, or the text is not the text of that run
   * @throws BpttError `BUSY` during another run, `FREED`
   *
   * @example
   * import { CharRnn } from "bptt";
   *
   * const text = "tick tock ".repeat(30);
   * const model = new CharRnn({ text, hiddenSize: 8 });
   * const run = model.fit(text, { steps: 40 });
   * run.stop();
   * await run;
   * const again = CharRnn.load(model.save({ optimizer: true })); // in another process, another day
   * const { steps } = await again.resume(text);
   * console.log(steps); // 40
   */
  resume(text: Text, options: ResumeOptions = {}): Run<Bytes> {
    this.#rnn[NETWORK].lock.expectAlive("resume");
    const { rest, worker } = readResumeOptions(options);
    const saved = this.#runs.unfinished;
    const job = this.#job(this.#codec.encodeAll(text), saved.settings);
    return this.#runs.resume(saved, { ...job, options: rest, worker }, [text, "text"]);
  }

  /**
   * Generates text that continues a prompt, with one step of the network per token.
   *
   * @param options prompt, length, and sampling
   * @returns the text after the prompt, without the prompt, `stop` and the end token; an array with `count`
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, the prompt has a token that is not in the
   *   vocabulary, or is empty for a model of one long text; also when no token may be written, or a logit is
   *   not finite
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { CharRnn } from "bptt";
   *
   * const model = new CharRnn({ text: "abc", hiddenSize: 8, seed: 1 }); // not trained
   * console.log(model.generate({ prompt: "a", length: 5, seed: 3 }).length); // 5
   * console.log(model.generate({ prompt: "a", length: 5, count: 2 }).length); // 2
   * console.log(model.generate({ prompt: "a", length: 3, exclude: ["a", "c"] })); // bbb
   */
  generate(options: GenerateOptions & { count: number }): string[];
  /** Generates one text. */
  generate(options?: StreamOptions): string;
  /** Generates one text, or several with `count`. */
  generate(options?: GenerateOptions): string | string[];
  generate(options: GenerateOptions = {}): string | string[] {
    const config = readGenerateOptions(options, true);
    const texts = new Array<string>(config.count).fill("");
    const steps = generated(this.#rnn, this.#codec, promptIds(this.#codec, config.prompt), config);
    for (const news of steps) news.forEach((tokens, b) => (texts[b] += tokens.join("")));
    return options.count === undefined ? texts[0] : texts;
  }

  /**
   * Generates text like `generate`, one token at a time. Each token is returned as soon as it is certain that
   * it does not belong to `stop`. The network is used between two tokens only, with the weights that it has
   * at that time.
   *
   * @param options prompt, length, and sampling
   * @throws TypeError, RangeError as `generate` does
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`, when the first token is requested
   *
   * @example
   * import { CharRnn } from "bptt";
   *
   * const model = new CharRnn({ text: "abc", hiddenSize: 8, seed: 1 });
   * for (const character of model.stream({ prompt: "a", length: 3 })) console.log(character); // …
   */
  stream(options: StreamOptions = {}): Generator<string, void, undefined> {
    const config = readGenerateOptions(options, false);
    const steps = generated(this.#rnn, this.#codec, promptIds(this.#codec, config.prompt), config);
    return (function* () {
      for (const [tokens] of steps) yield* tokens;
    })();
  }

  /**
   * Measures how well the model predicts a text: every token but the first of a long text, and also each end
   * of a list's texts.
   *
   * A long text of more than 2048 tokens is read in up to 32 streams of at least 1024 tokens, each of which
   * begins without its context.
   *
   * @param text a text of the kind of the model
   * @param options `onProgress`: called during the evaluation of a long text
   * @throws TypeError when the text or an option is of the wrong kind, or an option is unknown
   * @throws RangeError when the text is of the other kind, has fewer than 2 tokens, or a token that is not in
   *   the vocabulary
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { CharRnn } from "bptt";
   *
   * const model = new CharRnn({ text: "abcd", hiddenSize: 8 });
   * const { loss, bitsPerCharacter, perplexity, accuracy } = model.evaluate("abcd");
   * console.log(loss, bitsPerCharacter, perplexity, accuracy); // …
   */
  evaluate(text: Text, options: TextEvaluateOptions = {}): TextEvaluation {
    return evaluateText(this.#rnn, this.#codec, text, options);
  }

  /**
   * Returns the probabilities of the next token after a prompt, the most likely token first.
   *
   * @param prompt the text that has been read; it may be empty for a list model
   * @throws TypeError when it is not a string
   * @throws RangeError when it has a token that is not in the vocabulary, or is empty for a model of one long text
   * @throws BpttError `FREED`
   *
   * @example
   * import { CharRnn } from "bptt";
   *
   * const text = "gohome".repeat(20);
   * const model = new CharRnn({ text, hiddenSize: 16 });
   * await model.fit(text, { steps: 100, learningRate: 0.02 });
   * const [first] = model.nextProbabilities("gohom");
   * console.log(first?.token); // e
   */
  nextProbabilities(prompt: string): NextToken[] {
    return nextTokens(this.#rnn, this.#codec, promptIds(this.#codec, string(prompt, "prompt")));
  }

  /**
   * Returns the activations of the model while it reads a text: hidden states and gates after each token, the
   * probabilities of the next token, and its loss. They are for plots. No dropout is applied.
   *
   * @param text one text; a list model reads it with its start and end token, and it may be empty
   * @throws TypeError when it is not a string
   * @throws RangeError when it has a token that is not in the vocabulary, or is empty for a model of one long text
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { CharRnn } from "bptt";
   *
   * const model = new CharRnn({ text: "abc", hiddenSize: 8 });
   * const { tokens, hidden, gates } = model.inspect("abc");
   * console.log(tokens, hidden.shape, gates.shape); // ["a", "b", "c"] [3, 1, 1, 8] [3, 1, 1, 24]
   */
  inspect(text: string): Inspection {
    const codec = this.#codec;
    const ids = promptIds(codec, string(text, "text"), "text");
    const next = codec.kind === "list" ? [...ids.slice(1), codec.endId] : ids.slice(1);
    return inspectIds(this.#rnn, codec, ids, next);
  }

  /**
   * Saves the model as a safetensors file: the network as {@link Rnn#save} writes it, which PyTorch reads,
   * the rule for reading text, and {@link CharRnn#lastRun}. With `optimizer`, and if there is an unfinished
   * run, the file also contains everything that is needed to finish the run from its last finished step. The
   * same model gives the same bytes.
   *
   * @param options `optimizer`: include the unfinished run
   * @returns the bytes of the file
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws BpttError `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { CharRnn } from "bptt";
   *
   * const model = new CharRnn({ text: "abc", hiddenSize: 8 });
   * const again = CharRnn.load(model.save());
   * console.log(again.vocabulary.tokens); // ["a", "b", "c"]
   */
  save(options: CharRnnSaveOptions = {}): Bytes {
    return this.#runs.save(options);
  }

  /**
   * Loads a model from a file that `save` wrote, or from any network's safetensors file together with a
   * vocabulary.
   *
   * @param bytes the file: a Uint8Array or an ArrayBuffer
   * @param options the parts of a model that the file does not contain
   * @throws TypeError when an argument is of the wrong kind, or the model's token function is not given
   * @throws RangeError when the file is not such a file, or a part of it is missing or wrong; the message
   *   says which
   * @throws BpttError `OUT_OF_MEMORY`
   *
   * @example
   * import { CharRnn } from "bptt";
   *
   * const bytes = new CharRnn({ text: ["anna", "otto"], hiddenSize: 8 }).save(); // or await readFile("model.safetensors")
   * const model = CharRnn.load(bytes);
   * console.log(model.kind, model.generate({ length: 0 }) === ""); // list true
   */
  static load(bytes: Uint8Array | ArrayBuffer, options: CharRnnLoadOptions = {}): CharRnn {
    const given = readOptions(options, LOAD);
    const { config, parameters, vocabulary = given.vocabulary, text, ...runs } = decodeModel(bytes);
    if (vocabulary === undefined) {
      const error = rangeError("bytes", "a model with a vocabulary", "one without", {
        hint: "for another one pass { vocabulary }",
      });
      throw withRemedy(error, { options: { vocabulary: undefined }, effect: "gives it one" });
    }
    if (
      config.bidirectional ||
      config.inputSize !== vocabulary.size ||
      config.outputSize !== vocabulary.size
    ) {
      const outputs = config.outputSize ?? "hidden states";
      throw rangeError(
        "bytes",
        `a network in one direction from ${vocabulary.size} tokens to their logits`,
        `one from ${config.inputSize} to ${outputs}${config.bidirectional ? " in two" : ""}`,
      );
    }
    const { tokens } = given;
    const codec = text
      ? Codec.read(vocabulary, text, tokens)
      : new Codec(vocabulary, undefined, { kind: "text", tokens: tokens ?? "characters", seed: 0 });
    const state = text && codecNetworkState(text);
    return restoreNetwork({ config, parameters }, state, (rnn) => new CharRnn(new Loaded(rnn, codec, runs)));
  }

  /**
   * Frees the model's memory. Calling it again does nothing. Any other use afterwards is an error with code
   * `FREED`.
   *
   * @throws BpttError `BUSY` while a run trains it
   *
   * @example
   * import { CharRnn } from "bptt";
   *
   * const model = new CharRnn({ text: "abc", hiddenSize: 8 });
   * model.free();
   */
  free(): void {
    this.#rnn.free();
    this.#runs.forget();
  }

  #encode(runs: SavedRuns): Bytes {
    const rnn = this.#rnn;
    const { config } = rnn[NETWORK];
    const { vocabulary } = this.#codec;
    return encodeModel({
      config,
      parameters: rnn.parameters,
      vocabulary,
      text: this.#codec.section(networkState(rnn)),
      ...runs,
    });
  }

  #job(encoded: EncodedText, settings: RunSettings) {
    const { kind, endId } = this.#codec;
    const data = { ...encoded, layout: { kind, endId }, settings };
    return { task: textTask, data, fingerprint: fingerprint(encoded) };
  }
}

/** The parts of a loaded model. */
class Loaded {
  constructor(
    readonly rnn: Rnn,
    readonly codec: Codec,
    readonly runs: SavedRuns,
  ) {}
}
