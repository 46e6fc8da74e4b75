/**
 * What a run of this tab depends on, as it stands in the link; `temperature`, `prompt` and `unit` ask
 * the model and change nothing in it.
 */

import type { Settings } from "../link.js";
import { choice, realNumber, textOf, wholeNumber } from "../setting.js";
import { TEXT_NAMES } from "./texts.js";

export const CELLS = ["tanh", "relu", "gru", "lstm"] as const;

/** A text of one's own goes into the link up to this length, in characters; a longer one would make it unusable. */
export const LONGEST_IN_LINK = 800;
const LONGEST_PROMPT = 40;
/** The highest temperature: above it all is noise. */
export const HOTTEST = 2;

/** The last step of any training. */
export const LAST_STEP = 20_000;

const fits = (longest: number) => (text: string) => text.length <= longest;

const isPrint = (text: string) => /^([0-9a-f]{16})?$/.test(text);

export const schema = {
  text: choice("rhyme", TEXT_NAMES),
  /** The text, where it is one's own and short; "" where it is one that ships, or too long for a link. */
  own: textOf("", `at most ${LONGEST_IN_LINK} characters`, fits(LONGEST_IN_LINK)),
  /** Names a text that is too long for the link, and a model's file that the weights come from; "" for none. */
  print: textOf("", "the name of a text", isPrint),
  from: textOf("", "the name of a file", isPrint),
  cell: choice("gru", CELLS),
  /** H */
  hidden: wholeNumber(64, { min: 1, max: 256 }),
  /** L */
  layers: wholeNumber(1, { min: 1, max: 3 }),
  rate: realNumber(0.01, { min: 1e-6, max: 1e6 }),
  /** Where training ends by itself. */
  steps: wholeNumber(1000, { min: 1, max: LAST_STEP }),
  /** The share of the text, its last part, that is not learnt from but validated with. */
  held: realNumber(0.1, { min: 0, max: 0.5 }),
  seed: wholeNumber(1, { min: 0, max: 2 ** 32 - 1 }),
  temperature: realNumber(0.7, { min: 0, max: HOTTEST }),
  /** "" is the beginning of the text. */
  prompt: textOf("", `at most ${LONGEST_PROMPT} characters`, fits(LONGEST_PROMPT)),
  /** The one that is looked at, counted through all layers. */
  unit: wholeNumber(0, { min: 0, max: 767 }),
  /** Steps done: whoever opens the link sees the model after so many. */
  step: wholeNumber(0, { min: 0, max: LAST_STEP }),
};

export type TextSettings = Settings<typeof schema>;
