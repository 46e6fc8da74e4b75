// Makes the report from the measurements of each Node version: `node bench/report.mjs NAME FILE…` prints the
// tables and writes bench/results/NAME.json, .md and .svg.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chart } from "./report/chart.mjs";
import { markdownReport } from "./report/markdown.mjs";
import { details, peerTable, summary } from "./report/tables.mjs";
import { terminalTable } from "./report/terminal.mjs";

/** @typedef {import("./main.mjs").Results} Results */

const [name = "latest", ...files] = process.argv.slice(2);
const all = files.map((file) => /** @type {Results} */ (JSON.parse(readFileSync(file, "utf8"))));
const newest = all.at(-1);
if (!newest) throw new Error("report: no measurements given");

process.stdout.write(`\n${newest.processor}, ${newest.platform}, ${newest.date}\n\n`);
for (const results of all) {
  process.stdout.write(`${terminalTable(peerTable(results))}\n`);
  for (const section of results.sections) process.stdout.write(`${terminalTable(details(section))}\n`);
}
for (const results of all) process.stdout.write(`${terminalTable(summary(results))}\n`);

const folder = join(import.meta.dirname, "results");
mkdirSync(folder, { recursive: true });
const write = (/** @type {string} */ ending, /** @type {string} */ text) =>
  writeFileSync(join(folder, name + ending), text);
write(".json", JSON.stringify(all, null, 2) + "\n");
write(".md", markdownReport(all, `${name}.svg`));
write(".svg", await chart(newest));
process.stdout.write(`bench/results/${name}.md, .json and .svg have been written\n`);
