/** What a run of this tab depends on, as it stands in the link; `speed` alone changes nothing but the watching. */

import type { Settings } from "../link.js";
import { SPEED_NAMES } from "../parts/transport.js";
import { choice, flag, realNumber, textOf, wholeNumber } from "../setting.js";
import { lettersOf } from "./lesson.js";

export const CELLS = ["tanh", "relu", "gru", "lstm"] as const;
export type CellName = (typeof CELLS)[number];

/** Where training ends by itself. */
export const LAST_STEP = 20_000;

const MOST_LETTERS = 16;
const isWord = (text: string) => {
  const letters = lettersOf(text);
  // of what cannot be seen by itself only what joins others is a part of a letter
  return letters.length >= 2 && letters.length <= MOST_LETTERS && !/[^\P{C}\u200C\u200D]/u.test(text);
};

export const schema = {
  word: textOf("gohome", `2 to ${MOST_LETTERS} letters`, isWord),
  cell: choice("tanh", CELLS),
  /** logits = h·W_ho + b_o; without it the hidden states are the logits, as in the tutorial. */
  output: flag(false),
  /** H, where there is an output layer; without one there is a unit for each letter. */
  hidden: wholeNumber(5, { min: 1, max: 32 }),
  rate: realNumber(0.1, { min: 1e-6, max: 1e6 }),
  seed: wholeNumber(1, { min: 0, max: 2 ** 32 - 1 }),
  speed: choice("steady", SPEED_NAMES),
  /** Steps taken: whoever opens the link sees the network after so many. */
  step: wholeNumber(0, { min: 0, max: LAST_STEP }),
};

export type GohomeSettings = Settings<typeof schema>;
