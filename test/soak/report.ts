/** The figures as tables: for the terminal and as Markdown. */

import { isWithin, type Row } from "./part.js";

/** All that was measured. */
export interface Results {
  readonly date: string;
  readonly processor: string;
  readonly platform: string;
  readonly node: string;
  readonly browser: string | undefined;
  readonly attempts: number;
  readonly seconds: number;
  readonly parts: readonly {
    readonly name: string;
    readonly title: string;
    /** Why there are no rows. */
    readonly skipped?: string;
    readonly rows: readonly Row[];
  }[];
}

type Section = Results["parts"][number];

const HEAD = ["", "figure", "measured", "limit", "unit", ""] as const;

/** As the terminal shows it. */
export function terminalTable(section: Section): string {
  const lines = [[...HEAD], ...cellsOf(section)];
  const widths = HEAD.map((_, i) => Math.max(...lines.map((cells) => cells[i]!.length)));
  const aligned = (cells: string[]) =>
    cells.map((cell, i) => (i === 2 || i === 3 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)));
  const rows = lines.map((cells) => `  ${aligned(cells).join("  ").trimEnd()}`);
  return `${section.title}\n${section.skipped ? `  SKIPPED: ${section.skipped}` : rows.join("\n")}\n`;
}

/** As the committed file. */
export function markdown(results: Results): string {
  const { processor, platform, date, node, browser, attempts, seconds } = results;
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const tables = results.parts.map((section) => {
    const rows = cellsOf(section).map(line);
    const table = [line(HEAD), line(["---", "---", "---:", "---:", "---", "---"]), ...rows].join("\n");
    return `## ${section.title}\n\n${section.skipped ? `Not measured: ${section.skipped}.` : table}`;
  });
  return `${[
    "# Soak",
    `${processor}, ${platform}, Node ${node}${browser ? `, ${browser}` : ""}, ${date}. Written by \`npm run soak\`; what is measured, how, and why these limits: [README.md](../README.md). Times are the best of ${attempts} runs of ${seconds} s.`,
    ...tables,
  ].join("\n\n")}\n`;
}

function cellsOf({ rows }: Section): string[][] {
  return rows.map((row, i) => [
    rows[i - 1]?.name === row.name ? "" : row.name,
    row.figure,
    format(row.value),
    row.limit === undefined ? "" : format(row.limit),
    row.unit,
    row.limit === undefined ? "" : isWithin(row) ? "ok" : "EXCEEDED",
  ]);
}

function format(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return value.toFixed(0);
  return value.toPrecision(3);
}
