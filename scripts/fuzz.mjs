// `npm run fuzz` tests the promises of the library for any input with random input: typed errors, no trap, no
// hang, proportional time and memory, whole files. Each section is a program of test/ that prints its figures and
// exits with code 1 if a promise is broken.
//
//     npm run fuzz                                        all sections, some minutes
//     npm run fuzz -- --mutations 100000 --calls 1000000 --kills 500 --seed 1 --save    the long run; writes bench/results/fuzz.md
//     npm run fuzz -- --section readers --seconds 40      a short run of one section, as in `npm test`
//     npm run fuzz -- --section readers --only keras,npz  some parts of a section

import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { inProject, projectRoot } from "./setup/paths.mjs";
import { ask } from "./setup/run.mjs";

const { values } = parseArgs({
  options: {
    section: { type: "string" },
    seed: { type: "string", default: String(randomInt(2 ** 31)) },
    mutations: { type: "string" },
    calls: { type: "string" },
    kills: { type: "string", default: "30" },
    seconds: { type: "string" },
    only: { type: "string" },
    keep: { type: "string" },
    case: { type: "string" },
    save: { type: "boolean", default: false },
  },
});

/** @param {("seed" | "mutations" | "calls" | "seconds" | "only" | "keep" | "case")[]} names the options to pass on */
const given = (...names) =>
  names.flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]));
const program = ["--expose-gc", "--import", "tsx"];

/** The arguments of node for each section; their order is that of the output. */
const SECTIONS = new Map([
  ["readers", [...program, inProject("test", "fuzz", "readers.ts"), ...given("seed", "mutations", "seconds", "only", "keep", "case")]], // prettier-ignore
  [
    "calls",
    [...program, inProject("test", "fuzz", "calls.ts"), ...given("seed", "calls", "seconds", "case")],
  ],
  ["memory", [...program, inProject("test", "fuzz", "end-of-memory.ts")]],
  ["kills", [inProject("test", "kill", "commands.mjs"), values.kills, values.seed]],
]);

const chosen = values.section?.split(",") ?? [...SECTIONS.keys()];
const unknown = chosen.find((name) => !SECTIONS.has(name));
if (unknown !== undefined) {
  process.stderr.write(`fuzz: --section ${unknown}: expected some of ${[...SECTIONS.keys()].join(",")}\n`);
  process.exit(2);
}

const { version } = JSON.parse(readFileSync(inProject("package.json"), "utf8"));
const commit = await ask("git", ["rev-parse", "--short", "HEAD"]);
const changed = (await ask("git", ["status", "--porcelain", "--untracked-files=no"])) ? " with changes" : "";
const facts = [
  `bptt ${version}${commit === undefined ? "" : ` (${commit}${changed})`}`,
  new Date().toISOString().slice(0, 10),
  `Node ${process.versions.node}`,
  `${process.platform} ${process.arch}`,
  `${cpus()[0]?.model.trim() ?? "unknown processor"}, ${availableParallelism()} cores`,
].join(", ");

let failed = false;
for (const name of chosen) {
  const title = `fuzz ${name}: --seed ${values.seed} repeats this run\n${facts}\n`;
  process.stdout.write(title);
  const { code, output } = await watched(SECTIONS.get(name) ?? []);
  if (code !== 0) {
    process.stdout.write(`fuzz: section ${name} failed; --seed ${values.seed} repeats it\n`);
    failed = true;
  }
  const part = values.only === undefined ? "" : ` (${values.only})`;
  if (values.save) save(name + part, title + output);
}
process.exit(failed ? 1 : 0);

/**
 * Runs a program, shows its output and returns it.
 * @param {string[]} args @returns {Promise<{ code: number, output: string }>}
 */
function watched(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
      process.stdout.write(chunk);
    });
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/**
 * Replaces a section of the committed results.
 * @param {string} name @param {string} output
 */
function save(name, output) {
  const file = inProject("bench", "results", "fuzz.md");
  const head =
    "# Fuzzing\n\nWritten by `npm run fuzz -- --save`; the sections and their promises: [test/fuzz/README.md](../../test/fuzz/README.md).\n";
  const old = existsSync(file) ? readFileSync(file, "utf8") : head;
  const sections = new Map(
    old
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf("\n")), section]),
  );
  sections.set(name, `${name}\n\n\`\`\`text\n${output.trimEnd()}\n\`\`\`\n\n`);
  const text = [...sections.values()].map((section) => `## ${section}`).join("");
  writeFileSync(file, `${head}\n${text.trimEnd()}\n`);
}
