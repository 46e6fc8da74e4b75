/** A network that learns a lesson step by step, and the values to display. */

import { Adam, Rnn, type Tensor } from "bptt";
import type { Run, Trainable } from "../parts/use-run.js";
import { lessonOf, type Lesson } from "./lesson.js";
import { LAST_STEP, type CellName, type GohomeSettings } from "./settings.js";

/** All values that are displayed at one moment. */
export interface Snapshot {
  steps: number;
  /** Loss of the current weights. */
  loss: number;
  parameters: Readonly<Record<string, Tensor>>;
  /** Hidden states (T, H). */
  hidden: Float32Array;
  /** Total derivatives ∂L/∂h_t (T, H), including all later steps. */
  hiddenGradients: Float32Array;
  /** Gates (T, G·H); for tanh and relu the hidden states. */
  gates: Float32Array;
  /** Cell states (T, H) of an lstm. */
  cells: Float32Array | undefined;
  /** Probabilities (T, V). */
  probabilities: Float64Array;
  /**
   * The id of the most likely letter at each step (T); −1 if there is none because the loss is not finite.
   */
  said: readonly number[];
}

export type GohomeRun = Run<Learner, Snapshot>;

export class Learner implements Trainable<Snapshot> {
  readonly lesson: Lesson;
  readonly cell: CellName;
  readonly hiddenSize: number;
  /** Losses before each update, from the first on; the last one belongs to the current weights. */
  readonly losses: number[];
  /** The error that stopped the training. */
  failure: unknown;
  readonly #rnn: Rnn;
  readonly #adam: Adam;
  readonly #batch;

  constructor({ word, cell, output, hidden, rate, seed }: GohomeSettings) {
    this.lesson = lessonOf(word);
    const { letters, inputs, targets, inputSize } = this.lesson;
    this.cell = cell;
    this.hiddenSize = output ? hidden : letters.length;
    const outputSize = output ? letters.length : undefined;
    this.#rnn = new Rnn({ cell, inputSize, hiddenSize: this.hiddenSize, outputSize, seed });
    this.#adam = new Adam({ learningRate: rate });
    this.#batch = { inputs: [inputs], targets: [targets] };
    this.losses = [this.#rnn.evaluate(this.#batch).loss];
  }

  get steps(): number {
    return this.losses.length - 1;
  }

  advance(): boolean {
    if (this.steps >= LAST_STEP || this.failure !== undefined) return false;
    try {
      this.#rnn.trainStep(this.#batch, this.#adam);
      const { loss } = this.#rnn.evaluate(this.#batch);
      this.losses.push(loss);
      if (!Number.isFinite(loss)) this.failure = new Error("the loss became NaN or infinite");
    } catch (error) {
      this.failure = error;
    }
    return this.failure === undefined && this.steps < LAST_STEP;
  }

  snapshot(): Snapshot {
    const { loss, trace } = this.#rnn.gradients(this.#batch, { trace: true });
    const { logits } = this.#rnn.forward(this.#batch);
    const classes = logits.shape[2]!;
    const probabilities = softmaxRows(logits.data, classes);
    const said = [...this.lesson.inputs].map((_, t) => {
      const row = probabilities.subarray(t * classes, (t + 1) * classes);
      return row.indexOf(Math.max(...row));
    });
    return {
      steps: this.steps,
      loss,
      parameters: this.#rnn.parameters,
      hidden: trace!.hidden.data,
      hiddenGradients: trace!.hiddenGradients.data,
      gates: trace!.gates.data,
      cells: trace!.cells?.data,
      probabilities,
      said,
    };
  }

  free(): void {
    this.#rnn.free();
  }
}

/** Returns the softmax of each row, for display; the library computes the loss. */
function softmaxRows(logits: Float32Array, classes: number): Float64Array {
  const out = new Float64Array(logits.length);
  for (let from = 0; from < logits.length; from += classes) {
    const row = logits.subarray(from, from + classes);
    const most = Math.max(...row);
    const powers = [...row].map((x) => Math.exp(x - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    out.set(
      powers.map((x) => x / sum),
      from,
    );
  }
  return out;
}
