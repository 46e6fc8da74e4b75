/** The task of a model of labels: turns encoded examples and the settings of a run into batches and options of `fit`. */

import { record } from "../../base/check.js";
import { Adam } from "../../optim/adam.js";
import { cosine } from "../../optim/schedule.js";
import type { Rnn } from "../../rnn/rnn.js";
import type { FitPlan, Task } from "../../worker/task.js";
import { engineOptions } from "../shared/fit-options.js";
import { trainingBatches } from "./batches.js";
import { classWeightsOf } from "./class-weights.js";
import type { Dataset } from "./dataset.js";
import type { LabelRunSettings } from "./fit-options.js";
import type { Readout } from "./readout.js";
import { splitExamples } from "./split.js";
import { validationOptions } from "./validation.js";

/** Default length of a run: 100 epochs, but at least 1000 steps. */
const EPOCHS = 100;
const LEAST_STEPS = 1000;
const LEARNING_RATE = 5e-3;
const WEIGHT_DECAY = 0.01;

/** The data of a run. */
export interface LabelTaskData extends Dataset {
  readonly labels: readonly string[];
  readonly readout: Readout;
  readonly settings: LabelRunSettings;
}

/** Trains a model of labels. */
export const labelsTask: Task<LabelTaskData> = {
  name: "labels",
  read: (data) => record(data, "job.data") as LabelTaskData,
  plan: labelFitPlan,
  transfer: ({ values, starts, targets }) =>
    [values, starts, targets].map(({ buffer }) => buffer as ArrayBuffer),
};

function labelFitPlan(rnn: Rnn, data: LabelTaskData): FitPlan {
  const { settings, labels } = data;
  const { training, validation } = splitExamples(data, settings, labels);
  const weights = classWeightsOf(settings.classWeights, labels, data, training);
  const { of, perEpoch, carryState } = trainingBatches(rnn, data, training, settings, weights);
  const { epochs, steps } = settings;
  const length = epochs ?? Math.max(EPOCHS, Math.ceil(LEAST_STEPS / perEpoch));
  const options = {
    ...engineOptions(settings),
    ...(steps === null && { epochs: length }),
    ...(settings.learningRate === null && {
      learningRate: cosine({ from: LEARNING_RATE, steps: steps ?? length * perEpoch }),
    }),
    carryState,
    stepsPerEpoch: perEpoch,
    ...(validation.length > 0 && validationOptions(rnn, data, data.readout, validation)),
  };
  return {
    batches: of,
    options,
    ownOptimizer: new Adam({ learningRate: LEARNING_RATE, epsilonMode: "torch", weightDecay: WEIGHT_DECAY }),
  };
}
