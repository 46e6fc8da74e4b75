/**
 * Reads sequences of features: scales each feature by the mean and deviation of the training data, and joins
 * consecutive time steps into patches, so that the network reads a long recording in few steps.
 *
 *     t     0 1 2 3 4 5 6        patch 3
 *     step  [0 1 2][3 4 5]       the rest of a sequence is omitted, unless there is no full patch
 */

import { integer, number, oneOf } from "../../base/check.js";
import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { readOptions, type Declaration } from "../../base/options.js";
import { show } from "../../base/show.js";
import { readFeatures, readStep, type Features } from "./features.js";
import type { Sequences } from "./sequences.js";

/** The scaling of the features. */
export type FeatureScale = "standard" | "none";

export const SCALES = ["standard", "none"] as const satisfies readonly FeatureScale[];

/** Number of network steps that read a sequence of the median length, with `patch: "auto"`. */
const STEPS = 16;

/** The settings of a reader of features: plain data. */
export interface FeatureDescription {
  readonly kind: "features";
  /** Number of time steps per network step. */
  readonly patch: number;
  /** Subtracted from each feature. */
  readonly mean: readonly number[];
  /** Divides each feature. */
  readonly deviation: readonly number[];
}

const FEATURES = {
  kind: { read: (value: unknown, path: Path) => oneOf(value, path, ["features"] as const) },
  patch: { read: (value: unknown, path: Path) => integer(value, path, { min: 1 }) },
  mean: { read: readNumbers },
  deviation: { read: readNumbers },
} satisfies Declaration;

/** Reads sequences of features. */
export class FeatureReader {
  readonly description: FeatureDescription;
  /** Values per network step. */
  readonly inputSize: number;

  constructor(description: FeatureDescription) {
    this.description = description;
    this.inputSize = description.mean.length * description.patch;
  }

  /** Creates the reader for training data. */
  static of(all: readonly Features[], scale: FeatureScale, patch: number | "auto"): FeatureReader {
    const width = all[0].width;
    const [mean, deviation] =
      scale === "none" ? [zeros(width), zeros(width).map(() => 1)] : standard(all, width);
    const joined =
      patch === "auto" ? Math.max(1, Math.floor(median(all.map(({ steps }) => steps)) / STEPS)) : patch;
    return new FeatureReader({ kind: "features", patch: joined, mean, deviation });
  }

  /** Reads the reader in a file. */
  static read(value: unknown, path: Path): FeatureReader {
    const { kind, patch, mean, deviation } = readOptions(value, FEATURES, path);
    if (mean.length === 0) throw rangeError(at(path, "mean"), "at least one number", "none");
    if (deviation.length !== mean.length) {
      throw rangeError(
        at(path, "deviation"),
        `${mean.length} numbers, as many as of mean`,
        show(deviation.length),
      );
    }
    const wrong = deviation.findIndex((x) => x <= 0);
    if (wrong >= 0)
      throw rangeError(at(path, "deviation", wrong), "a number above 0", show(deviation[wrong]));
    return new FeatureReader({ kind, patch, mean, deviation });
  }

  /** F: the number of features. */
  get width(): number {
    return this.description.mean.length;
  }

  /** Encodes sequences; `pathOf` names them in errors. */
  encode(inputs: readonly unknown[], pathOf: (i: number) => Path): Sequences {
    const { patch } = this.description;
    const { width, inputSize } = this;
    const all = inputs.map((input, i) => readFeatures(input, pathOf(i), width));
    const starts = new Int32Array(all.length + 1);
    all.forEach(({ steps }, i) => (starts[i + 1] = starts[i] + Math.max(1, Math.floor(steps / patch))));
    const values = new Float32Array(starts[all.length] * inputSize);
    all.forEach((sequence, i) => {
      const last = sequence.steps - 1;
      const count = (starts[i + 1] - starts[i]) * patch;
      for (let t = 0; t < count; t++) {
        const step = Math.min(t, last); // a sequence shorter than a patch ends with its last step
        const bad = this.#scale(sequence.values, step * width, values, starts[i] * inputSize + t * width);
        if (bad < 0) continue;
        const path = sequence.isFlat ? at(pathOf(i), step) : at(pathOf(i), step, bad);
        throw tooLarge(path, sequence.values[step * width + bad]);
      }
    });
    return { values, width: inputSize, starts };
  }

  /** Scales one time step into `into` from index `to` on. */
  step(value: unknown, path: Path, into: Float32Array, to: number): void {
    const values = readStep(value, path, this.width);
    const bad = this.#scale(values, 0, into, to);
    if (bad >= 0) throw tooLarge(typeof value === "number" ? path : at(path, bad), values[bad]);
  }

  /** Returns the first feature that float32 cannot represent, −1 if there is none. */
  #scale(values: Float64Array, from: number, into: Float32Array, to: number): number {
    const { mean, deviation } = this.description;
    for (let f = 0; f < mean.length; f++) {
      into[to + f] = (values[from + f] - mean[f]) / deviation[f];
      if (!Number.isFinite(into[to + f])) return f;
    }
    return -1;
  }
}

function tooLarge(path: Path, value: number): RangeError {
  return rangeError(path, "a number that float32 can hold after scaling", show(value));
}

/** Returns mean and deviation of each feature over all time steps. The deviation of a constant feature is 1. */
function standard(all: readonly Features[], width: number): [mean: number[], deviation: number[]] {
  const [mean, deviation] = [zeros(width), zeros(width)];
  let steps = 0;
  const each = (add: (x: number, f: number) => void) => {
    for (const { values } of all) for (let i = 0; i < values.length; i++) add(values[i], i % width);
  };
  for (const sequence of all) steps += sequence.steps;
  each((x, f) => (mean[f] = mean[f] + x / steps));
  each((x, f) => {
    const difference = x - mean[f];
    deviation[f] = deviation[f] + (difference / steps) * difference;
  });
  return [
    mean.map((m) => (Number.isFinite(m) ? m : 0)),
    deviation.map((variance, f) => {
      const root = Math.sqrt(variance);
      // ignores the rounding errors of a constant
      return root > Math.abs(mean[f]) * 1e-12 && root < Infinity ? root : 1;
    }),
  ];
}

/** Returns the median, the lower of two. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function zeros(length: number): number[] {
  return new Array<number>(length).fill(0);
}

function readNumbers(value: unknown, path: Path): number[] {
  if (!Array.isArray(value)) throw typeError(path, "an array of numbers", show(value));
  return value.map((x, i) => number(x, at(path, i)));
}
