/**
 * Weighted cross-entropy over sequences: TensorFlow 1.15's `contrib.seq2seq.sequence_loss`, flag by flag.
 *
 * xent_bt = −log softmax(logits_bt)[target_bt]. Averages divide Σ w·xent by Σ w, and sums divide it by the
 * number of nonzero weights, along the axis or axes of the flag. Where a divisor is 0 the result is 0.
 * Without flags the result is w·xent, (B, T).
 */

import { openRows, openTargets } from "./batch.js";
import { readRowLengths, type SequenceLengths } from "./row-lengths.js";
import { merge, objectWith, type NamesOf } from "../base/options.js";
import { rangeError } from "../base/errors.js";
import { copyIds } from "./ids.js";
import {
  AVERAGE_BATCH,
  AVERAGE_TIME,
  LOSS_FLAGS,
  lossFlags,
  SUM_BATCH,
  SUM_TIME,
  type LossFlags,
} from "./loss-flags.js";
import { copySource, rowMajor } from "./numbers.js";
import { showShape } from "../base/show.js";
import { open, openRagged } from "../base/source.js";
import type { Ids2, Numbers2, Numbers3, Tensor } from "../base/tensor.js";
import { RawSequenceLossBuffer } from "../wasm/enumerations.js";
import { fromCore } from "../wasm/failure.js";
import { f32 } from "../wasm/memory.js";
import { RawSequenceLoss, type Axis } from "../wasm/raw-sequence-loss.js";

/** Options of {@link sequenceLoss}. */
export interface SequenceLossOptions extends LossFlags {
  /**
   * (B, T) the weight of each step in the loss. Default: 1. A step past a length never counts, and its weight
   * is not read.
   */
  weights?: Numbers2;
  /**
   * (B) the number of steps of each row, 0 … T; or "ragged" to use the lengths of the nested rows of
   * `logits`. Default: all T. With lengths, the rows of nested arrays may differ in length, as in a batch.
   */
  sequenceLengths?: SequenceLengths;
}

const NAMES = /* @__PURE__ */ merge(
  { weights: true, sequenceLengths: true },
  LOSS_FLAGS,
) satisfies NamesOf<SequenceLossOptions>;

/**
 * Computes the cross-entropy of logits against targets, in nats, weighted and averaged according to the
 * flags.
 *
 * @param logits (B, T, V)
 * @param targets (B, T) the correct class at each step; not read past a length or where the weight is 0
 * @param options weights, lengths and flags. The valid combinations of flags are both averages (the default),
 *   both sums, any single flag, and none.
 * @returns a number if both axes are averaged or summed, otherwise a tensor of the remaining axes: (B) for a
 *   flag over timesteps, (T) for a flag over the batch, (B, T) without flags
 * @throws TypeError when a value is of the wrong kind
 * @throws RangeError when a value or size is wrong, or the flags contradict each other
 * @throws BpttError `OUT_OF_MEMORY`
 *
 * @example
 * import { sequenceLoss } from "bptt";
 *
 * const logits = [[[0, 0, 0], [0, 0, 0]]];
 * console.log(sequenceLoss(logits, [[0, 2]])); // ln 3 = 1.0986…
 */
export function sequenceLoss(
  logits: Numbers3,
  targets: Ids2,
  options?: {
    weights?: Numbers2;
    sequenceLengths?: SequenceLengths;
    averageAcrossTimesteps?: true;
    averageAcrossBatch?: true;
  },
): number;
export function sequenceLoss(logits: Numbers3, targets: Ids2, options: SequenceLossOptions): number | Tensor;
export function sequenceLoss(
  logits: Numbers3,
  targets: Ids2,
  options: SequenceLossOptions = {},
): number | Tensor {
  const given = objectWith(options, "options", NAMES) as SequenceLossOptions;
  const flags = lossFlags(given);
  const { weights, sequenceLengths } = given;
  const source = (sequenceLengths === undefined ? open : openRagged)(logits, "logits", "numbers (B,T,V)");
  const { shape } = source;
  if (shape.length !== 3 || shape.includes(0)) {
    throw rangeError("logits", "a shape (B,T,V) without zeros", showShape(shape));
  }
  const [batch, time, classes] = shape as [number, number, number];
  let raw: RawSequenceLoss | undefined;
  try {
    raw = new RawSequenceLoss(batch, time, classes);
    const lengths = readRowLengths(sequenceLengths, source); // after the module has room for as many rows
    const classSource = openTargets(targets, { batch, time }, lengths);
    const { start: weightsStart } = raw.place(RawSequenceLossBuffer.Weights);
    if (weights === undefined) {
      const view = f32();
      for (let b = 0; b < batch; b++) {
        const [from, length] = [weightsStart + b * time, lengths.lengths[b]];
        view.fill(1, from, from + length).fill(0, from + length, from + time);
      }
    } else {
      const rows = openRows(weights, "weights", `numbers of shape ${showShape([batch, time])}`, lengths);
      copySource(rows, { ...rowMajor([batch, time], weightsStart), lengths });
    }
    copySource(source, { ...rowMajor(shape, raw.place(RawSequenceLossBuffer.Logits).start), lengths });
    copyIds(classSource, {
      rows: batch,
      columns: time,
      rank: 2,
      start: raw.place(RawSequenceLossBuffer.Targets).start,
      strides: [time, 1],
      limit: classes,
      noun: "a class",
      lengths,
      weights: weightsStart,
    });
    const overTime = axisOf(flags & AVERAGE_TIME, flags & SUM_TIME);
    const overBatch = axisOf(flags & AVERAGE_BATCH, flags & SUM_BATCH);
    const length = raw.compute(overTime, overBatch);
    const { start } = raw.place(RawSequenceLossBuffer.Result);
    if (overTime !== "keep" && overBatch !== "keep") return raw.last;
    const left = overTime !== "keep" ? [batch] : overBatch !== "keep" ? [time] : [batch, time];
    return { data: f32().slice(start, start + length), shape: left };
  } catch (error) {
    throw fromCore(error, `logits ${showShape(shape)}`);
  } finally {
    raw?.free();
  }
}

function axisOf(average: number, sum: number): Axis {
  return average ? "average" : sum ? "sum" : "keep";
}
