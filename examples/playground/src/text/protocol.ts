/** The messages between the page and the worker that trains. Each names the session that it is about. */

import type { Phase, Recipe, Validation } from "./session.js";
import type { Question, Views } from "./watch.js";

/** What a session is made of. */
export interface Made {
  text: string;
  recipe: Recipe;
  /** A model's file to begin with, instead of new weights. */
  file: Uint8Array | undefined;
  /** The name under which its training is kept for a reload. */
  key: string;
  /** How far to train at once. */
  step: number;
  question: Question;
}

/** What a model is, and does not change. */
export interface Shape {
  cell: string;
  hidden: number;
  layers: number;
  /** Characters of its vocabulary. */
  vocabulary: number;
  parameters: number;
  /** Characters of the text that the model does not know. */
  unknown: string[];
}

/** What has changed. */
export interface Update {
  phase: Phase;
  pace: number;
  trouble: string | undefined;
  /** Losses from a step on: those that were not sent before. */
  from: number;
  losses: Float64Array;
  validations: readonly Validation[];
  /** The views that were replaced. */
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
