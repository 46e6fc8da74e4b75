// The data sets of the accuracy table: those that the aeon wheel has, with the official split into training and test examples.

import { filesOfWheel } from "../wheel.mjs";

const AEON = {
  name: "aeon",
  version: "1.6.0",
  file: "aeon-1.6.0-py3-none-any.whl",
  sha256: "d05227086706f80111ac5fee8de4d5d3115bb3bcfd1c786c8629393055816409",
};

/**
 * @typedef {object} Example
 * @property {number[][]} input (T, F)
 * @property {string} label
 */

/**
 * The training and test examples of a set.
 *
 * @param {string} set
 * @returns {Promise<{ training: Example[], test: Example[] }>}
 */
export async function dataset(set) {
  const [training, test] = ["TRAIN", "TEST"].map((part) => `aeon/datasets/data/${set}/${set}_${part}.ts`);
  const files = await filesOfWheel(AEON, [String(training), String(test)]);
  return { training: parse(files.get(String(training)) ?? ""), test: parse(files.get(String(test)) ?? "") };
}

/**
 * Reads the ts format: a header of lines with @ and #, then an example a line, its features separated by colons, the label last.
 *
 * @param {string} text
 * @returns {Example[]}
 */
function parse(text) {
  const lines = text.split(/\r?\n/).filter((line) => line !== "" && !/^[@#]/.test(line));
  return lines.map((line) => {
    const parts = line.split(":");
    const label = String(parts.pop()).trim();
    const features = parts.map((part) => part.split(",").map(Number));
    const [first = []] = features;
    const input = first.map((_, t) => features.map((values) => values[t] ?? NaN));
    return { input, label };
  });
}
