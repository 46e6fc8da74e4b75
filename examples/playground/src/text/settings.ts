/**
 * The settings of a run of this tab, as they are in the link. `temperature`, `prompt` and `unit` query the
 * model without changing it.
 */

import type { Settings } from "../link.js";
import { choice, realNumber, textOf, wholeNumber } from "../setting.js";
import { TEXT_NAMES } from "./texts.js";

export const CELLS = ["tanh", "relu", "gru", "lstm"] as const;

/** Largest length of an own text in the link, in characters. A longer one would make the link unusable. */
export const LONGEST_IN_LINK = 800;
const LONGEST_PROMPT = 40;
/** The highest temperature. Samples above it are noise. */
export const HOTTEST = 2;

/** The last step of any training. */
export const LAST_STEP = 20_000;

const fits = (longest: number) => (text: string) => text.length <= longest;

const isPrint = (text: string) => /^([0-9a-f]{16})?$/.test(text);

export const schema = {
  text: choice("rhyme", TEXT_NAMES),
  /** The visitor's own text, if it is short; "" for a text that ships or is too long for a link. */
  own: textOf("", `at most ${LONGEST_IN_LINK} characters`, fits(LONGEST_IN_LINK)),
  /**
   * The names of a text that is too long for the link and of a model's file with the initial weights; "" for
   * none.
   */
  print: textOf("", "the name of a text", isPrint),
  from: textOf("", "the name of a file", isPrint),
  cell: choice("gru", CELLS),
  /** H */
  hidden: wholeNumber(64, { min: 1, max: 256 }),
  /** L */
  layers: wholeNumber(1, { min: 1, max: 3 }),
  rate: realNumber(0.01, { min: 1e-6, max: 1e6 }),
  /** The step at which training ends by itself. */
  steps: wholeNumber(1000, { min: 1, max: LAST_STEP }),
  /** The fraction at the end of the text that is used for validation. */
  held: realNumber(0.1, { min: 0, max: 0.5 }),
  seed: wholeNumber(1, { min: 0, max: 2 ** 32 - 1 }),
  temperature: realNumber(0.7, { min: 0, max: HOTTEST }),
  /** "" is the beginning of the text. */
  prompt: textOf("", `at most ${LONGEST_PROMPT} characters`, fits(LONGEST_PROMPT)),
  /** The selected unit, counted through all layers. */
  unit: wholeNumber(0, { min: 0, max: 767 }),
  /** Number of steps: a visitor who opens the link sees the model after that many. */
  step: wholeNumber(0, { min: 0, max: LAST_STEP }),
};

export type TextSettings = Settings<typeof schema>;
