/** The permitted lengths of nested rows when the lengths of the batch's rows are known. */

/**
 * The permitted length of a nested row: "full" is exactly T; "atLeast" is its length or more, up to T; "own"
 * is its length or T. A flat value always has T steps in each row.
 */
export type RowRule = "full" | "atLeast" | "own";

/** Lengths of the rows, and the rule for nested arrays. */
export interface RowLengths {
  /** (B), 0 … T. */
  readonly lengths: Int32Array;
  readonly rule: RowRule;
}

/** Returns true if row b of a nested array may have `got` steps. */
export function fits(got: unknown, b: number, time: number, rows: RowLengths | undefined): boolean {
  if (got === time || rows === undefined) return got === time;
  const length = rows.lengths[b];
  if (rows.rule === "own") return got === length;
  return rows.rule === "atLeast" && typeof got === "number" && got >= length && got < time;
}

/** Returns the permitted lengths of a row in words: `3 to 5`. */
export function fitting(b: number, time: number, rows: RowLengths | undefined): string {
  const length = rows?.lengths[b] ?? time;
  if (rows === undefined || rows.rule === "full" || length === time) return `${time}`;
  return rows.rule === "own" ? `${length} or ${time}` : `${length} to ${time}`;
}
