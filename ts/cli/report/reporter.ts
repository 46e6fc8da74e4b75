/** The interface of the reports of a training run: a bar, lines, JSON, or nothing. */

import type { ForecastReport, Report, RunResult } from "bptt";

/** The network and the length of a run. */
interface RunBeginning {
  /** The model file. */
  readonly file: string;
  readonly cell: string;
  readonly hiddenSize: number;
  readonly layers: number;
  /** Number of parameters of the network. */
  readonly parameters: number;
  /** The length that the user gave: one of both. */
  readonly epochs: number | undefined;
  readonly steps: number | undefined;
}

/** A run on text. */
export interface TextBeginning extends RunBeginning {
  /** Number of tokens of the vocabulary. */
  readonly vocabulary: number;
  /** The unit of the text. */
  readonly unit: "character" | "word" | "token";
  /** Number of code points of the text, in all files together. */
  readonly characters: number;
  /** Number of texts, if each line is one. */
  readonly texts: number | undefined;
}

/** A run on series. */
export interface SeriesBeginning extends RunBeginning {
  readonly unit: "value";
  /** The columns of values and of times. */
  readonly value: string;
  readonly time: string | undefined;
  /** Number of series. */
  readonly series: number;
  /** Number of rows of all series together. */
  readonly rows: number;
  readonly horizon: number;
  readonly seasons: readonly number[];
}

/** The data, network and length of a run. */
export type Beginning = TextBeginning | SeriesBeginning;

/** The result of a run; of a run on series with the errors on the values that were held out. */
export type Result = RunResult & { readonly heldOut?: ForecastReport | undefined };

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
  end(result: Result, plot: string | undefined): void;
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
