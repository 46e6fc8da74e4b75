/**
 * From the logits of every network step to the probabilities of a whole sequence.
 *
 * "mean" averages the log-probabilities of the steps. Since the normaliser of a step is the same for all labels, that
 * is softmax of the mean logits. "last" takes the logits of the last step. Sums in float64, in the order of the steps.
 */

import type { Rnn } from "../../rnn/rnn.js";
import type { State } from "../../data/state.js";
import { batchesFromShortest } from "../shared/length-buckets.js";
import { numbers } from "../shared/shuffle.js";
import { sequenceCount, lengthsInSteps, type Sequences } from "./sequences.js";
import { inputWindows } from "./windows.js";

/** How the answers of the steps become one. */
export type Readout = "mean" | "last";

export const READOUTS = ["mean", "last"] as const satisfies readonly Readout[];

/** Rows that are read side by side at most, and network steps of all rows together. */
const MOST_ROWS = 32;
const MOST_STEPS = 65536;

/** Is called with the logits (C) of a network step of a sequence, in the order of the steps. */
type Take = (row: number, step: number, logits: Float32Array) => void;

/** Reads sequences and hands out the logits of each step. `rows`: those to read; default all. */
export function readLogits(rnn: Rnn, data: Sequences, take: Take, rows = numbers(sequenceCount(data))): void {
  const lengths = lengthsInSteps(data);
  for (const batch of batchesFromShortest(lengths, MOST_ROWS, rows)) {
    const longest = lengths[batch[batch.length - 1]];
    const side = Math.max(1, Math.floor(MOST_STEPS / longest));
    for (let start = 0; start < batch.length; start += side) {
      readBatch(rnn, data, take, batch.subarray(start, start + side));
    }
  }
}

function readBatch(rnn: Rnn, data: Sequences, take: Take, batch: Int32Array): void {
  let state: State | undefined;
  for (const { inputs, sequenceLengths, from, time } of inputWindows(data, batch)) {
    const given = { inputs, sequenceLengths, ...(state && !rnn.bidirectional && { initialState: state }) };
    const result = rnn.forward(given);
    state = result.state;
    const { data: logits } = result.logits;
    const classes = logits.length / (batch.length * time);
    batch.forEach((row, b) => {
      for (let t = 0; t < sequenceLengths[b]; t++) {
        const first = (b * time + t) * classes;
        take(row, from + t, logits.subarray(first, first + classes));
      }
    });
  }
}

/** Returns the logits (rows, C) of whole sequences. */
export function sequenceLogits(
  rnn: Rnn,
  data: Sequences,
  readout: Readout,
  rows = numbers(sequenceCount(data)),
): Float64Array[] {
  const classes = rnn.outputSize as number;
  const places = new Map<number, Float64Array>();
  const logits = Array.from(rows, (row) => {
    const own = new Float64Array(classes);
    places.set(row, own);
    return own;
  });
  readLogits(
    rnn,
    data,
    (row, _step, given) => {
      const sums = places.get(row) as Float64Array;
      for (let c = 0; c < classes; c++) sums[c] = readout === "mean" ? sums[c] + given[c] : given[c];
    },
    rows,
  );
  if (readout === "mean") {
    rows.forEach((row, i) => {
      const own = logits[i] as Float64Array;
      const steps = data.starts[row + 1] - data.starts[row];
      for (let c = 0; c < classes; c++) own[c] /= steps;
    });
  }
  return logits;
}
