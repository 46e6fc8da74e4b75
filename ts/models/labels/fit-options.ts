/** The options of `fit` of a classifier or tagger, their checks, and those that a run writes to a file. */

import { boolean, number, record, size } from "../../base/check.js";
import { at, typeError, type Path } from "../../base/errors.js";
import {
  count,
  fraction,
  merge,
  readOption,
  readOptions,
  type Declaration,
  type OptionsOf,
} from "../../base/options.js";
import { show } from "../../base/show.js";
import type { Optimizer } from "../../optim/optimizer.js";
import { readLearningRate } from "../../optim/schedule.js";
import {
  MODEL_SETTINGS,
  readModelSettings,
  type ModelFitOptions,
  type ModelRunSettings,
  type SettingsOf,
} from "../shared/fit-options.js";

/** Weights of the labels: the inverse of their shares of the training data, or a number for each label (default 1). */
export type ClassWeights = "balanced" | Readonly<Record<string, number>>;

/** Random changes of the inputs in training, in the units of scaled features. */
export interface Augmentation {
  /** Deviation of Gaussian noise that is added to each value. */
  noise: number;
  /** Deviation of the factor of each example, around 1. */
  scale: number;
}

const AUGMENTATION = {
  noise: { read: amount, fallback: 0 },
  scale: { read: amount, fallback: 0 },
} satisfies Declaration;

const LABELS = {
  /** Number of passes over the examples. Give either this or `steps`. Default 100, but at least as many as 1000 steps take. */
  epochs: { read: count, fallback: null },
  /** B: the number of examples of a batch. Default 16. */
  batchSize: { read: size, fallback: 16 },
  /**
   * Step size, 0 … 1e30, or a schedule over the updates of this run. Default: a cosine from 5e-3 to 0 over the run, or the
   * rate of `optimizer` if it is given.
   */
  learningRate: { read: readLearningRate, fallback: null },
  /**
   * Share of the examples to validate with, 0 ≤ x < 1: a seeded draw with the same share of each label. The temperature of the
   * probabilities is fitted to them at the end of the run. Default 0.
   */
  validationFraction: { read: fraction, fallback: 0 },
  /** Keeps the examples of one `group` on the same side of the split. Default false. */
  validationGroups: { read: boolean, fallback: false },
  /** Weight of each label in the loss: "balanced", or a number for each label. Default: every example has the same weight. */
  classWeights: { read: readClassWeights, fallback: null },
  /** Random changes of features in training; false for none. Default `{ noise: 0.05, scale: 0.1 }`; text is never changed. */
  augment: { read: readAugmentation, fallback: undefined },
} satisfies Declaration;

/** Options of {@link SequenceClassifier#fit} and {@link SequenceTagger#fit}. */
export interface LabelFitOptions
  extends Omit<ModelFitOptions, keyof typeof LABELS | "optimizer">, OptionsOf<typeof LABELS> {
  /** The optimizer. Default: a new Adam in PyTorch's form with ε 1e-8 and a weight decay of 0.01. */
  optimizer?: Optimizer;
}

/** The settings of a run, which determine it together with the examples and the optimizer, as plain data. */
export interface LabelRunSettings extends ModelRunSettings {
  readonly validationFraction: number;
  readonly validationGroups: boolean;
  readonly classWeights: ClassWeights | null;
  readonly augment: Augmentation | false;
}

const DEFAULT_AUGMENTATION: Augmentation = { noise: 0.05, scale: 0.1 };

/** The settings of a run of a model of labels. */
export const LABEL_SETTINGS: SettingsOf<LabelRunSettings> = {
  get names() {
    return merge(MODEL_SETTINGS, LABELS);
  },
  read(given, seed) {
    const validationFraction = readOption(given, LABELS, "validationFraction");
    const validation = validationFraction === 0 ? "validationFraction" : undefined;
    const validationGroups = readOption(given, LABELS, "validationGroups");
    if (validationGroups && validationFraction === 0) {
      throw typeError("validationGroups", "false without a validationFraction above 0", "true");
    }
    return {
      ...readModelSettings(given, { seed, batchSize: LABELS.batchSize.fallback }, validation),
      validationFraction,
      validationGroups,
      classWeights: readOption(given, LABELS, "classWeights"),
      augment: readOption(given, LABELS, "augment") ?? DEFAULT_AUGMENTATION,
    };
  },
};

function amount(value: unknown, path: Path): number {
  return number(value, path, { min: 0, max: 1e3 });
}

function readAugmentation(value: unknown, path: Path): Augmentation | false {
  if (value === false) return false;
  if (typeof value !== "object" || value === null) {
    throw typeError(path, "{ noise, scale } or false", show(value));
  }
  return readOptions(value, AUGMENTATION, path);
}

function readClassWeights(value: unknown, path: Path): ClassWeights {
  if (value === "balanced") return value;
  if (typeof value === "string") throw typeError(path, `"balanced", or a number for each label`, show(value));
  const entries = Object.entries(record(value, path)).map(([label, weight]): [string, number] => [
    label,
    number(weight, at(path, label), { min: 0, max: 1e6 }),
  ]);
  return Object.fromEntries(entries);
}
