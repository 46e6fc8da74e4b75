/** What a run of a text model does: the batches of its text, and the options of the engine. The same on any thread. */

import type { Rnn } from "../rnn.js";
import type { FitOptions } from "../run/fit-options.js";
import { textBatches, type TextBatches, type TextLayout } from "./batches.js";
import type { EncodedText } from "./encoded-text.js";
import { validationLoss } from "./evaluate.js";
import { engineOptions, type RunSettings } from "./fit-options.js";

/** What a run comes to that is told neither epochs nor steps: so many epochs, of a short text as many as so many steps take. */
const EPOCHS = 10;
const LEAST_STEPS = 1000;

/** The batches to train on, and all options that follow from text and settings. */
export interface TextCourse {
  readonly training: TextBatches["training"];
  readonly options: Partial<FitOptions>;
}

/** The course of a text under these settings. */
export function textCourse(
  rnn: Rnn,
  layout: TextLayout,
  text: EncodedText,
  settings: RunSettings,
): TextCourse {
  const { training, validation, stepsPerEpoch } = textBatches(rnn, layout, text, settings);
  const untold = settings.epochs === null && settings.steps === null;
  const options = {
    ...engineOptions(settings),
    ...(untold && { epochs: Math.max(EPOCHS, Math.ceil(LEAST_STEPS / stepsPerEpoch)) }),
    carryState: true,
    stepsPerEpoch,
    ...(validation && {
      validation,
      evaluate: validationLoss(rnn, validation) as NonNullable<FitOptions["evaluate"]>,
    }),
  };
  return { training, options };
}
