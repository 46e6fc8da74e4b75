/**
 * The lengths of a batch's rows. Values past a length are neither read nor checked, and nested arrays may
 * omit them.
 */

import { formatPath, rangeError } from "../base/errors.js";
import { invalid } from "../base/check.js";
import { showShape } from "../base/show.js";
import { expectShape, open, type Source } from "../base/source.js";
import { integers, type FlatTensor, type IdRow } from "../base/tensor.js";
import { copyIds } from "./ids.js";
import type { RowLengths } from "./row-rule.js";

/** (B) the lengths of the rows, or "ragged" to use the lengths of the nested rows of `inputs`. */
export type SequenceLengths = IdRow | FlatTensor<IdRow> | "ragged";

/**
 * Reads the lengths of a batch.
 *
 * @param value the user's option; undefined means T for each row
 * @param inputs the opened inputs, whose first two axes are B and T
 */
export function readRowLengths(value: unknown, inputs: Source): RowLengths {
  const [batch, time] = inputs.shape;
  if (value === undefined) return { lengths: new Int32Array(batch).fill(time), rule: "full" };
  if (value === "ragged") {
    const { rowLengths } = inputs;
    if (rowLengths !== undefined) return { lengths: Int32Array.from(rowLengths), rule: "own" };
    const received = `a flat block of shape ${showShape(inputs.shape)}`;
    throw rangeError(
      "sequenceLengths",
      `lengths (B), because "ragged" requires nested rows`,
      `${formatPath(inputs.path)} as ${received}`,
    );
  }
  if (typeof value === "string") {
    throw invalid(true, "sequenceLengths", `${batch} integers (B) or "ragged"`, value);
  }
  const source = open(value, "sequenceLengths", `${batch} integers (B) or "ragged"`);
  expectShape(source, [batch]);
  const lengths = integers(batch, "sequenceLengths");
  copyIds(source, {
    rows: 1,
    columns: batch,
    rank: 1,
    start: 0,
    strides: [0, 1],
    into: lengths,
    limit: time + 1,
    noun: "a length",
  });
  return { lengths, rule: "atLeast" };
}
