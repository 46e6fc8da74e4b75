/** The numbers of a chart as it draws them: gaps where there is nothing to draw, ranges of the axes. */

/** One curve's values; null where there is none. */
export type Values = readonly (number | null)[];

/** The values that a curve is drawn through: a gap where there is none, and on a log axis below its lowest value. */
export function drawn(values: Values, lowest: number | undefined): (number | null)[] {
  return values.map((y) => (isFiniteNumber(y) && (lowest === undefined || y >= lowest) ? y : null));
}

/** The indices of values below a log axis, which are marked at its lower end instead of being drawn. */
export function below(values: Values, lowest: number): number[] {
  return values.flatMap((y, i) => (isFiniteNumber(y) && y < lowest ? [i] : []));
}

/** The range of a log axis: whole powers of ten around all values, down to `lowest` where one is below that. */
export function logRange(curves: readonly Values[], lowest: number): [number, number] {
  const values = curves.flat().filter(isFiniteNumber);
  const [least, most] = [Math.min(...values, 1), Math.max(...values, 1)];
  const bottom = least < lowest ? lowest : 10 ** Math.floor(Math.log10(least));
  return [bottom, Math.max(10 ** Math.ceil(Math.log10(most)), bottom * 10)];
}

const isFiniteNumber = (value: number | null | undefined): value is number =>
  typeof value === "number" && Number.isFinite(value);
