/** Formats a table of names and values. */

import { escaped } from "../escape.js";
import { styled } from "../output.js";

/** A row. A row without a name continues the row above. */
export type TableRow = readonly [name: string, value: string];

/** Returns the rows as lines, with the names in a separate column. */
export function table(rows: readonly TableRow[]): string {
  const width = rows.reduce((most, [name]) => Math.max(most, name.length), 0) + 2;
  return rows
    .map(([name, value]) => `${styled("bold", name.padEnd(width))}${escaped(value)}`.trimEnd() + "\n")
    .join("");
}
