/** The whole soak: runs its parts, prints their tables and writes results/. Started by `npm run soak`. */

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { browser } from "./browser.js";
import { memory } from "./memory.js";
import { node, worker } from "./node.js";
import { isWithin, progress, type Effort } from "./part.js";
import { playground } from "./playground.js";
import { markdown, terminalTable, type Results } from "./report.js";
import { browserVersion } from "./with-chromium.js";

const PARTS = [node, worker, browser, playground, memory];

const { values } = parseArgs({
  options: { only: { type: "string" }, quick: { type: "boolean", default: false } },
});
const names = PARTS.map(({ name }) => name);
const only = values.only?.split(",") ?? names;
const unknown = only.find((name) => !names.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`soak: --only ${unknown}: expected some of ${names.join(",")}\n`);
  process.exit(2);
}

const effort: Effort = values.quick
  ? { attempts: 1, seconds: 1, share: 0.05 }
  : { attempts: 3, seconds: 2, share: 1 };

const parts: Results["parts"][number][] = [];
for (const { name, title, missing, run } of PARTS.filter((part) => only.includes(part.name))) {
  const skipped = missing?.();
  if (skipped !== undefined) progress(`${name} SKIPPED: ${skipped}`);
  const section = {
    name,
    title,
    ...(skipped === undefined ? { rows: await run(effort) } : { skipped, rows: [] }),
  };
  process.stdout.write(`\n${terminalTable(section)}`);
  parts.push(section);
}

const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  processor: cpus()[0]?.model.trim() ?? "unknown",
  platform: `${process.platform} ${process.arch}`,
  node: process.versions.node,
  browser: only.includes("browser") ? await browserVersion() : undefined,
  attempts: effort.attempts,
  seconds: effort.seconds,
  parts,
};
if (values.only === undefined && !values.quick) {
  const folder = new URL("results/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL("latest.json", folder), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(new URL("latest.md", folder), markdown(results));
  process.stdout.write(`\n${fileURLToPath(folder)}latest.md and .json have been written\n`);
}
const exceeded = parts.flatMap(({ rows }) => rows).filter((row) => !isWithin(row));
for (const { name, figure } of exceeded) process.stdout.write(`EXCEEDED: ${name}: ${figure}\n`);
process.exit(exceeded.length === 0 ? 0 : 1);
