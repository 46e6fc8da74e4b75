/** The options of a network: their final form, of which only a part is legal so far. */

import { boolean, expected, integer, number, oneOf, optionsObject, size } from "./check.js";

/** What happens in one time step. */
export type Cell = "tanh" | "relu" | "gru" | "lstm";

/** Options of {@link Rnn}. */
export interface RnnOptions {
  /** The cell; only "tanh" so far. Default "tanh". */
  cell?: Cell;
  /** I: the number of different ids, or of features. */
  inputSize: number;
  /** H: the width of the hidden state. */
  hiddenSize: number;
  /** V: the width of the output layer. Default: no output layer, the hidden states are the logits. */
  outputSize?: number | undefined;
  /** L: cells stacked upon each other; only 1 so far. Default 1. */
  layers?: number;
  /** A second direction from the end to the start; only false so far. Default false. */
  bidirectional?: boolean;
  /** Share of the values dropped between layers in training; only 0 so far. Default 0. */
  dropout?: number;
  /** How the weights begin; only "glorot-uniform" (TensorFlow's default) so far. */
  init?: "glorot-uniform" | "uniform-hidden";
  /** How the recurrent weights begin; only "same" so far. */
  recurrentInit?: "same" | "orthogonal";
  /** Where an lstm's forget bias begins; no other cell has one. Default 1. */
  forgetBias?: number;
  /** Which form a gru has; no other cell has two. Default true. */
  resetAfter?: boolean;
  /** Decides the first weights, 0 … 2³² − 1. Default 0. */
  seed?: number;
}

/** The options, checked and complete. */
export interface RnnConfig {
  readonly cell: "tanh";
  readonly inputSize: number;
  readonly hiddenSize: number;
  readonly outputSize: number | undefined;
  readonly layers: 1;
  readonly bidirectional: false;
  readonly seed: number;
}

const NAMES: ReadonlySet<string> = new Set([
  "cell",
  "inputSize",
  "hiddenSize",
  "outputSize",
  "layers",
  "bidirectional",
  "dropout",
  "init",
  "recurrentInit",
  "forgetBias",
  "resetAfter",
  "seed",
] satisfies (keyof RnnOptions)[]);

/** Reads the options, each once. */
export function readRnnOptions(options: unknown): RnnConfig {
  const given = optionsObject(options, "options", NAMES) as RnnOptions;
  const { cell = "tanh", layers = 1, dropout = 0, init = "glorot-uniform", recurrentInit = "same" } = given;
  const { inputSize, hiddenSize, outputSize, bidirectional, forgetBias = 1, resetAfter, seed = 0 } = given;
  only("tanh", oneOf(cell, "cell", ["tanh", "relu", "gru", "lstm"]), "cell");
  const config: RnnConfig = {
    cell: "tanh",
    inputSize: size(inputSize, "inputSize"),
    hiddenSize: size(hiddenSize, "hiddenSize"),
    outputSize: outputSize === undefined ? undefined : size(outputSize, "outputSize"),
    layers: only(1, size(layers, "layers"), "layers"),
    bidirectional: only(false, boolean(bidirectional, "bidirectional", false), "bidirectional"),
    seed: integer(seed, "seed", { min: 0, max: 2 ** 32 - 1 }),
  };
  only(0, number(dropout, "dropout", { min: 0, below: 1 }), "dropout");
  only("glorot-uniform", oneOf(init, "init", ["glorot-uniform", "uniform-hidden"]), "init");
  only("same", oneOf(recurrentInit, "recurrentInit", ["same", "orthogonal"]), "recurrentInit");
  only(1, number(forgetBias, "forgetBias"), "forgetBias");
  only(true, boolean(resetAfter, "resetAfter", true), "resetAfter");
  return config;
}

/** `value` if it is the one that is there so far. */
function only<T>(available: T, value: unknown, name: string): T {
  if (value !== available) {
    throw new RangeError(expected(name, `${JSON.stringify(available)} (others come later)`, value));
  }
  return available;
}
