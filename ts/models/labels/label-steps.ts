/** A network that reads one time step after the other: for streams of a classifier and of a tagger. */

import { rangeError } from "../../base/errors.js";
import type { Session } from "../../rnn/session.js";
import type { LabelNetwork } from "./label-network.js";
import { TextReader } from "./text-reader.js";

/** Reads time steps, and joins them into network steps. */
export class LabelSteps {
  readonly #session: Session;
  readonly #reader: LabelNetwork["reader"];
  readonly #patch: Float32Array;
  #filled = 0; // values of the patch

  constructor({ rnn, reader }: LabelNetwork) {
    if (rnn.bidirectional) {
      throw rangeError("stream", "a model in one direction", "a bidirectional one", {
        hint: "train a model with bidirectional: false, since a second direction begins at the end of a sequence",
      });
    }
    this.#reader = reader;
    this.#session = rnn.session({ dense: !(reader instanceof TextReader) });
    this.#patch = new Float32Array(reader instanceof TextReader ? 0 : reader.inputSize);
  }

  /** Reads a time step; returns logits at the end of a patch, which are valid until the next push. */
  push(step: unknown): Float32Array | undefined {
    const reader = this.#reader;
    if (reader instanceof TextReader) return this.#session.step(reader.id(step, "step")).data;
    reader.step(step, "step", this.#patch, this.#filled);
    this.#filled += reader.width;
    if (this.#filled < this.#patch.length) return undefined;
    this.#filled = 0;
    return this.#session.step(this.#patch).data;
  }

  /** Starts again. */
  reset(): void {
    this.#session.reset();
    this.#filled = 0;
  }

  /** Gives the memory back. */
  free(): void {
    this.#session.free();
  }
}
