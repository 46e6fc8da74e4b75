/** How long the rows of a nested array may be when the lengths of the rows are known. */

/**
 * How long a row of a nested array must be: exactly T; at least its length and at most T; or its length or T.
 * A flat value always has T steps in each row.
 */
export type RowRule = "full" | "atLeast" | "own";

/** Lengths of the rows, and what they say of nested arrays. */
export interface RowLengths {
  /** (B), 0 … T. */
  readonly lengths: Int32Array;
  readonly rule: RowRule;
}

/** Whether a row b of a nested array may have so many steps of `time`. */
export function fits(got: unknown, b: number, time: number, rows: RowLengths | undefined): boolean {
  if (got === time || rows === undefined) return got === time;
  const length = rows.lengths[b];
  if (rows.rule === "own") return got === length;
  return rows.rule === "atLeast" && typeof got === "number" && got >= length && got < time;
}

/** The lengths that a row may have, in words: `3 to 5`. */
export function fitting(b: number, time: number, rows: RowLengths | undefined): string {
  const length = rows?.lengths[b] ?? time;
  if (rows === undefined || rows.rule === "full" || length === time) return `${time}`;
  return rows.rule === "own" ? `${length} or ${time}` : `${length} to ${time}`;
}
