/** The task of a text model: its text as ids, the layout of the rows, and the settings of the run. */

import { record } from "../../base/check.js";
import type { Task } from "../../worker/task.js";
import type { TextLayout } from "./batches.js";
import type { EncodedText } from "./encoded-text.js";
import type { RunSettings } from "./fit-options.js";
import { textFitPlan } from "./fit-plan.js";

/** The data of a text run. A tokenizer stays on the thread of the model, because functions cannot be sent. */
export interface TextTaskData extends EncodedText {
  readonly layout: TextLayout;
  readonly settings: RunSettings;
}

/** Trains a text model. */
export const textTask: Task<TextTaskData> = {
  name: "text",
  read: (data) => record(data, "job.data") as TextTaskData,
  plan: (rnn, { layout, settings, ...text }) => textFitPlan(rnn, layout, text, settings),
  transfer: ({ ids, starts }) => [ids.buffer as ArrayBuffer, starts.buffer as ArrayBuffer],
};
