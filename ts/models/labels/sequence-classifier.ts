/**
 * A model that gives one label to a whole sequence: of features, of single values, or of text. This file has the public
 * documentation; label-network.ts has the part that it shares with the tagger.
 *
 * The network answers at every step, and the answers are averaged, so that it also answers while a sequence comes in.
 */

import { Disposable } from "../../base/disposable.js";
import { readOptions, type OptionsOf } from "../../base/options.js";
import type { NumberRow } from "../../base/tensor.js";
import type { Bytes } from "../../base/typed-array.js";
import type { Run } from "../../fit/run.js";
import type { Rnn } from "../../rnn/rnn.js";
import type { ResumeOptions } from "../shared/fit-options.js";
import type { LastRun } from "../shared/last-run.js";
import { numbers } from "../shared/shuffle.js";
import { ClassifierStream } from "./classifier-stream.js";
import type { LabelFitOptions, LabelRunSettings } from "./fit-options.js";
import { inspectInput, type LabelInspection } from "./inspect.js";
import { LabelNetwork, type LabelLoadOptions, type LabelSaveOptions } from "./label-network.js";
import { evaluateDecisions, type LabelEvaluation } from "./metrics.js";
import { classifierOptions } from "./model-options.js";
import { probabilitiesOf, rankedLabels, type LabelProbability } from "./probabilities.js";
import { sequenceLogits } from "./readout.js";
import { sequenceCount } from "./sequences.js";
import { readStreamOptions, type LabelStreamOptions } from "./stream-options.js";
import { decisionsOf } from "./validation.js";

/**
 * A sequence: time steps of features (T, F), one number per time step (T), or a string.
 */
export type SequenceInput = readonly NumberRow[] | NumberRow | string;

/** A sequence with its label. */
export interface LabelledSequence {
  readonly input: SequenceInput;
  readonly label: string;
  /** Source of the sequence, such as a person, for `validationGroups`. */
  readonly group?: string | number;
}

/** Options of {@link SequenceClassifier}. */
export interface SequenceClassifierOptions extends Omit<
  OptionsOf<ReturnType<typeof classifierOptions>>,
  "data"
> {
  /** The training examples: they decide the labels, the features or tokens, their scaling and the patches. */
  data: readonly LabelledSequence[];
}

/** The result of {@link SequenceClassifier#classify}. */
export interface Classification {
  /** The likeliest label. */
  readonly label: string;
  /** Its probability. */
  readonly probability: number;
  /** All labels, the likeliest first. */
  readonly probabilities: readonly LabelProbability[];
}

/**
 * A classifier of sequences: gestures, activities, speakers, languages.
 *
 * @example
 * import { SequenceClassifier } from "bptt";
 *
 * const wave = (steps: number, speed: number) => Array.from({ length: steps }, (_, t) => Math.sin(t * speed));
 * const examples = [8, 10, 12, 14].flatMap((steps) => [
 *   { input: wave(steps, 0.4), label: "slow" },
 *   { input: wave(steps, 1.2), label: "fast" },
 * ]);
 * const model = new SequenceClassifier({ data: examples, hiddenSize: 16, seed: 1 });
 * await model.fit(examples, { steps: 100 });
 * console.log(model.classify(wave(11, 1.1)).label); // fast
 * console.log(model.evaluate(examples).accuracy); // 1
 * const bytes = model.save(); // safetensors; SequenceClassifier.load(bytes) restores the model
 * model.free();
 */
export class SequenceClassifier extends Disposable {
  readonly #network: LabelNetwork;

  /**
   * @param options the training examples and the network's size; only `data` has no default
   * @throws TypeError when an option or a value of the data is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, there are fewer than two labels, or a value of the data is not
   *   finite; the message names the place
   * @throws BpttError `OUT_OF_MEMORY` when the parameters do not fit into memory
   */
  constructor(options: SequenceClassifierOptions);
  /** @internal */
  // eslint-disable-next-line @typescript-eslint/unified-signatures -- the public declarations have the first one only
  constructor(loaded: LabelNetwork);
  constructor(options: SequenceClassifierOptions | LabelNetwork) {
    super();
    if (options instanceof LabelNetwork) this.#network = options;
    else {
      const { patch, readout, ...values } = readOptions(options, classifierOptions());
      this.#network = LabelNetwork.of("classifier", values, { patch, readout });
    }
  }

  /** The network: its parameters, and everything that a network can do. */
  get rnn(): Rnn {
    return this.#network.rnn;
  }

  /** The labels, in code point order. */
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

  /** True if there is an unfinished run, which {@link SequenceClassifier#resume} continues. */
  get resumable(): boolean {
    return this.#network.runs.resumable;
  }

  /**
   * Trains the model. Returns at once; {@link fit} describes runs. An unfinished run is given up; its weights stay.
   *
   * The examples are usually those of the constructor; others are scaled in the same way. Each sequence counts the same,
   * however long it is. Of a model in one direction sequences longer than 8192 network steps are read in parts, and
   * the state is carried from part to part; a model in two directions reads each part on its own.
   *
   * @param examples labelled sequences, with labels that the model knows
   * @param options length, learning rate, validation, augmentation, and listeners
   * @returns the run: a promise of its result and a stream of reports; `checkpoint()` gives the bytes of
   *   `save({ optimizer: true })`
   * @throws TypeError when an argument is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, a label is unknown, a value is not finite, or a split leaves one side
   *   empty; the message names the place
   * @throws BpttError `BUSY` during another run, `FREED`, `OPTIMIZER_BOUND`
   *
   * @example
   * import { SequenceClassifier } from "bptt";
   *
   * const examples = ["anna", "otto", "hannah", "bob"].map((input, i) => ({ input, label: i % 2 ? "b" : "a", group: i >> 1 }));
   * const model = new SequenceClassifier({ data: examples, hiddenSize: 8, seed: 3 });
   * const run = model.fit(examples, { steps: 60, validationFraction: 0.5, validationGroups: true, patience: 10 });
   * for await (const { step, loss } of run) console.log(step, loss); // …
   * console.log(model.lastRun?.stopped); // …
   */
  fit(examples: readonly LabelledSequence[], options: LabelFitOptions = {}): Run<Bytes> {
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
   *
   * @example
   * import { SequenceClassifier } from "bptt";
   *
   * const examples = [{ input: [1, 2, 3], label: "up" }, { input: [3, 2, 1], label: "down" }];
   * const model = new SequenceClassifier({ data: examples, hiddenSize: 8 });
   * const run = model.fit(examples, { steps: 20 });
   * run.stop();
   * await run;
   * const again = SequenceClassifier.load(model.save({ optimizer: true }));
   * console.log((await again.resume(examples)).steps); // 20
   */
  resume(examples: readonly LabelledSequence[], options: ResumeOptions = {}): Run<Bytes> {
    return this.#network.resume(examples, options);
  }

  /**
   * Labels a sequence.
   *
   * @param input time steps of features (T, F), one number per time step (T), or a string, as in the training data
   * @returns the likeliest label and the probabilities of all
   * @throws TypeError when `input` is of the wrong kind
   * @throws RangeError when it is empty, has another number of features, or a value that is not finite
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { SequenceClassifier } from "bptt";
   *
   * const data = [{ input: "guten tag", label: "de" }, { input: "good day", label: "en" }];
   * const model = new SequenceClassifier({ data, hiddenSize: 16, seed: 1 });
   * await model.fit(data, { steps: 100 });
   * const { label, probabilities } = model.classify("guten abend");
   * console.log(label, probabilities.length); // de 2
   */
  classify(input: SequenceInput): Classification {
    const { rnn, reader, labels, readout, temperature } = this.#network;
    const [logits] = sequenceLogits(
      rnn,
      reader.encode([input], () => "input"),
      readout,
    ) as [Float64Array];
    const probabilities = rankedLabels(probabilitiesOf(logits, temperature), labels.names);
    return { ...probabilities[0], probabilities };
  }

  /**
   * Measures how well the model labels examples.
   *
   * @param examples labelled sequences, with labels that the model knows
   * @returns accuracy, macro-averaged F1, loss, calibration error, confusion matrix, and figures for each label
   * @throws TypeError, RangeError as `fit`
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { SequenceClassifier } from "bptt";
   *
   * const data = [{ input: [0, 1, 0, 1], label: "zigzag" }, { input: [0, 0, 1, 1], label: "step" }];
   * const model = new SequenceClassifier({ data, hiddenSize: 8 });
   * const { accuracy, confusion, perLabel } = model.evaluate(data);
   * console.log(accuracy, confusion, perLabel[0]?.f1); // …
   */
  evaluate(examples: readonly LabelledSequence[]): LabelEvaluation {
    const { rnn, labels, readout, temperature } = this.#network;
    const data = this.#network.read(examples);
    return evaluateDecisions(
      decisionsOf(rnn, data, readout, numbers(sequenceCount(data))),
      labels.names,
      temperature,
    );
  }

  /**
   * Labels a sequence while it comes in, one time step at a time. The model must have been created with
   * `bidirectional: false`.
   *
   * The answers of the last `window` steps are averaged. A label is decided once it has had a probability of `confidence` for `hold`
   * pushes, and until its probability falls below `release`; so the same gesture made twice is two decisions. A pause between gestures
   * is decided too, unless the training data has examples of an idle label, which `background` names.
   *
   * @param options when a label is decided
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, `background` is not a label, or the model is bidirectional
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { SequenceClassifier } from "bptt";
   *
   * const data = [
   *   { input: [[0, 1], [1, 2], [2, 3]], label: "rise" },
   *   { input: [[0, 0], [0, 0], [0, 0]], label: "idle" },
   * ];
   * const model = new SequenceClassifier({ data, hiddenSize: 16, bidirectional: false, seed: 1 });
   * await model.fit(data, { steps: 100 });
   * const live = model.stream({ confidence: 0.8, hold: 2, background: "idle" });
   * const decisions = [[0, 1], [1, 2], [2, 3]].map((step) => live.push(step).decided);
   * console.log(decisions.at(-1)); // rise
   * live.free();
   */
  stream(options: LabelStreamOptions = {}): ClassifierStream {
    const { labels, medianLength } = this.#network;
    return new ClassifierStream(this.#network, readStreamOptions(options, labels, medianLength));
  }

  /**
   * Returns the values inside the model while it reads a sequence: hidden states, gates and the answer after each network
   * step, for plots. No dropout is applied.
   *
   * @param input a sequence as `classify` takes it
   * @throws TypeError, RangeError as `classify`
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { SequenceClassifier } from "bptt";
   *
   * const data = [{ input: "abab", label: "x" }, { input: "bbaa", label: "y" }];
   * const model = new SequenceClassifier({ data, hiddenSize: 8 });
   * const { tokens, hidden, probabilities } = model.inspect("abba");
   * console.log(tokens, hidden.shape, probabilities.shape); // ["a", "b", "b", "a"] [4, 2, 1, 8] [4, 2]
   */
  inspect(input: SequenceInput): LabelInspection {
    return inspectInput(this.#network, input);
  }

  /**
   * Returns the model as a safetensors file: the network as {@link Rnn#save} writes it, which PyTorch reads, and in the metadata
   * `bptt.labels`, a JSON text with labels, scaling or vocabulary, patches and temperature. The same model gives the same bytes.
   *
   * @param options `optimizer`: whether an unfinished run is written too
   * @returns the bytes of the file
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws BpttError `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { SequenceClassifier } from "bptt";
   *
   * const data = [{ input: [1, 2], label: "up" }, { input: [2, 1], label: "down" }];
   * const bytes = new SequenceClassifier({ data, hiddenSize: 8 }).save();
   * console.log(SequenceClassifier.load(bytes).labels); // ["down", "up"]
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
   * import { SequenceClassifier } from "bptt";
   *
   * const data = [{ input: [1, 2], label: "up" }, { input: [2, 1], label: "down" }];
   * const model = new SequenceClassifier({ data, hiddenSize: 8 });
   * const again = SequenceClassifier.load(model.save()); // or await readFile("model.safetensors")
   * console.log(again.classify([1, 2]).probability === model.classify([1, 2]).probability); // true
   */
  static load(bytes: Uint8Array | ArrayBuffer, options: LabelLoadOptions = {}): SequenceClassifier {
    return new SequenceClassifier(LabelNetwork.load("classifier", bytes, options));
  }

  /**
   * Frees the model's memory. Further calls do nothing; any other use afterwards throws an error with code `FREED`.
   *
   * @throws BpttError `BUSY` while a run trains it
   *
   * @example
   * import { SequenceClassifier } from "bptt";
   *
   * const data = [{ input: [1, 2], label: "up" }, { input: [2, 1], label: "down" }];
   * new SequenceClassifier({ data, hiddenSize: 8 }).free();
   */
  free(): void {
    this.#network.free();
  }
}
