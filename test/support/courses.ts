/** Runs of text models that between them have both kinds of text, all cells, dropout, schedules, validation and patience. */

import { cosine, type Cell, type CharRnnOptions, type TextFitOptions } from "bptt";

/** A long text, and a list of texts. */
export const TEXT = "the quick brown fox jumps over the lazy dog; 다람쥐 헌 쳇바퀴에 타고파. ".repeat(6);
export const LIST = [
  "anna",
  "otto",
  "",
  "hannes",
  "ida",
  "maximiliane",
  "지민",
  "👩‍🚀",
  "a",
  "susanne",
  "jo",
  "karl-heinz",
];

/** A run of a text model. */
export interface Course {
  text: string | string[];
  model: Partial<CharRnnOptions> & { cell: Cell };
  options: TextFitOptions;
}

export const COURSES: Record<string, Course> = {
  "gru, a long text, validation each epoch with patience": {
    text: TEXT,
    model: { cell: "gru", hiddenSize: 6 },
    options: {
      epochs: 4,
      batchSize: 3,
      sequenceLength: 20,
      validationFraction: 0.2,
      patience: 1,
      learningRate: 0.3,
    },
  },
  "lstm, a long text, two layers with dropout, a schedule": {
    text: TEXT,
    model: { cell: "lstm", hiddenSize: 5, layers: 2, dropout: 0.4 },
    options: { steps: 17, batchSize: 4, sequenceLength: 16, learningRate: cosine({ from: 0.02, steps: 17 }) },
  },
  "tanh, a list, validation amid the epochs, infinite patience": {
    text: LIST,
    model: { cell: "tanh", hiddenSize: 6 },
    options: {
      epochs: 4,
      batchSize: 3,
      sequenceLength: 4,
      validationFraction: 0.25,
      validateEvery: 4,
      patience: Infinity,
      seed: 9,
    },
  },
  "relu, a list, dropout": {
    text: LIST,
    model: { cell: "relu", hiddenSize: 6, layers: 2, dropout: 0.3 },
    options: { epochs: 3, batchSize: 4, sequenceLength: 5, clipNorm: false, learningRate: 1e-3 },
  },
  "lstm, a list, windows that carry the state on": {
    text: LIST,
    model: { cell: "lstm", hiddenSize: 4 },
    options: { steps: 19, batchSize: 2, sequenceLength: 3 },
  },
};
