/**
 * The lengths of a batch's rows: how many steps of each count. What lies past a length is neither read nor checked, and
 * nested arrays need not have it.
 */

import { formatPath, rangeError } from "../base/errors.js";
import { invalid } from "../base/check.js";
import { showShape } from "../base/show.js";
import { expectShape, open, type Source } from "../base/source.js";
import type { FlatTensor, IdRow } from "../base/tensor.js";
import { copyIds } from "./ids.js";
import type { RowLengths } from "./row-rule.js";

/** (B) lengths, or "ragged": those of the rows of `inputs`. */
export type SequenceLengths = IdRow | FlatTensor<IdRow> | "ragged";

/**
 * The lengths of a batch.
 *
 * @param value what the user gave: undefined for T each
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
      `lengths (B), as "ragged" takes those of nested rows`,
      `${formatPath(inputs.path)} as ${received}`,
    );
  }
  if (typeof value === "string") {
    throw invalid(true, "sequenceLengths", `${batch} integers (B) or "ragged"`, value);
  }
  const source = open(value, "sequenceLengths", `${batch} integers (B) or "ragged"`);
  expectShape(source, [batch]);
  const lengths = new Int32Array(batch);
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
