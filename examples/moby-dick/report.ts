// What was trained and how far apart it ends: results.md and results.json, with the picture curves.svg.

import { writeFileSync } from "node:fs";
import { draw } from "./chart.js";

/** What a training was, and came to. */
export interface Training {
  /** Of each step, in nats. */
  readonly losses: readonly number[];
  /** Of the gradient before clipping, of the first steps. */
  readonly norms: readonly number[];
  /** By the clock. */
  readonly minutes: number;
  /** Of all threads. */
  readonly processorMinutes: number;
  /** On the part held out. */
  readonly bitsPerCharacter: number;
}

/** A model, trained here and there. */
export interface Pair {
  readonly cell: string;
  readonly parameters: number;
  readonly bptt: Training;
  readonly pytorch: Training;
  /** What bptt's writes. */
  readonly sample: string;
}

/** All of it. */
export interface Results {
  readonly machine: string;
  readonly node: string;
  readonly torch: string;
  readonly date: string;
  /** The machine's load at the beginning and at the end. */
  readonly load: readonly string[];
  /** In characters. */
  readonly text: { readonly characters: number; readonly trained: number; readonly heldOut: number };
  readonly settings: Readonly<Record<string, number>>;
  readonly pairs: readonly Pair[];
}

const LIBRARIES = ["bptt", "pytorch"] as const;
/** Steps whose losses are one point of a curve; and those at the end whose mean is compared. */
const POINT = 60;
const LAST = 500;

const bits = (nats: number) => nats / Math.LN2;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Writes them; how many bits a character the two are apart on the part held out, at worst of all pairs. */
export async function report(results: Results, folder: URL): Promise<number> {
  const write = (name: string, text: string) => {
    writeFileSync(new URL(name, folder), text);
  };
  const points = results.pairs.map(({ cell, bptt, pytorch }) => ({
    cell,
    curves: { bptt: curveOf(bptt), pytorch: curveOf(pytorch) },
    apart: largestIn(bptt.losses.map((loss, i) => Math.abs(bits(loss - pytorch.losses[i]!)))),
  }));
  write("curves.svg", await draw(points, POINT));
  write("results.md", markdown(results));
  const pairs = results.pairs.map(({ bptt, pytorch, ...pair }, i) => ({
    ...pair,
    bptt: { ...bptt, losses: points[i]!.curves.bptt },
    pytorch: { ...pytorch, losses: points[i]!.curves.pytorch },
  }));
  const note = `losses: bits a character, means of ${POINT} steps each`;
  write("results.json", `${JSON.stringify({ ...results, note, pairs }, undefined, 1)}\n`);
  for (const line of table(results)) console.log(line);
  return Math.max(
    ...results.pairs.map(({ bptt, pytorch }) => Math.abs(bptt.bitsPerCharacter - pytorch.bitsPerCharacter)),
  );
}

/** Means of steps, in bits. */
function curveOf({ losses }: Training): number[] {
  return windowsOf(losses).map((some) => Number(bits(mean(some)).toFixed(4)));
}

function largestIn(values: readonly number[]): number[] {
  return windowsOf(values).map((some) => Math.max(...some));
}

function windowsOf(values: readonly number[]): number[][] {
  const count = Math.ceil(values.length / POINT);
  return Array.from({ length: count }, (_, i) => values.slice(i * POINT, (i + 1) * POINT));
}

function table({ pairs }: Results): string[] {
  const head = [
    ...["cell", "parameters", "steps", "trained by", "minutes of a processor", "by the clock"],
    ...["first loss", "gradient norm", "loss at the end", "bits a character, held out"],
  ];
  const rows = pairs.flatMap(({ cell, parameters, ...trainings }) =>
    LIBRARIES.map((library) => {
      const { losses, norms, processorMinutes, minutes, bitsPerCharacter } = trainings[library];
      return [
        ...(library === "bptt" ? [cell, String(parameters), String(losses.length)] : ["", "", ""]),
        ...[library === "bptt" ? "bptt" : "PyTorch", processorMinutes.toFixed(2), minutes.toFixed(2)],
        ...[losses[0]!.toFixed(7), norms[0]!.toFixed(7)],
        ...[bits(mean(losses.slice(-LAST))).toFixed(4), bitsPerCharacter.toFixed(4)],
      ];
    }),
  );
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i % 3 === 0 && i < 4 ? "---" : "---:"))), ...rows.map(line)];
}

function markdown(results: Results): string {
  const { machine, node, torch, date, load, text, settings, pairs } = results;
  const given = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  const apart = pairs.map(({ cell, bptt, pytorch }) => {
    const heldOut = Math.abs(bptt.bitsPerCharacter - pytorch.bitsPerCharacter);
    const end = [bptt, pytorch].map(({ losses }) => bits(mean(losses.slice(-LAST))));
    const first = bptt.losses.findIndex((loss, i) => !(Math.abs(loss - pytorch.losses[i]!) < 1e-5));
    return (
      `- ${cell}: ${heldOut.toFixed(4)} bits a character apart on the part held out, ` +
      `${Math.abs(end[0]! - end[1]!).toFixed(4)} over the last ${LAST} steps; ` +
      `${first < 0 ? "no step is" : `step ${first + 1} is the first to be`} more than 1e-5 nats apart.`
    );
  });
  return `${[
    "# Moby Dick, beside PyTorch",
    `${machine}, Node ${node}, PyTorch ${torch} on one thread, ${date}. Written by \`npm run moby-dick\`; what is done and how: [moby-dick.ts](moby-dick.ts), [train.py](train.py).`,
    `Trained on the first ${text.trained} of ${text.characters} characters, judged on the ${text.heldOut} after them. ${given.join(", ")}; Adam, first weights of seed 1. These are the defaults of \`fit\`, and of \`CharRnn\` the gru's.`,
    `The machine was shared: its load was ${load.join(" at the beginning and ")} at the end. So the minutes by the clock say nothing, those of a processor roughly what it took; how fast a step is beside PyTorch's was measured in quiet: [bench](../../bench/results/latest.md).`,
    table(results).join("\n"),
    `Losses at the beginning and norms in nats, of the first step; at the end in bits a character, the mean of ${LAST} steps.`,
    "![Losses, and how far they are apart](curves.svg)",
    "## How far apart they end",
    apart.join("\n"),
    "The sums are the same, their order is not: a step differs by roundings, and training makes more of them with every step, as it would between two versions of one library.",
    "## What they write",
    ...pairs.map(
      ({ cell, sample }) => `${cell}, temperature 0.7, after “The ”:\n\n\`\`\`text\nThe ${sample}\n\`\`\``,
    ),
  ].join("\n\n")}\n`;
}
