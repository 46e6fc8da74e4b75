/** The options of a network, and what of them makes sense together. */

import { boolean, seed, size } from "../base/check.js";
import { rangeError } from "../base/errors.js";
import { show } from "../base/show.js";
import { choice, integerIn, numberIn, or, readOptions, type Readers } from "../base/options.js";

/** What happens in one time step. */
export type Cell = "tanh" | "relu" | "gru" | "lstm";

export const CELLS = ["tanh", "relu", "gru", "lstm"] as const satisfies readonly Cell[];

/** Options of {@link Rnn}. */
export interface RnnOptions<C extends Cell = Cell> {
  /**
   * The cell. `tanh`, `relu`: h' = f(x·W_ih + h·W_hh + b_h); `gru`: gates r z n; `lstm`: gates i f g o.
   * Default "tanh".
   */
  cell?: C;
  /** I: the number of different ids, or of features. */
  inputSize: number;
  /** H: the width of the hidden state. */
  hiddenSize: number;
  /** V: the width of the output layer. Default: no output layer, the hidden states are the logits. */
  outputSize?: number | undefined;
  /** L: cells stacked upon each other, each reading the hidden states of the one below; 1 … 1024. Default 1. */
  layers?: number;
  /** A second direction, with weights of its own, from each row's end to its start. Default false. */
  bidirectional?: boolean;
  /**
   * Probability p that a value between two layers is dropped in training, the others being multiplied by 1/(1 − p);
   * 0 ≤ p < 1. Needs at least two layers. Default 0.
   */
  dropout?: number;
  /**
   * How the weights begin. "glorot-uniform" (TensorFlow's default): U(±√(6/(I + H + G·H))) for w_ih and w_hh,
   * U(±√(6/(D·H + V))) for w_ho, biases 0. "uniform-hidden" (PyTorch's): U(±1/√H) for everything. Default "glorot-uniform".
   */
  init?: "glorot-uniform" | "uniform-hidden";
  /** How the recurrent weights begin: as `init` says, or each gate's block orthogonal. Default "same". */
  recurrentInit?: "same" | "orthogonal";
  /** Where an lstm's forget bias begins with "glorot-uniform", ±1e30; other cells have none. Default 1. */
  forgetBias?: number;
  /**
   * Which form a gru has: reset after the recurrent product (PyTorch, Keras), with a bias `b_hn` inside; or before it
   * (TensorFlow 1). Other cells have one form only. Default true.
   */
  resetAfter?: boolean;
  /** Decides the first weights and what dropout drops, 0 … 2³² − 1. Default 0. */
  seed?: number;
}

/** The options, checked and complete. */
export interface RnnConfig {
  readonly cell: Cell;
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly outputSize: number | undefined;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly dropout: number;
  readonly init: "glorot-uniform" | "uniform-hidden";
  readonly recurrentInit: "same" | "orthogonal";
  readonly forgetBias: number;
  readonly resetAfter: boolean;
  readonly seed: number;
}

/** Far more than can be trained; the table of parameters is made of names, and should not take seconds. */
const MAX_LAYERS = 1024;

/** Reads the options, each once. */
export function readRnnOptions(options: unknown): RnnConfig {
  const config = readOptions<RnnConfig>(options, {
    cell: or("tanh", choice(...CELLS)),
    inputSize: size,
    hiddenSize: size,
    outputSize: or(undefined, size),
    layers: or(1, integerIn({ min: 1, max: MAX_LAYERS })),
    bidirectional: or(false, boolean),
    dropout: or(0, numberIn({ min: 0, below: 1 })),
    init: or("glorot-uniform", choice("glorot-uniform", "uniform-hidden")),
    recurrentInit: or("same", choice("same", "orthogonal")),
    forgetBias: or(1, numberIn({ min: -1e30, max: 1e30 })),
    resetAfter: or(true, boolean),
    seed: or(0, seed),
  } satisfies Readers<RnnOptions>);
  refuseNonsense(config);
  return config;
}

/** The defaults say nothing and pass with every cell; anything else must have something to act on. */
function refuseNonsense({ cell, layers, dropout, init, forgetBias, resetAfter }: RnnConfig): void {
  if (!resetAfter && cell !== "gru") {
    throw rangeError("resetAfter", `true for cell "${cell}" (only a gru has two forms)`, "false");
  }
  if (forgetBias !== 1 && cell !== "lstm") {
    throw rangeError("forgetBias", `1 for cell "${cell}" (only an lstm has one)`, show(forgetBias));
  }
  if (forgetBias !== 1 && init === "uniform-hidden") {
    throw rangeError("forgetBias", `1 with init "uniform-hidden" (which draws every bias)`, show(forgetBias));
  }
  if (dropout > 0 && layers === 1) {
    throw rangeError(
      "dropout",
      "0 with one layer (it acts between layers; PyTorch only warns)",
      show(dropout),
    );
  }
}
