/** The options of a network, and the checks of their combinations. */

import { boolean, integer, number, oneOf, seed, size } from "../base/check.js";
import { rangeError, type Path } from "../base/errors.js";
import { show } from "../base/show.js";
import { fraction, readOptions, type Declaration, type OptionsOf, type ValuesOf } from "../base/options.js";

/** The kind of cell: the computation of one time step. */
export type Cell = "tanh" | "relu" | "gru" | "lstm";

export const CELLS = ["tanh", "relu", "gru", "lstm"] as const satisfies readonly Cell[];
const INITS = ["glorot-uniform", "uniform-hidden"] as const;
const RECURRENT_INITS = ["same", "orthogonal"] as const;

/** Far more layers than can be trained. The limit keeps the table of parameter names from taking seconds. */
const MAX_LAYERS = 1024;

const RNN = {
  /**
   * The cell. `tanh`, `relu`: h' = f(x·W_ih + h·W_hh + b_h); `gru`: gates r z n; `lstm`: gates i f g o.
   * Default "tanh".
   */
  cell: { read: readCell, fallback: "tanh" },
  /** I: the number of different ids, or the number of features. */
  inputSize: { read: size },
  /** H: the width of the hidden state. */
  hiddenSize: { read: size },
  /** V: the width of the output layer. Default: no output layer; the hidden states are the logits. */
  outputSize: { read: optionalSize, fallback: undefined },
  /** L: the number of layers, 1 … 1024. Each layer reads the hidden states of the layer below. Default 1. */
  layers: { read: readLayers, fallback: 1 },
  /** Adds a second direction with its own weights, from the end of each row to its start. Default false. */
  bidirectional: { read: boolean, fallback: false },
  /**
   * Probability p that a value between two layers is dropped in training; the other values are multiplied by
   * 1/(1 − p). 0 ≤ p < 1. It requires at least two layers. Default 0.
   */
  dropout: { read: fraction, fallback: 0 },
  /**
   * Distribution of the initial weights. "glorot-uniform" (TensorFlow's default): U(±√(6/(I + H + G·H))) for
   * w_ih and w_hh, U(±√(6/(D·H + V))) for w_ho, biases 0. "uniform-hidden" (PyTorch's): U(±1/√H) for all
   * parameters. Default "glorot-uniform".
   */
  init: { read: (value: unknown, path: Path) => oneOf(value, path, INITS), fallback: "glorot-uniform" },
  /**
   * Initial recurrent weights: "same" follows `init`, "orthogonal" makes each gate's block orthogonal.
   * Default "same".
   */
  recurrentInit: {
    read: (value: unknown, path: Path) => oneOf(value, path, RECURRENT_INITS),
    fallback: "same",
  },
  /** Initial forget bias of an lstm with "glorot-uniform", ±1e30; other cells have none. Default 1. */
  forgetBias: {
    read: (value: unknown, path: Path) => number(value, path, { min: -1e30, max: 1e30 }),
    fallback: 1,
  },
  /**
   * Form of a gru: reset after the recurrent product (PyTorch, Keras), with a bias `b_hn` inside, or before
   * it (TensorFlow 1). Other cells have only one form. Default true.
   */
  resetAfter: { read: boolean, fallback: true },
  /** Seed of the initial weights and of dropout, 0 … 2³² − 1. Default 0. */
  seed: { read: seed, fallback: 0 },
} satisfies Declaration;

/** Options of {@link Rnn}. */
export interface RnnOptions<C extends Cell = Cell> extends Omit<OptionsOf<typeof RNN>, "cell"> {
  /**
   * The cell. `tanh`, `relu`: h' = f(x·W_ih + h·W_hh + b_h); `gru`: gates r z n; `lstm`: gates i f g o.
   * Default "tanh".
   */
  cell?: C;
}

/** The checked options, complete with defaults. */
export interface RnnConfig extends ValuesOf<typeof RNN> {}

/** Reads the options, each once. */
export function readRnnOptions(options: unknown): RnnConfig {
  const config = readOptions(options, RNN);
  refuseNonsense(config);
  return config;
}

/** Checks the name of a cell. */
export function readCell(value: unknown, path: Path): Cell {
  return oneOf(value, path, CELLS);
}

/** Checks a number of layers. */
export function readLayers(value: unknown, path: Path): number {
  return integer(value, path, { min: 1, max: MAX_LAYERS });
}

function optionalSize(value: unknown, path: Path): number | undefined {
  return value === undefined ? undefined : size(value, path);
}

/**
 * Default values are valid with every cell. Other values are refused if the network has no part that they
 * affect.
 */
function refuseNonsense({ cell, layers, dropout, init, forgetBias, resetAfter }: RnnConfig): void {
  if (!resetAfter && cell !== "gru") {
    throw rangeError("resetAfter", `true for cell "${cell}" (only a gru has two forms)`, "false");
  }
  if (forgetBias !== 1 && cell !== "lstm") {
    throw rangeError("forgetBias", `1 for cell "${cell}" (only an lstm has one)`, show(forgetBias));
  }
  if (forgetBias !== 1 && init === "uniform-hidden") {
    throw rangeError(
      "forgetBias",
      `1 with init "uniform-hidden" (which samples every bias)`,
      show(forgetBias),
    );
  }
  if (dropout > 0 && layers === 1) {
    throw rangeError(
      "dropout",
      "0 with one layer (it acts between layers; PyTorch only warns)",
      show(dropout),
    );
  }
}
