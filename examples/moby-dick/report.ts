// Writes the results: results.json contains the measurements, and results.md and curves.svg are derived from
// it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { draw } from "./chart.js";
import { FAR, LAST, type Comparison } from "./compare.js";

/** A model that was trained with both libraries. */
export interface Pair extends Comparison {
  readonly cell: string;
  readonly parameters: number;
  readonly settings: Readonly<Record<string, number>>;
  readonly characters: { readonly trained: number; readonly heldOut: number };
  readonly machine: string;
  readonly versions: string;
  readonly date: string;
  /** Load of the machine over the last 15 minutes. */
  readonly load: string;
  /** Text that bptt's model generated. */
  readonly sample: string;
}

const ORDER = ["tanh", "gru", "lstm"];

/**
 * Adds a result to the existing ones, replaces an older one of the same cell, and updates table and picture.
 */
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
    `- ${cell}: ${apart.heldOut.toExponential(1)} bits per character on the held-out part, ` +
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
    "# Moby Dick, next to PyTorch",
    `${one("machine")}, ${one("versions")}, ${one("date")}. Written by \`npm run moby-dick\`; for the method see [moby-dick.ts](moby-dick.ts), [train.py](train.py).`,
    `Trained on the first ${characters.trained} characters, ${steps} steps, and evaluated on the ${characters.heldOut} after them. ${given.join(", ")}; Adam, the same initial weights for both, from seed 1. These are the defaults, except that the default cell is gru.`,
    "![Losses and their differences](curves.svg)",
    [line(HEAD), line(HEAD.map((_, i) => (i < 3 ? "---" : "---:"))), ...pairs.flatMap(rows)].join("\n"),
    `First loss and gradient norm are those of the first step, in nats. Loss at the end: bits per character, the mean of the last ${LAST} steps, on the training text. Held out: bits per character on the rest of the text.`,
    `The machine may have been shared (load over 15 minutes: ${loads}). In that case the elapsed minutes are not meaningful, and the processor minutes are approximate. [The benchmark](../../bench/results/latest.md) compares the speed of a step with PyTorch's on a quiet machine.`,
    "## How far apart they end",
    pairs.map(apartOf).join("\n"),
    "Both compute the same sums in a different order, so a step differs by rounding errors. Whether these stay small depends on the cell: if training amplifies them, the two runs become as different as two runs with different seeds.",
    "## What they write",
    ...pairs.map(
      ({ cell, sample }) => `bptt's ${cell}, temperature 0.7:\n\n\`\`\`text\nThe ${sample.trim()}\n\`\`\``,
    ),
  ].join("\n\n")}\n`;
}
