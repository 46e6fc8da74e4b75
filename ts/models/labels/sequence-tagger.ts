/**
 * A model that gives a tag to each time step of a sequence. This file has the public documentation; label-network.ts has
 * the part that it shares with the classifier.
 */

import { Disposable } from "../../base/disposable.js";
import { readOptions, type OptionsOf } from "../../base/options.js";
import type { Bytes } from "../../base/typed-array.js";
import type { Run } from "../../fit/run.js";
import type { Rnn } from "../../rnn/rnn.js";
import type { ResumeOptions } from "../shared/fit-options.js";
import type { LastRun } from "../shared/last-run.js";
import { numbers } from "../shared/shuffle.js";
import type { LabelFitOptions, LabelRunSettings } from "./fit-options.js";
import { inspectInput, type LabelInspection } from "./inspect.js";
import { LabelNetwork, type LabelLoadOptions, type LabelSaveOptions } from "./label-network.js";
import { evaluateDecisions, type LabelEvaluation } from "./metrics.js";
import { LABEL_MODEL } from "./model-options.js";
import { likeliestOf, probabilitiesOf } from "./probabilities.js";
import { readLogits } from "./readout.js";
import type { SequenceInput } from "./sequence-classifier.js";
import { sequenceCount } from "./sequences.js";
import { TaggerStream } from "./tagger-stream.js";
import { decisionsOf } from "./validation.js";

/** A sequence with a tag for each of its time steps; of text for each token. */
export interface TaggedSequence {
  readonly input: SequenceInput;
  readonly tags: readonly string[];
  /** Source of the sequence, such as a person, for `validationGroups`. */
  readonly group?: string | number;
}

/** Options of {@link SequenceTagger}. */
export interface SequenceTaggerOptions extends Omit<OptionsOf<typeof LABEL_MODEL>, "data"> {
  /** The training examples: they decide the tags, the features or tokens, and their scaling. */
  data: readonly TaggedSequence[];
}

/** The tag of a time step. */
export interface Tag {
  readonly tag: string;
  readonly probability: number;
}

/**
 * A tagger of sequences: a label for each time step or token.
 *
 * Text can be its own teacher: remove the spaces, or the capitals, and let the model learn to restore them.
 *
 * @example
 * import { SequenceTagger } from "bptt";
 *
 * // which characters a space follows
 * const examples = ["so much depends", "upon a red", "much upon red"].map((text) => {
 *   const words = text.split(" ");
 *   const tags = words.flatMap((word) => [...word].map((_, i) => (i === word.length - 1 ? "space" : "none")));
 *   return { input: words.join(""), tags };
 * });
 * const model = new SequenceTagger({ data: examples, hiddenSize: 24, seed: 1 });
 * await model.fit(examples, { steps: 200 });
 * const input = "somuchdepends";
 * console.log(model.tag(input).map(({ tag }, i) => input[i] + (tag === "space" ? " " : "")).join("")); // so much depends
 */
export class SequenceTagger extends Disposable {
  readonly #network: LabelNetwork;

  /**
   * @param options the training examples and the network's size; only `data` has no default
   * @throws TypeError when an option or a value of the data is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, there are fewer than two tags, as many tags as time steps are missing,
   *   or a value of the data is not finite; the message names the place
   * @throws BpttError `OUT_OF_MEMORY` when the parameters do not fit into memory
   */
  constructor(options: SequenceTaggerOptions);
  /** @internal */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- the public declarations have the first one only
  constructor(loaded: LabelNetwork);
  constructor(options: SequenceTaggerOptions | LabelNetwork) {
    super();
    if (options instanceof LabelNetwork) this.#network = options;
    else {
      const values = readOptions(options, LABEL_MODEL);
      this.#network = LabelNetwork.of("tagger", values, { patch: undefined, readout: "mean" });
    }
  }

  /** The network: its parameters, and everything that a network can do. */
  get rnn(): Rnn {
    return this.#network.rnn;
  }

  /** The tags, in code point order. */
  get labels(): readonly string[] {
    return this.#network.labels.names;
  }

  /** The number by which logits are divided: fitted to the validation part of the last run, 1 without one. */
  get temperature(): number {
    return this.#network.temperature;
  }

  /** The last run that came to its end, in this model or before it was saved; undefined where there was none. */
  get lastRun(): LastRun<LabelRunSettings> | undefined {
    return this.#network.runs.lastRun;
  }

  /** True if there is an unfinished run, which {@link SequenceTagger#resume} continues. */
  get resumable(): boolean {
    return this.#network.runs.resumable;
  }

  /**
   * Trains the model. Returns at once; {@link fit} describes runs. An unfinished run is given up; its weights stay.
   * Each time step counts the same.
   *
   * @param examples tagged sequences, with tags that the model knows
   * @param options length, learning rate, validation, augmentation, and listeners
   * @returns the run: a promise of its result and a stream of reports; `checkpoint()` gives the bytes of
   *   `save({ optimizer: true })`
   * @throws TypeError when an argument is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, a tag is unknown, a value is not finite, or a split leaves one side
   *   empty; the message names the place
   * @throws BpttError `BUSY` during another run, `FREED`, `OPTIMIZER_BOUND`
   *
   * @example
   * import { SequenceTagger } from "bptt";
   *
   * const data = [{ input: [0, 0, 5, 5, 0], tags: ["low", "low", "high", "high", "low"] }];
   * const model = new SequenceTagger({ data, hiddenSize: 8 });
   * const { steps } = await model.fit(data, { steps: 50 });
   * console.log(steps); // 50
   */
  fit(examples: readonly TaggedSequence[], options: LabelFitOptions = {}): Run<Bytes> {
    return this.#network.fit(examples, options);
  }

  /**
   * Continues a run that was cut short: in this model, or in the file that it was loaded from. It uses the options of that
   * run, and the result is bit-identical to that of a run without interruption.
   *
   * @param examples those of the run
   * @param options listeners, and a time limit
   * @returns the run
   * @throws TypeError when an argument is of the wrong kind or unknown
   * @throws RangeError when there is no unfinished run, or the examples are not that run's
   * @throws BpttError `BUSY` during another run, `FREED`
   */
  resume(examples: readonly TaggedSequence[], options: ResumeOptions = {}): Run<Bytes> {
    return this.#network.resume(examples, options);
  }

  /**
   * Tags a sequence.
   *
   * @param input time steps of features (T, F), one number per time step (T), or a string, as in the training data
   * @returns for each time step or token the likeliest tag and its probability
   * @throws TypeError when `input` is of the wrong kind
   * @throws RangeError when it is empty, has another number of features, or a value that is not finite
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { SequenceTagger } from "bptt";
   *
   * const data = [{ input: "aXbY", tags: ["lower", "upper", "lower", "upper"] }];
   * const model = new SequenceTagger({ data, hiddenSize: 8, seed: 1 });
   * await model.fit(data, { steps: 100 });
   * console.log(model.tag("XbYa").map(({ tag }) => tag)); // ["upper", "lower", "upper", "lower"]
   */
  tag(input: SequenceInput): Tag[] {
    const { rnn, reader, labels, temperature } = this.#network;
    const tags: Tag[] = [];
    readLogits(
      rnn,
      reader.encode([input], () => "input"),
      (_row, _step, logits) => {
        const p = probabilitiesOf(logits, temperature);
        const best = likeliestOf(p);
        tags.push({ tag: labels.names[best], probability: p[best] });
      },
    );
    return tags;
  }

  /**
   * Measures how well the model tags examples, time step by time step.
   *
   * @param examples tagged sequences, with tags that the model knows
   * @returns accuracy, macro-averaged F1, loss, calibration error, confusion matrix, and figures for each tag
   * @throws TypeError, RangeError as `fit`
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { SequenceTagger } from "bptt";
   *
   * const data = [{ input: [0, 5], tags: ["low", "high"] }];
   * const { confusion, perLabel } = new SequenceTagger({ data, hiddenSize: 8 }).evaluate(data);
   * console.log(confusion, perLabel[0]?.support); // …
   */
  evaluate(examples: readonly TaggedSequence[]): LabelEvaluation {
    const { rnn, labels, temperature } = this.#network;
    const data = this.#network.read(examples);
    const decisions = decisionsOf(rnn, data, "mean", numbers(sequenceCount(data)));
    return evaluateDecisions(decisions, labels.names, temperature);
  }

  /**
   * Tags a sequence while it comes in, one time step at a time. The model must have been created with
   * `bidirectional: false`.
   *
   * @throws RangeError when the model is bidirectional
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { SequenceTagger } from "bptt";
   *
   * const data = [{ input: [0, 0, 5, 5], tags: ["low", "low", "high", "high"] }];
   * const model = new SequenceTagger({ data, hiddenSize: 8, bidirectional: false, seed: 1 });
   * await model.fit(data, { steps: 100 });
   * const live = model.stream();
   * console.log([0, 5].map((value) => live.push(value).tag)); // ["low", "high"]
   */
  stream(): TaggerStream {
    return new TaggerStream(this.#network);
  }

  /**
   * Returns the values inside the model while it reads a sequence: hidden states, gates and the answer at each time step,
   * for plots. No dropout is applied.
   *
   * @param input a sequence as `tag` takes it
   * @throws TypeError, RangeError as `tag`
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   */
  inspect(input: SequenceInput): LabelInspection {
    return inspectInput(this.#network, input);
  }

  /**
   * Returns the model as a safetensors file: the network as {@link Rnn#save} writes it, and in the metadata `bptt.labels`, a JSON text
   * with tags, scaling or vocabulary, and temperature. The same model gives the same bytes.
   *
   * @param options `optimizer`: whether an unfinished run is written too
   * @returns the bytes of the file
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws BpttError `FREED`, `OUT_OF_MEMORY`
   */
  save(options: LabelSaveOptions = {}): Bytes {
    return this.#network.save(options);
  }

  /**
   * Returns the model of a file that `save` wrote.
   *
   * @param bytes the file: a Uint8Array or an ArrayBuffer
   * @param options `tokens`: the function that divides texts into tokens, if the model had one
   * @throws TypeError when an argument is of the wrong kind, or the model's token function is not given
   * @throws RangeError when this is no such file, a newer version of bptt wrote it, or something in it is missing or wrong
   * @throws BpttError `OUT_OF_MEMORY`
   *
   * @example
   * import { SequenceTagger } from "bptt";
   *
   * const data = [{ input: "ab", tags: ["x", "y"] }];
   * const bytes = new SequenceTagger({ data, hiddenSize: 8 }).save();
   * console.log(SequenceTagger.load(bytes).labels); // ["x", "y"]
   */
  static load(bytes: Uint8Array | ArrayBuffer, options: LabelLoadOptions = {}): SequenceTagger {
    return new SequenceTagger(LabelNetwork.load("tagger", bytes, options));
  }

  /**
   * Frees the model's memory. Further calls do nothing; any other use afterwards throws an error with code `FREED`.
   *
   * @throws BpttError `BUSY` while a run trains it
   */
  free(): void {
    this.#network.free();
  }
}
