/** A table of what something is called and what it is. */

import { escaped } from "../escape.js";
import { styled } from "../output.js";

/** A row; without a name it goes on with the one above. */
export type TableRow = readonly [name: string, value: string];

/** The rows as lines, the names in a column of their own. */
export function table(rows: readonly TableRow[]): string {
  const width = rows.reduce((most, [name]) => Math.max(most, name.length), 0) + 2;
  return rows
    .map(([name, value]) => `${styled("bold", name.padEnd(width))}${escaped(value)}`.trimEnd() + "\n")
    .join("");
}
