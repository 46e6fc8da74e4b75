/** Live tags: one for each time step, while a sequence is still coming in. */

import { Disposable } from "../../base/disposable.js";
import type { TimeStep } from "./classifier-stream.js";
import type { LabelNetwork } from "./label-network.js";
import { LabelSteps } from "./label-steps.js";
import { probabilitiesOf, rankedLabels, type LabelProbability } from "./probabilities.js";

/** The tag of a time step while the sequence is coming in. */
export interface LiveTag {
  /** The likeliest tag. */
  readonly tag: string;
  /** Its probability. */
  readonly probability: number;
  /** All tags, the likeliest first. */
  readonly probabilities: readonly LabelProbability[];
}

/**
 * A stream of tags. Made by {@link SequenceTagger.stream}. It uses the present weights of its model, and its memory is
 * freed with the model's.
 */
export class TaggerStream extends Disposable {
  readonly #network: LabelNetwork;
  readonly #steps: LabelSteps;

  /** @internal */
  constructor(network: LabelNetwork) {
    super();
    this.#network = network;
    this.#steps = new LabelSteps(network);
  }

  /**
   * Reads one time step.
   *
   * @param step features (F), a number where there is one feature, or one token of text
   * @returns the likeliest tag, and all probabilities
   * @throws TypeError when `step` is of the wrong kind
   * @throws RangeError when there are not F finite features, or not one token; the stream stays as it was
   * @throws BpttError `FREED`
   */
  push(step: TimeStep): LiveTag {
    const { labels, temperature } = this.#network;
    const logits = this.#steps.push(step) as Float32Array; // a patch of a tagger is one step
    const probabilities = rankedLabels(probabilitiesOf(logits, temperature), labels.names);
    const { label, probability } = probabilities[0];
    return { tag: label, probability, probabilities };
  }

  /**
   * Starts again: forgets what has been read.
   *
   * @throws BpttError `FREED`
   */
  reset(): void {
    this.#steps.reset();
  }

  /** Gives the memory of the stream back; calling it again does nothing. */
  free(): void {
    this.#steps.free();
  }
}
