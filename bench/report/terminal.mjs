// Formats tables for the terminal, with aligned columns.

/** @param {import("./tables.mjs").Table} table */
export function terminalTable({ title, head, rows }) {
  const lines = [head, ...rows];
  // a row that contains only the reason for its missing figures does not widen the first column
  const counts = (/** @type {string[]} */ cells, /** @type {number} */ i) => i > 0 || cells[1] !== "";
  const widths = head.map((_, i) =>
    Math.max(...lines.map((cells) => (counts(cells, i) ? (cells[i]?.length ?? 0) : 0))),
  );
  const line = (/** @type {string[]} */ cells) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return `${title}\n${lines.map((cells) => `  ${line(cells)}`).join("\n")}\n`;
}
