/** The settings of a run of this tab, as they are in the link. */

import type { Settings } from "../link.js";
import { SPEED_NAMES } from "../parts/transport.js";
import { choice, realNumber, wholeNumber } from "../setting.js";

/** The step at which training ends by itself. */
export const LAST_STEP = 5_000;

export const schema = {
  /** T: the number of letters of a sequence. */
  length: wholeNumber(60, { min: 4, max: 120 }),
  /** H */
  hidden: wholeNumber(16, { min: 2, max: 32 }),
  /** The factor of the initial recurrent weights. */
  scale: realNumber(1, { min: 0, max: 10 }),
  rate: realNumber(0.02, { min: 1e-6, max: 1e6 }),
  seed: wholeNumber(1, { min: 0, max: 2 ** 32 - 2 }),
  speed: choice("steady", SPEED_NAMES),
  /** Number of steps: a visitor who opens the link sees the networks after that many. */
  step: wholeNumber(0, { min: 0, max: LAST_STEP }),
};

export type ThroughTimeSettings = Settings<typeof schema>;
