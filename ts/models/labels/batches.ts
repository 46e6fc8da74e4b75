/** Converts labelled sequences to batches. The target of a network step is the label of its sequence, or its own tag. */

import type { ClassBatch } from "../../data/batch.js";
import type { Rnn } from "../../rnn/rnn.js";
import { Gaussian } from "../shared/gaussian.js";
import { lengthBuckets } from "../shared/length-buckets.js";
import type { Dataset } from "./dataset.js";
import type { LabelRunSettings } from "./fit-options.js";
import { lengthsInSteps } from "./sequences.js";
import { inputWindowCount, inputWindows } from "./windows.js";

/** Batches that are sorted by length together: few, so that the examples of a batch change from epoch to epoch. */
const GROUP = 4;

/**
 * A network in one direction is also used for streams, where a sequence follows another. Therefore one of `CHAIN` batches
 * begins with a state of zeros, and the others continue from the end of the batch before.
 */
const CHAIN = 4;

/** The batches of the training part. */
export interface TrainingBatches {
  /** Returns the batches of an epoch, from 1. */
  readonly of: (epoch: number) => Iterable<ClassBatch>;
  /** Number of batches of an epoch; of the first epoch, if sequences are longer than a window. */
  readonly perEpoch: number;
  /** True if batches continue each other. */
  readonly carryState: boolean;
}

/** Returns the batches of `rows`. `classWeights` is the weight of each label in the loss. */
export function trainingBatches(
  rnn: Rnn,
  data: Dataset,
  rows: Int32Array,
  settings: Pick<LabelRunSettings, "batchSize" | "seed" | "augment">,
  classWeights: Float64Array,
): TrainingBatches {
  const { batchSize, seed, augment } = settings;
  const all = lengthsInSteps(data);
  const lengths = Int32Array.from(rows, (row) => all[row]);
  const carryState = !rnn.bidirectional;
  const buckets = (epoch: number) => lengthBuckets(lengths, { batchSize, seed, group: GROUP }, epoch);
  let perEpoch = 0;
  for (const batch of buckets(1)) {
    perEpoch += inputWindowCount(batch.reduce((most, i) => Math.max(most, lengths[i]), 0));
  }
  return {
    perEpoch,
    carryState,
    *of(epoch) {
      let [number, before] = [0, 0];
      for (const places of buckets(epoch)) {
        const batch = places.map((place) => rows[place]);
        const begins = number % CHAIN === 0 || batch.length !== before;
        number = begins ? 1 : number + 1;
        before = batch.length;
        for (const window of inputWindows(data, batch)) {
          const { inputs, sequenceLengths, from, time } = window;
          if (augment && inputs.data instanceof Float32Array) {
            change(inputs.data, batch, from, augment, [seed, epoch]);
          }
          const targets = new Int32Array(batch.length * time);
          const weights = new Float32Array(batch.length * time);
          batch.forEach((row, b) => {
            const steps = all[row];
            for (let t = 0; t < sequenceLengths[b]; t++) {
              const target = data.isTagged ? data.targets[data.starts[row] + from + t] : data.targets[row];
              targets[b * time + t] = target;
              // for a tagger each step has the same weight, for a classifier each sequence
              weights[b * time + t] = data.isTagged ? classWeights[target] : classWeights[target] / steps;
            }
          });
          const shape = [batch.length, time];
          yield {
            inputs: inputs,
            targets: { data: targets, shape },
            weights: { data: weights, shape },
            sequenceLengths,
            ...(carryState && begins && from === 0 && { initialState: rnn.zeroState(batch.length) }),
          };
        }
      }
    },
  };
}

/** Multiplies the rows by random factors and adds noise. */
function change(
  values: Float32Array,
  batch: Int32Array,
  from: number,
  { noise, scale }: { noise: number; scale: number },
  keys: readonly number[],
): void {
  const size = values.length / batch.length;
  batch.forEach((row, b) => {
    const factor = 1 + scale * new Gaussian(...keys, row).next();
    const deviates = new Gaussian(...keys, row, from + 1);
    for (let i = b * size; i < (b + 1) * size; i++) values[i] = values[i] * factor + noise * deviates.next();
  });
}
