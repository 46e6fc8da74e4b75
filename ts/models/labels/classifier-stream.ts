/** Live decisions of a classifier: one for each time step, while a sequence is still coming in. */

import { Disposable } from "../../base/disposable.js";
import type { LabelNetwork } from "./label-network.js";
import { LabelSteps } from "./label-steps.js";
import { Decider } from "./decider.js";
import { likeliestOf, probabilitiesOf, rankedLabels, type LabelProbability } from "./probabilities.js";
import type { LabelStreamConfig } from "./stream-options.js";
import { TextReader } from "./text-reader.js";
import { WindowMean } from "./window-mean.js";

/** One time step: features, one number for a single feature, or one token of text. */
export type TimeStep = readonly number[] | Float32Array | Float64Array | number | string;

/** A decision while the sequence is coming in. */
export interface LiveClassification {
  /** The likeliest label. */
  readonly label: string;
  /** Its probability. */
  readonly probability: number;
  /** All labels, the likeliest first. */
  readonly probabilities: readonly LabelProbability[];
  /** The decided label; null while there is none. */
  readonly decided: string | null;
}

/**
 * A stream of decisions. Made by {@link SequenceClassifier.stream}. It uses the present weights of its model, and its
 * memory is freed with the model's.
 *
 * @example
 * import { SequenceClassifier } from "bptt";
 *
 * const data = [{ input: [0, 1, 2, 3], label: "up" }, { input: [3, 2, 1, 0], label: "down" }];
 * const model = new SequenceClassifier({ data, hiddenSize: 8, bidirectional: false });
 * const live = model.stream({ confidence: 0.9 });
 * for (const value of [0, 1, 2]) console.log(live.push(value).decided); // …
 * live.free();
 */
export class ClassifierStream extends Disposable {
  readonly #network: LabelNetwork;
  readonly #steps: LabelSteps;
  readonly #mean: WindowMean;
  readonly #decider: Decider;
  #p: Float64Array;
  #likeliest = 0;
  #ranked: readonly LabelProbability[];

  /** @internal */
  constructor(network: LabelNetwork, config: LabelStreamConfig) {
    super();
    const { labels, readout, reader } = network;
    const patch = reader instanceof TextReader ? 1 : reader.description.patch;
    const window = readout === "last" ? 1 : Math.max(1, Math.round(config.window / patch));
    this.#network = network;
    this.#steps = new LabelSteps(network);
    this.#mean = new WindowMean(window, labels.size);
    this.#decider = new Decider(config);
    this.#p = this.#unknown();
    this.#ranked = rankedLabels(this.#p, labels.names);
  }

  /**
   * Reads one time step. Between the ends of patches the probabilities of the last end are repeated; before the first
   * end all labels are equally likely.
   *
   * @param step features (F), a number where there is one feature, or one token of text
   * @returns the likeliest label, all probabilities, and the decided label
   * @throws TypeError when `step` is of the wrong kind
   * @throws RangeError when there are not F finite features, or not one token; the stream stays as it was
   * @throws BpttError `FREED`
   *
   * @example
   * import { SequenceClassifier } from "bptt";
   *
   * const data = [{ input: [[0, 1], [1, 0]], label: "a" }, { input: [[1, 1], [0, 0]], label: "b" }];
   * const model = new SequenceClassifier({ data, hiddenSize: 8, bidirectional: false });
   * const { label, probability, decided } = model.stream().push([0.5, 0.5]);
   * console.log(label, probability, decided); // …
   */
  push(step: TimeStep): LiveClassification {
    const { labels, temperature } = this.#network;
    const logits = this.#steps.push(step);
    if (logits) {
      this.#p = probabilitiesOf(this.#mean.push(logits), temperature);
      this.#likeliest = likeliestOf(this.#p);
      this.#ranked = rankedLabels(this.#p, labels.names);
    }
    const decided = this.#decider.push(this.#p, this.#likeliest);
    return {
      label: labels.names[this.#likeliest],
      probability: this.#p[this.#likeliest],
      probabilities: this.#ranked,
      decided: decided < 0 ? null : labels.names[decided],
    };
  }

  /**
   * Starts again: forgets what has been read and decided.
   *
   * @throws BpttError `FREED`
   */
  reset(): void {
    this.#steps.reset();
    this.#mean.reset();
    this.#decider.reset();
    this.#p = this.#unknown();
    this.#likeliest = 0;
    this.#ranked = rankedLabels(this.#p, this.#network.labels.names);
  }

  /** Gives the memory of the stream back; calling it again does nothing. */
  free(): void {
    this.#steps.free();
  }

  #unknown(): Float64Array {
    const { size } = this.#network.labels;
    return new Float64Array(size).fill(1 / size);
  }
}
