/** The settings of a run of this tab, as they are in the link. `speed` changes only the display. */

import type { Settings } from "../link.js";
import { SPEED_NAMES } from "../parts/transport.js";
import { choice, flag, realNumber, textOf, wholeNumber } from "../setting.js";
import { lettersOf } from "./lesson.js";

export const CELLS = ["tanh", "relu", "gru", "lstm"] as const;
export type CellName = (typeof CELLS)[number];

/** The step at which training ends by itself. */
export const LAST_STEP = 20_000;

const MOST_LETTERS = 16;
const isWord = (text: string) => {
  const letters = lettersOf(text);
  // invisible characters are only allowed if they join others
  return letters.length >= 2 && letters.length <= MOST_LETTERS && !/[^\P{C}\u200C\u200D]/u.test(text);
};

export const schema = {
  word: textOf("gohome", `2 to ${MOST_LETTERS} letters`, isWord),
  cell: choice("tanh", CELLS),
  /** True for logits = h·W_ho + b_o; false for the hidden states as logits, as in the tutorial. */
  output: flag(false),
  /** H, if there is an output layer; otherwise there is one unit per letter. */
  hidden: wholeNumber(5, { min: 1, max: 32 }),
  rate: realNumber(0.1, { min: 1e-6, max: 1e6 }),
  seed: wholeNumber(1, { min: 0, max: 2 ** 32 - 1 }),
  speed: choice("steady", SPEED_NAMES),
  /** Number of steps: a visitor who opens the link sees the network after that many. */
  step: wholeNumber(0, { min: 0, max: LAST_STEP }),
};

export type GohomeSettings = Settings<typeof schema>;
