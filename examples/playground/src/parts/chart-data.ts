/** The numbers of a chart in drawable form: gaps in curves, and ranges of axes. */

/** The values of one curve; null for a missing value. */
export type Values = readonly (number | null)[];

/** Returns the values to draw: a missing value, or a value below a log axis, becomes a gap. */
export function drawn(values: Values, lowest: number | undefined): (number | null)[] {
  return values.map((y) => (isFiniteNumber(y) && (lowest === undefined || y >= lowest) ? y : null));
}

/**
 * Returns the indices of values below a log axis. They are marked at its lower end instead of being drawn.
 */
export function below(values: Values, lowest: number): number[] {
  return values.flatMap((y, i) => (isFiniteNumber(y) && y < lowest ? [i] : []));
}

/** Returns the range of a log axis: whole powers of ten around all values, but not below `lowest`. */
export function logRange(curves: readonly Values[], lowest: number): [number, number] {
  const values = curves.flat().filter(isFiniteNumber);
  const [least, most] = [Math.min(...values, 1), Math.max(...values, 1)];
  const bottom = least < lowest ? lowest : 10 ** Math.floor(Math.log10(least));
  return [bottom, Math.max(10 ** Math.ceil(Math.log10(most)), bottom * 10)];
}

const isFiniteNumber = (value: number | null | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value);
