/** The next token of each row. */

import { open } from "../../base/source.js";
import { sampleFrom } from "../../data/sample.js";
import type { GenerateConfig } from "./generate-options.js";

/** Samples an id for each row of logits (B, V). The uniform draw of a row depends on the seed, the step and the row. */
export function draw(
  logits: Float32Array,
  rows: number,
  step: number,
  { temperature, topK, topP, seed }: GenerateConfig,
): Int32Array {
  const shape = [rows, logits.length / rows] as const;
  const source = open({ data: logits, shape }, "logits", "numbers (B,V)");
  return sampleFrom(source, shape, { temperature, topK, topP, seed, step });
}
