/**
 * The same task for a tanh, a gru and an lstm cell, with the same sequences, sizes, optimizer and seed, and
 * the flow of their gradients.
 */

import { Adam, Rnn } from "bptt";
import { random } from "../../../adding/sequences.js";
import type { Run, Trainable } from "../parts/use-run.js";
import { INPUT_SIZE, lastStepOnly, OUTPUT_SIZE, recall, type RecallBatch } from "./recall.js";
import { LAST_STEP, type ThroughTimeSettings } from "./settings.js";

export const CELLS = ["tanh", "gru", "lstm"] as const;
export type TrioCell = (typeof CELLS)[number];

/**
 * "uniform-hidden" samples the weights of all cells from U(±1/√H). Glorot's limit depends on the number of
 * gates, so that the gated cells would start with smaller weights than tanh, and with gradients that vanish
 * sooner.
 */
const SHAPE = { inputSize: INPUT_SIZE, outputSize: OUTPUT_SIZE, init: "uniform-hidden" } as const;

/** The flow of one cell's gradient of the last step's loss, over the probe's sequences. */
export interface Flow {
  cell: TrioCell;
  /**
   * √Σ over rows of ‖∂L/∂h_t‖², divided by that of the last step, (T): the fraction that reaches each step.
   */
  share: number[];
  /**
   * |∂L/∂h_t| of the probe's first row by unit, divided by the largest of all, (H, T).
   */
  units: Float32Array;
  /** Fraction of the probe's rows that end with the right letter. */
  accuracy: number;
}

export type TrioRun = Run<Trio, Flow[]>;

interface Member {
  cell: TrioCell;
  rnn: Rnn;
  adam: Adam;
  /** Loss of each batch before its update, from the first batch on. */
  losses: number[];
}

export class Trio implements Trainable<Flow[]> {
  readonly members: readonly Member[];
  /** Letters of the probe's first row, (T). */
  readonly shown: readonly number[];
  /** The error that stopped the training, and its network. */
  failure: { cell: TrioCell; error: unknown } | undefined;
  readonly hidden: number;
  readonly #length: number;
  readonly #coin: () => number;
  readonly #probe;
  #steps = 0;
  /** The next network and its batch. */
  #next = 0;
  #batch: RecallBatch | undefined;

  constructor({ length, hidden, scale, rate, seed }: ThroughTimeSettings) {
    this.#length = length;
    this.hidden = hidden;
    this.#coin = random(seed + 1); // with seed 0 the generator would not advance
    this.#probe = { ...recall(this.#coin, length), weights: lastStepOnly(length) };
    this.shown = this.#probe.inputs[0]!;
    this.members = CELLS.map((cell) => {
      const rnn = new Rnn({ cell, ...SHAPE, hiddenSize: hidden, seed });
      const { data, shape } = rnn.parameters.w_hh_l0!;
      rnn.setParameters({ w_hh_l0: { data: data.map((w) => w * scale), shape } });
      return { cell, rnn, adam: new Adam({ learningRate: rate }), losses: [] };
    });
  }

  get steps(): number {
    return this.#steps;
  }

  get within(): boolean {
    return this.#next > 0;
  }

  /** Does a step of one network; all three take turns on the same batch. */
  advance(): boolean {
    if (this.#steps >= LAST_STEP || this.failure) return false;
    this.#batch ??= recall(this.#coin, this.#length);
    const { cell, rnn, adam, losses } = this.members[this.#next]!;
    try {
      losses.push(rnn.trainStep(this.#batch, adam, { clipNorm: 1 }).loss);
    } catch (error) {
      this.failure = { cell, error };
      return false;
    }
    if (++this.#next === this.members.length) {
      this.#next = 0;
      this.#batch = undefined;
      this.#steps++;
    }
    return this.#steps < LAST_STEP;
  }

  snapshot(): Flow[] {
    return this.members.map(({ cell, rnn }) => {
      const { trace } = rnn.gradients(this.#probe, { trace: true });
      const { accuracy } = rnn.evaluate(this.#probe);
      return { cell, accuracy, ...flowOf(trace!.hiddenGradients.data, this.#length, this.hidden) };
    });
  }

  free(): void {
    for (const { rnn } of this.members) rnn.free();
  }
}

/** @param gradients (T, 1, B, H) */
function flowOf(gradients: Float32Array, T: number, H: number): { share: number[]; units: Float32Array } {
  const row = gradients.length / T; // B·H
  const norms = Array.from({ length: T }, (_, t) =>
    Math.hypot(...gradients.subarray(t * row, (t + 1) * row)),
  );
  const last = norms[T - 1]!;
  const units = new Float32Array(H * T);
  let most = 0;
  for (let t = 0; t < T; t++) {
    for (let h = 0; h < H; h++) {
      const size = Math.abs(gradients[t * row + h]!);
      units[h * T + t] = size;
      most = Math.max(most, size);
    }
  }
  return {
    share: norms.map((norm) => (last === 0 ? 0 : norm / last)), // this keeps NaN
    units: most > 0 ? units.map((size) => size / most) : units,
  };
}
