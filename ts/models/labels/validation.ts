/** The validation of a run: the loss of the probabilities that the model will give, in nats per sequence or per tag. */

import type { FitOptions } from "../../fit/fit-options.js";
import type { Rnn } from "../../rnn/rnn.js";
import type { Dataset } from "./dataset.js";
import { labelLoss } from "./probabilities.js";
import { readLogits, sequenceLogits, type Readout } from "./readout.js";

/** Examples that one piece of work of a run evaluates. */
const PART = 32;

/** The logits of the decisions and the right labels: one for each sequence, or for each step of a tagger. */
export interface Decisions {
  readonly logits: readonly ArrayLike<number>[];
  readonly targets: readonly number[];
}

/** Returns the decisions about `rows`. */
export function decisionsOf(rnn: Rnn, data: Dataset, readout: Readout, rows: Int32Array): Decisions {
  if (!data.isTagged) {
    return {
      logits: sequenceLogits(rnn, data, readout, rows),
      targets: Array.from(rows, (row) => data.targets[row]),
    };
  }
  // by row, then by step, independently of the order in which rows are read
  const bySequence = new Map<number, Float32Array[]>(Array.from(rows, (row) => [row, []]));
  readLogits(rnn, data, (row, _step, logits) => bySequence.get(row)?.push(logits), rows);
  const logits: Float32Array[] = [];
  const targets: number[] = [];
  for (const row of rows) {
    for (const own of bySequence.get(row) ?? []) logits.push(own);
    for (let step = data.starts[row]; step < data.starts[row + 1]; step++) targets.push(data.targets[step]);
  }
  return { logits, targets };
}

/**
 * Returns the options of a run that validates with `rows`. A run gives each part the same weight, so the sum of a part is
 * multiplied by the number of parts and divided by the number of all decisions.
 */
export function validationOptions(
  rnn: Rnn,
  data: Dataset,
  readout: Readout,
  rows: Int32Array,
): Pick<FitOptions, "validation" | "evaluate"> {
  const parts: { readonly rows: Int32Array }[] = [];
  for (let i = 0; i < rows.length; i += PART) parts.push({ rows: rows.subarray(i, i + PART) });
  const count = data.isTagged
    ? rows.reduce((sum, row) => sum + data.starts[row + 1] - data.starts[row], 0)
    : rows.length;
  const evaluate = ({ rows: part }: { readonly rows: Int32Array }) => {
    const { logits, targets } = decisionsOf(rnn, data, readout, part);
    const sum = logits.reduce((sum, own, i) => sum + labelLoss(own, targets[i], 1), 0);
    return (sum * parts.length) / count;
  };
  return {
    validation: parts as object as NonNullable<FitOptions["validation"]>,
    evaluate: evaluate as object as NonNullable<FitOptions["evaluate"]>,
  };
}
