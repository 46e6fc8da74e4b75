// Times the training step of two builds of this library against each other, interleaved in one process, and
// prints the ratio of the medians. `npm run bench:step -- REF` builds the other version and starts this
// program. The spread is the distance between the quartiles. It is large when other programs use the cores,
// and then only the ratio of the minima is meaningful.
//
//     node bench/step.mjs path/to/dist path/to/other/dist

import { join, resolve } from "node:path";
import { measure, summarize } from "./harness.mjs";
import { bpttFrom } from "./peers/bptt.mjs";
import { TIMED, TRAINING_SHAPES, makeData, shapeName } from "./shapes.mjs";

const EFFORT = { rounds: 200, sliceMs: 10, warmUpMs: 1500, budgetMs: Infinity };
const SHAPES = TRAINING_SHAPES.filter(({ H }) => [5, 64, 128].includes(H));

const [dist, otherDist] = process.argv.slice(2);
if (dist === undefined || otherDist === undefined)
  throw new Error("usage: node bench/step.mjs DIST OTHER_DIST");
const builds = [
  bpttFrom("this", join(resolve(dist), "index.js")),
  bpttFrom("other", join(resolve(otherDist), "index.js")),
];
for (const build of builds) await build.load();

const lines = [["shape", "other", "this", "this/other", "of minima", "spread"]];
for (const shape of SHAPES) {
  const data = makeData(shape, TIMED);
  const contenders = [];
  const prepared = [];
  for (const { name, prepare } of builds) {
    const steps = await prepare?.(shape, data);
    if (!steps?.step) throw new Error(`the build ${name} has no training step`);
    contenders.push({ name, step: steps.step });
    prepared.push(steps);
  }
  const timings = await measure(contenders, EFFORT);
  const [own, other] = builds.map(({ name }) => summarize(timings.get(name)?.milliseconds ?? []));
  if (own === undefined || other === undefined) throw new Error("a build was not timed");
  lines.push([
    shapeName(shape),
    microseconds(other.median),
    microseconds(own.median),
    (own.median / other.median).toFixed(3),
    (own.minimum / other.minimum).toFixed(3),
    `${(100 * Math.max(own.spread, other.spread)).toFixed(0)} %`,
  ]);
  for (const { free } of prepared) await free?.();
}

const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
for (const cells of lines) {
  const padded = cells.map((cell, i) =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
  );
  process.stdout.write(`${padded.join("  ")}\n`);
}

/** @param {number} milliseconds */
function microseconds(milliseconds) {
  return `${(1000 * milliseconds).toFixed(1)} µs`;
}
