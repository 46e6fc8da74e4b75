/** Samples the next token of each row. */

import { rangeError } from "../../base/errors.js";
import { show } from "../../base/show.js";
import { open } from "../../base/source.js";
import { sampleFrom } from "../../data/sample.js";
import type { GenerateConfig } from "./generate-options.js";

/** The settings of the sampling. */
export interface DrawConfig extends Pick<GenerateConfig, "temperature" | "topK" | "topP" | "seed"> {
  /** Ids of probability 0, which must not be all. Default: none. */
  readonly banned?: readonly number[];
}

/**
 * Samples an id for each row of logits (B, V). The random number of a row depends on the seed, the step and
 * the row.
 *
 * @throws RangeError when a logit is not finite
 */
export function draw(
  given: Float32Array,
  rows: number,
  step: number,
  { temperature, topK, topP, seed, banned = [] }: DrawConfig,
): Int32Array {
  const classes = given.length / rows;
  const bad = given.findIndex((x) => x - x !== 0);
  if (bad >= 0) {
    const path = ["logits", Math.floor(bad / classes), bad % classes];
    throw rangeError(path, "a finite number (float32)", show(given[bad]));
  }
  const logits = banned.length === 0 ? given : given.slice();
  for (let b = 0; b < rows; b++) for (const id of banned) logits[b * classes + id] = -Infinity;
  const shape = [rows, classes] as const;
  const source = open({ data: logits, shape }, "logits", "numbers (B,V)");
  return sampleFrom(source, shape, { temperature, topK, topP, seed, step });
}
