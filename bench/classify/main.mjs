// `npm run bench:classify`: accuracy of SequenceClassifier with the defaults alone on data sets with an official split, trained with
// the seeds 1, 2 and 3, beside figures from the literature. Writes bench/results/classify.md.
//
//     npm run bench:classify -- GunPoint ArrowHead     these sets only; nothing is written

import { writeFileSync } from "node:fs";
import { SequenceClassifier } from "../../dist/index.js";
import { dataset } from "./datasets.mjs";

const SEEDS = [1, 2, 3];

/**
 * The sets, what they are, and figures of others. 1-NN: nearest neighbour by Euclidean distance; DTW: by dynamic time warping.
 * @type {readonly { set: string, what: string, references: string, must: number }[]}
 */
const SETS = [
  {
    set: "JapaneseVowels",
    what: "9 speakers, 12 channels, 7–29 steps",
    references: "1-NN .916, TimesNet .984",
    must: 0.965,
  },
  {
    set: "BasicMotions",
    what: "4 activities, 6 channels, 100 steps",
    references: "1-NN .600, DTW .975",
    must: 0.975,
  },
  { set: "GunPoint", what: "2 gestures, 150 steps", references: "1-NN .913, DTW .907", must: 0.97 },
  { set: "ItalyPowerDemand", what: "2 seasons, 24 steps", references: "1-NN .955", must: 0.955 },
  { set: "ArrowHead", what: "3 shapes, 251 steps", references: "1-NN .80, DTW .70", must: 0.72 },
  { set: "PickupGestureWiimoteZ", what: "10 gestures, 29–361 steps", references: "–", must: 0.74 },
];

const wanted = process.argv.slice(2);
const rows = [];
for (const { set, what, references, must } of SETS) {
  if (wanted.length > 0 && !wanted.includes(set)) continue;
  const { training, test } = await dataset(set);
  const results = [];
  const start = performance.now();
  for (const seed of SEEDS) {
    const model = new SequenceClassifier({ data: training, seed });
    await model.fit(training);
    results.push(model.evaluate(test));
    model.free();
  }
  const seconds = (performance.now() - start) / 1000 / SEEDS.length;
  const accuracies = results.map(({ accuracy }) => accuracy);
  const worst = Math.min(...accuracies);
  const f1 = Math.min(...results.map(({ macroF1 }) => macroF1));
  rows.push([
    set,
    what,
    `${training.length} / ${test.length}`,
    references,
    must.toFixed(3),
    `**${worst.toFixed(3)}**`,
    accuracies.map((accuracy) => accuracy.toFixed(3)).join(", "),
    f1.toFixed(3),
    `${seconds.toFixed(0)} s`,
  ]);
  process.stdout.write(`${rows.at(-1)?.join("  ")}${worst < must ? "  BELOW" : ""}\n`);
}

if (wanted.length === 0) {
  const head = [
    "set",
    "data",
    "train / test",
    "others",
    "goal",
    "worst",
    "seeds 1, 2, 3",
    "macro F1",
    "training",
  ];
  const table = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const text = `# Accuracy of SequenceClassifier

Test accuracy with the defaults alone (\`new SequenceClassifier({ data, seed })\`, \`fit(data)\`),
official split, worst of three seeds. Written by \`npm run bench:classify\`; the data sets come from the
Python package aeon 1.6.0, which pip downloads into a cache outside the repository. Others' figures:
1-NN and DTW are nearest neighbours (Dau et al., The UCR Time Series Archive, 2018; Ruiz et al., The
Great Multivariate Time Series Classification Bake Off, 2020), TimesNet is Wu et al. 2023. Node
${process.version}; the time of a training depends on the machine.

${table}
`;
  writeFileSync(new URL("../results/classify.md", import.meta.url), text);
}
