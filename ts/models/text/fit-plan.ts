/**
 * Turns a text and the settings of a run into batches and fit options. The plan is the same on every thread.
 */

import type { Rnn } from "../../rnn/rnn.js";
import type { FitOptions } from "../../fit/fit-options.js";
import type { FitPlan } from "../../worker/task.js";
import { textBatches, type TextLayout } from "./batches.js";
import type { EncodedText } from "./encoded-text.js";
import { validationLoss } from "./evaluate.js";
import { engineOptions } from "../shared/fit-options.js";
import type { RunSettings } from "./fit-options.js";

/** Default length of a run: 10 epochs, but at least 1000 steps. */
const EPOCHS = 10;
const LEAST_STEPS = 1000;

/** Returns the plan of a run on `text`. `layout` determines how ids become rows. */
export function textFitPlan(rnn: Rnn, layout: TextLayout, text: EncodedText, settings: RunSettings): FitPlan {
  const { training, validation, stepsPerEpoch } = textBatches(rnn, layout, text, settings);
  const hasDefaultLength = settings.epochs === null && settings.steps === null;
  const options = {
    ...engineOptions(settings),
    ...(hasDefaultLength && { epochs: Math.max(EPOCHS, Math.ceil(LEAST_STEPS / stepsPerEpoch)) }),
    carryState: true,
    stepsPerEpoch,
    ...(validation && {
      validation,
      evaluate: validationLoss(rnn, validation) as NonNullable<FitOptions["evaluate"]>,
    }),
  };
  return { batches: training, options };
}
