/** The messages between the page and the worker that trains. Each contains the number of its session. */

import type { Phase, Recipe, Validation } from "./session.js";
import type { Question, Views } from "./watch.js";

/** The settings of a session. */
export interface Made {
  text: string;
  recipe: Recipe;
  /** A model's file to start from, instead of new weights. */
  file: Uint8Array | undefined;
  /** The name under which its training is stored for a reload. */
  key: string;
  /** The step to train to at once. */
  step: number;
  question: Question;
}

/** The fixed properties of a model. */
export interface Shape {
  cell: string;
  hidden: number;
  layers: number;
  /** Number of characters of its vocabulary. */
  vocabulary: number;
  parameters: number;
  /** Characters of the text that are not in the vocabulary. */
  unknown: string[];
}

/** The changes since the last update. */
export interface Update {
  phase: Phase;
  pace: number;
  trouble: string | undefined;
  /** New losses, and the step of the first of them. */
  from: number;
  losses: Float64Array;
  validations: readonly Validation[];
  /** The views that were updated. */
  views: Partial<Views>;
}

export type ToWorker = { session: number } & (
  | { kind: "make"; made: Made }
  | { kind: "train"; last: number }
  | { kind: "pause" }
  | { kind: "ask"; question: Question }
  | { kind: "save"; request: number }
  | { kind: "free" }
);

export type FromWorker = { session: number } & (
  | { kind: "made"; shape: Shape }
  | { kind: "refused"; trouble: string }
  | { kind: "update"; update: Update }
  | { kind: "saved"; request: number; bytes: Uint8Array<ArrayBuffer> }
);
