/** The task of a forecaster: its series, and how they become the batches and options of a run. */

import { record } from "../../base/check.js";
import { rangeError } from "../../base/errors.js";
import { cosine } from "../../optim/schedule.js";
import type { Rnn } from "../../rnn/rnn.js";
import type { FitPlan, Task } from "../../worker/task.js";
import { engineOptions } from "../shared/fit-options.js";
import { SeriesBatches, type Row } from "./batches.js";
import { trainedLength, type ForecasterRunSettings } from "./fit-options.js";
import type { Series } from "./series.js";
import type { ForecasterSpec } from "./spec.js";

/** The data of a run on series. */
export interface SeriesTaskData {
  readonly series: readonly Series[];
  readonly spec: ForecasterSpec;
  readonly settings: ForecasterRunSettings;
}

/** Default length of a run: 15 epochs, but at least 400 steps. */
const EPOCHS = 15;
const LEAST_STEPS = 400;
/** The first learning rate of the default schedule, a cosine. */
const LEARNING_RATE = 5e-3;

/** Trains a forecaster. */
export const seriesTask: Task<SeriesTaskData> = {
  name: "series",
  read: (data) => record(data, "job.data") as SeriesTaskData,
  plan: seriesFitPlan,
  transfer: () => [], // the model still needs the series, to compare forecasts of the held-out part
};

/** Returns the plan of a run. It is the same on every thread. */
export function seriesFitPlan(rnn: Rnn, { series, spec, settings }: SeriesTaskData): FitPlan {
  const { batchSize, seed } = settings;
  const training: Row[] = [];
  const validation: Row[] = [];
  for (const one of series) {
    const trained = trainedLength(one, settings);
    const { length } = one.values;
    if (trained > 1) training.push({ series: one, trained, from: 1, end: trained });
    if (trained < length) validation.push({ series: one, trained, from: trained, end: length });
  }
  const longest = training.reduce((most, { trained }) => Math.max(most, trained), 0);
  if (longest <= spec.horizon) {
    const what = `series with more than ${spec.horizon} values to train on, as the horizon`;
    throw rangeError("data", what, `${longest} in the longest`);
  }
  const batches = new SeriesBatches(rnn, spec, training, batchSize);
  const held = new SeriesBatches(rnn, spec, validation, batchSize);
  const stepsPerEpoch = batches.count(seed, 1);
  const options = engineOptions(settings);
  const { steps } = options;
  const { epochs = Math.max(EPOCHS, Math.ceil(LEAST_STEPS / stepsPerEpoch)) } = options;
  const total = steps ?? epochs * stepsPerEpoch;
  return {
    batches: (epoch) => batches.epoch(seed, epoch),
    options: {
      learningRate: cosine({ from: LEARNING_RATE, steps: total }),
      ...options,
      ...(steps === undefined && { epochs }),
      carryState: true,
      stepsPerEpoch,
      ...(validation.length > 0 && { validation: held }),
    },
  };
}
