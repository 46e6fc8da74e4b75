// The results as a table: results.json holds what was measured, results.md and curves.svg are made of it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { draw } from "./chart.js";
import { FAR, LAST, type Comparison } from "./compare.js";

/** A model, trained here and there. */
export interface Pair extends Comparison {
  readonly cell: string;
  readonly parameters: number;
  readonly settings: Readonly<Record<string, number>>;
  readonly characters: { readonly trained: number; readonly heldOut: number };
  readonly machine: string;
  readonly versions: string;
  readonly date: string;
  /** Of the machine, over the last quarter of an hour. */
  readonly load: string;
  /** What bptt's writes. */
  readonly sample: string;
}

const ORDER = ["tanh", "gru", "lstm"];

/** Adds what was measured to what is there, in the place of an older one of that cell, and makes table and picture anew. */
export async function addResult(pair: Pair, folder: URL): Promise<void> {
  const file = new URL("results.json", folder);
  const old = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Pair[]) : [];
  const pairs = [...old.filter(({ cell }) => cell !== pair.cell), pair].sort(
    (a, b) => ORDER.indexOf(a.cell) - ORDER.indexOf(b.cell),
  );
  writeFileSync(file, `${JSON.stringify(pairs, undefined, 1)}\n`);
  writeFileSync(new URL("results.md", folder), markdown(pairs));
  writeFileSync(new URL("curves.svg", folder), await draw(pairs));
  console.log(rows(pair).join("\n"));
}

const HEAD = [
  ...["cell", "parameters", "trained by", "first loss", "gradient norm"],
  ...["loss at the end", "held out", "processor minutes", "minutes"],
];

function rows({ cell, parameters, bptt, pytorch }: Pair): string[] {
  return [bptt, pytorch].map((summary, i) => {
    const { firstLoss, firstNorm, lastLoss, bitsPerCharacter, processorMinutes, minutes } = summary;
    return line([
      ...(i === 0 ? [cell, String(parameters), "bptt"] : ["", "", "PyTorch"]),
      ...[firstLoss, firstNorm].map((value) => value.toFixed(7)),
      ...[lastLoss, bitsPerCharacter].map((value) => value.toFixed(4)),
      ...[processorMinutes, minutes].map((value) => value.toFixed(1)),
    ]);
  });
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function apartOf({ cell, steps, apart }: Pair): string {
  const first =
    apart.firstFar === null ? "no step is" : `step ${apart.firstFar} of ${steps} is the first to be`;
  return (
    `- ${cell}: ${apart.heldOut.toExponential(1)} bits a character on the part held out, ` +
    `${apart.lastLoss.toExponential(1)} in the loss at the end; ${first} more than ${FAR.toExponential()} nats apart.`
  );
}

function markdown(pairs: readonly Pair[]): string {
  const { settings, characters, steps } = pairs[0]!;
  const given = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  const one = (name: "machine" | "versions" | "date") =>
    [...new Set(pairs.map((pair) => pair[name]))].join("; ");
  const loads = pairs.map(({ cell, load }) => `${cell} ${load}`).join(", ");
  return `${[
    "# Moby Dick, beside PyTorch",
    `${one("machine")}, ${one("versions")}, ${one("date")}. Written by \`npm run moby-dick\`; what is done and how: [moby-dick.ts](moby-dick.ts), [train.py](train.py).`,
    `Trained on the first ${characters.trained} characters, ${steps} steps, and judged on the ${characters.heldOut} after them. ${given.join(", ")}; Adam, first weights of seed 1, the same for both. These are the defaults, of the cell too where it is a gru.`,
    "![Losses, and how far they are apart](curves.svg)",
    [line(HEAD), line(HEAD.map((_, i) => (i < 3 ? "---" : "---:"))), ...pairs.flatMap(rows)].join("\n"),
    `First loss and gradient norm are those of the first step, in nats. Loss at the end: bits a character, the mean of the last ${LAST} steps, of the text that is trained on. Held out: bits a character of the text that is not.`,
    `The machine may have been shared (load over a quarter of an hour: ${loads}); then the minutes by the clock say nothing, and those of a processor roughly what it took. How fast a step is beside PyTorch's is measured in quiet, by [the benchmark](../../bench/results/latest.md).`,
    "## How far apart they end",
    pairs.map(apartOf).join("\n"),
    "Both do the same sums in another order, so that a step differs by roundings. Whether they stay that small is the cell's doing: where training magnifies them, the two go on as two trainings of one kind.",
    "## What they write",
    ...pairs.map(
      ({ cell, sample }) => `bptt's ${cell}, temperature 0.7:\n\n\`\`\`text\nThe ${sample.trim()}\n\`\`\``,
    ),
  ].join("\n\n")}\n`;
}
