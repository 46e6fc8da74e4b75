/** The description of a forecaster in its file, besides its weights: `bptt.series`, JSON with a version. */

import { integer, number, string } from "../../base/check.js";
import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { readOptions, type Declaration, type ValuesOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import { packDescription, readDescription } from "../../file/description.js";
import { readSpec } from "./spec.js";
import { readTrainedParts } from "./trained-part.js";

const VERSION = 1;

const DESCRIPTION = {
  spec: { read: readSpec },
  calibration: { read: readCalibration },
  trained: { read: readTrainedParts },
  frozen: { read: readNames },
  dropoutStep: { read: (value: unknown, path: Path) => integer(value, path, { min: 0 }) },
} satisfies Declaration;

/** The parts of a forecaster besides its weights. */
export interface SeriesDescription extends ValuesOf<typeof DESCRIPTION> {}

/** The JSON of a description. */
export function packSeries(description: SeriesDescription): string {
  return packDescription(VERSION, description);
}

/** The description in a JSON text. */
export function readSeriesDescription(json: string): SeriesDescription {
  return readDescription(json, "series", VERSION, (given) => {
    const description = readOptions(given, DESCRIPTION, "series");
    const { calibration, spec } = description;
    if (calibration !== null && calibration.length !== spec.quantiles.length) {
      const wanted = `${spec.quantiles.length} factors, one for each quantile`;
      throw rangeError(at("series", "calibration"), wanted, show(calibration.length));
    }
    return description;
  });
}

function readCalibration(value: unknown, path: Path): readonly number[] | null {
  if (value === null) return null;
  if (!Array.isArray(value)) throw typeError(path, "an array or null", show(value));
  return value.map((factor, q) => number(factor, at(path, q), { min: 0 }));
}

function readNames(value: unknown, path: Path): readonly string[] {
  if (!Array.isArray(value)) throw typeError(path, "an array", show(value));
  return value.map((name, i) => string(name, at(path, i)));
}
