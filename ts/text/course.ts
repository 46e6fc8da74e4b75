/** What a run of a text model does: the batches of its text, and the options of the engine. The same on any thread. */

import type { Rnn } from "../rnn.js";
import type { FitOptions } from "../run/fit-options.js";
import { textBatches, type TextBatches, type TextLayout } from "./batches.js";
import type { EncodedText } from "./codec.js";
import { validationLoss } from "./evaluate.js";
import { engineOptions, type RunSettings } from "./fit-options.js";

/** The batches to train on, and all options that follow from text and settings. */
export interface TextCourse {
  readonly training: TextBatches["training"];
  readonly options: Partial<FitOptions>;
}

/** The course of a text under these settings. */
export function textCourse(
  rnn: Rnn,
  layout: TextLayout,
  encoded: Pick<EncodedText, "parts">,
  settings: RunSettings,
): TextCourse {
  const { training, validation, stepsPerEpoch } = textBatches(rnn, layout, encoded, settings);
  const options = {
    ...engineOptions(settings),
    carryState: true,
    stepsPerEpoch,
    ...(validation && {
      validation,
      evaluate: validationLoss(rnn, validation) as NonNullable<FitOptions["evaluate"]>,
    }),
  };
  return { training, options };
}
