/** The fingerprint of the series that a run began with. */

import { Fingerprint } from "../shared/fingerprint.js";
import type { Series } from "./series.js";

/** A missing value, since NaN has many bit patterns. */
const MISSING = 1e300;

/** Returns the fingerprint of series: their values, first steps and covariates. */
export function fingerprintOf(series: readonly Series[]): string {
  const fingerprint = new Fingerprint();
  const add = (numbers: ArrayLike<number>) => {
    fingerprint.addNumber(numbers.length);
    const words = Float64Array.from(numbers, (y) => (y === y ? y : MISSING));
    fingerprint.add(new Int32Array(words.buffer));
  };
  fingerprint.addNumber(series.length);
  for (const { values, start, past, future, fixed } of series) {
    add(values);
    add([start]);
    for (const column of [...past, ...future, fixed]) add(column);
  }
  return fingerprint.toString();
}
