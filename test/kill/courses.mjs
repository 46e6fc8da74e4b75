// The trainings of the processes that are killed: both kinds of text, every cell, dropout, schedules,
// validation.

import { cosine } from "bptt";

/** @typedef {import("bptt").CharRnnOptions} CharRnnOptions */
/** @typedef {import("bptt").TextFitOptions} TextFitOptions */
/**
 * `rests` is true if the run is paused while a checkpoint is written. @typedef {{ text: string | string[],
 * model: Partial<CharRnnOptions>, options: TextFitOptions, rests: boolean }} Course
 */

const WORDS =
  "the quick brown fox jumps over lazy dog, 다람쥐 헌 쳇바퀴에 타고파. zwölf boxkämpfer jagen viktor".split(
    " ",
  );
/** Words in an order that does not repeat, so that a validation can get worse. */
const TEXT = Array.from({ length: 500 }, (_, i) => WORDS[(i * i * 7 + (i >> 2)) % WORDS.length]).join(" ");
const LIST = Array.from({ length: 60 }, (_, i) => TEXT.slice(i * 13, i * 13 + ((i * 17) % 43)).trimStart());

/** @type {Record<string, Course>} */
export const COURSES = {
  "gru, a long text, ends early: validation each epoch with patience": {
    text: TEXT,
    rests: true,
    model: { cell: "gru", hiddenSize: 32 },
    options: {
      ...{ epochs: 400, batchSize: 4, sequenceLength: 50, learningRate: 0.003 },
      ...{ validationFraction: 0.3, patience: 4 },
    },
  },
  "lstm, a long text, two layers with dropout, a schedule": {
    text: TEXT,
    rests: false,
    model: { cell: "lstm", hiddenSize: 24, layers: 2, dropout: 0.4 },
    options: {
      ...{ steps: 150, batchSize: 8, sequenceLength: 24 },
      learningRate: cosine({ from: 0.02, steps: 150 }),
    },
  },
  "tanh, a list, validation amid the epochs, infinite patience": {
    text: LIST,
    rests: false,
    model: { cell: "tanh", hiddenSize: 48 },
    options: {
      ...{ epochs: 12, batchSize: 8, sequenceLength: 16, seed: 9 },
      ...{ validationFraction: 0.25, validateEvery: 4, patience: Infinity },
    },
  },
  "relu, a list, dropout, no clipping": {
    text: LIST,
    rests: true,
    model: { cell: "relu", hiddenSize: 32, layers: 2, dropout: 0.3 },
    options: { epochs: 10, batchSize: 8, sequenceLength: 12, clipNorm: false, learningRate: 1e-3 },
  },
};
