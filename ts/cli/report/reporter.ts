/** Reports of a training run: a bar, lines, JSON, or nothing. */

import type { Report, RunResult } from "bptt";

/** The data, network and length of a run. */
export interface Beginning {
  /** The file that the model goes to. */
  readonly file: string;
  readonly cell: string;
  readonly hiddenSize: number;
  readonly layers: number;
  /** Numbers in the network. */
  readonly parameters: number;
  /** Tokens in the vocabulary. */
  readonly vocabulary: number;
  /** What a token is. */
  readonly unit: "character" | "word" | "token";
  /** Code points of the text, those of all files together. */
  readonly characters: number;
  /** Texts, where they are lines. */
  readonly texts: number | undefined;
  /** Where they were asked for: one of both. */
  readonly epochs: number | undefined;
  readonly steps: number | undefined;
}

/** Reports a run. */
export interface Reporter {
  begin(beginning: Beginning): void;
  /** After each step and each validation. */
  progress(report: Report): void;
  /** A checkpoint is in the file. */
  saved(step: number): void;
  /** A text that the model wrote after so many steps. */
  sample(step: number, text: string): void;
  /** The run has ended, and what it came to is in the file. `plot`: the loss over its steps. */
  end(result: RunResult, plot: string | undefined): void;
  /** Leaves the terminal as it was; the last call, and any number of times. */
  close(): void;
}

/** Of `--quiet`: nothing. */
export const silent: Reporter = {
  begin: () => undefined,
  progress: () => undefined,
  saved: () => undefined,
  sample: () => undefined,
  end: () => undefined,
  close: () => undefined,
};
