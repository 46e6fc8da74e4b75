/** The interface of the reports of a training run: a bar, lines, JSON, or nothing. */

import type { Report, RunResult } from "bptt";

/** The data, network and length of a run. */
export interface Beginning {
  /** The model file. */
  readonly file: string;
  readonly cell: string;
  readonly hiddenSize: number;
  readonly layers: number;
  /** Number of parameters of the network. */
  readonly parameters: number;
  /** Number of tokens of the vocabulary. */
  readonly vocabulary: number;
  /** The unit of the text. */
  readonly unit: "character" | "word" | "token";
  /** Number of code points of the text, in all files together. */
  readonly characters: number;
  /** Number of texts, if each line is one. */
  readonly texts: number | undefined;
  /** The length that the user gave: one of both. */
  readonly epochs: number | undefined;
  readonly steps: number | undefined;
}

/** Reports a run. */
export interface Reporter {
  begin(beginning: Beginning): void;
  /** Called after each step and each validation. */
  progress(report: Report): void;
  /** Called when a checkpoint was written to the file. */
  saved(step: number): void;
  /** Called with a text that the model generated after this step. */
  sample(step: number, text: string): void;
  /** Called at the end of the run, when its result is in the file. `plot` shows the loss over its steps. */
  end(result: RunResult, plot: string | undefined): void;
  /** Restores the terminal. It is the last call, and may be repeated. */
  close(): void;
}

/** The reporter of `--quiet`, which prints nothing. */
export const silent: Reporter = {
  begin: () => undefined,
  progress: () => undefined,
  saved: () => undefined,
  sample: () => undefined,
  end: () => undefined,
  close: () => undefined,
};
