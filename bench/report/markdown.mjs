// Writes the report as a Markdown file.

import { details, peerTable, summary } from "./tables.mjs";

/** @typedef {import("../main.mjs").Results} Results */

/** @param {Results[]} all one for each Node version @param {string} chart the chart's file name */
export function markdownReport(all, chart) {
  const [first] = all;
  const quick = first?.quick ? " A quick run: for a look, not for quoting." : "";
  const parts = [
    "# Measurements",
    `${first?.processor}, ${first?.platform}, ${first?.date}, Node ${all.map(({ node }) => node).join(" and ")}.${quick} Written by \`npm run bench\`; what is measured and how: [bench/README.md](../README.md).`,
    `![Training, tokens per second](${chart})`,
    "Columns are shapes (H, B, T, V). Ratios are those of the medians of interleaved rounds, in brackets those of the minima. The spread is the distance of the quartiles over the median.",
  ];
  for (const results of all) {
    parts.push(`## Node ${results.node}`);
    parts.push(markdownTable(summary(results), 3), markdownTable(peerTable(results), 3));
    for (const section of results.sections) parts.push(markdownTable(details(section), 3));
  }
  return `${parts.join("\n\n")}\n`;
}

/** @param {import("./tables.mjs").Table} table @param {number} level of its heading */
function markdownTable({ title, head, rows }, level) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(" | ")} |`;
  const rule = line(head.map((_, i) => (i === 0 ? "---" : "---:")));
  return [`${"#".repeat(level)} ${title}\n`, line(head), rule, ...rows.map(line)].join("\n");
}
