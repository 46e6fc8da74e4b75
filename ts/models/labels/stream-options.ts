/** The options of a live stream of decisions. */

import { integer, number, string } from "../../base/check.js";
import type { Path } from "../../base/errors.js";
import { count, readOptions, type Declaration, type OptionsOf, type ValuesOf } from "../../base/options.js";
import type { LabelSet } from "./label-set.js";

const LABEL_STREAM = {
  /** The probability that a label needs to be decided, 0 … 1. Default 0.8. */
  confidence: { read: share, fallback: 0.8 },
  /** The number of consecutive pushes for which it needs that probability. Default 3. */
  hold: { read: count, fallback: 3 },
  /** A decision ends when the probability of its label falls below this, 0 … `confidence`. Default 0.5. */
  release: { read: share, fallback: 0.5 },
  /** An idle label that is never decided. Default: none, and a pause may be decided like any other label. */
  background: { read: string, fallback: undefined },
  /** The number of time steps whose answers are averaged. Default: the median length of the training examples. */
  window: {
    read: (value: unknown, path: Path) => integer(value, path, { min: 1, max: 2 ** 24 }),
    fallback: undefined,
  },
} satisfies Declaration;

/** Options of {@link SequenceClassifier#stream}. */
export interface LabelStreamOptions extends OptionsOf<typeof LABEL_STREAM> {}

/** The options, checked and complete. */
export type LabelStreamConfig = Omit<ValuesOf<typeof LABEL_STREAM>, "background" | "window"> & {
  /** The id of the idle label; −1 without one. */
  readonly background: number;
  readonly window: number;
};

/** Reads the options. */
export function readStreamOptions(options: unknown, labels: LabelSet, window: number): LabelStreamConfig {
  const given = readOptions(options, LABEL_STREAM);
  const { confidence, background } = given;
  return {
    ...given,
    release: number(given.release, "release", { min: 0, max: confidence }),
    background: background === undefined ? -1 : labels.id(background, "background"),
    window: given.window ?? window,
  };
}

function share(value: unknown, path: Path): number {
  return number(value, path, { min: 0, max: 1 });
}
