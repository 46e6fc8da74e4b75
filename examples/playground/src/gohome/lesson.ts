/** A word as a lesson: shown all letters but the last, the network should say all but the first. */

import { Vocabulary } from "bptt";

export interface Lesson {
  /** The letters in the order in which they first come, as the tutorial has them. */
  letters: readonly string[];
  /** Ids of what is shown and of what should be said, (T). */
  inputs: Int32Array;
  targets: Int32Array;
  /** Different letters among the inputs, I: a letter that only comes last is never shown. */
  inputSize: number;
}

/** What a reader sees as letters: "é" is one however it is written, and so is a family of emoji. */
export function lettersOf(word: string): string[] {
  if (!("Segmenter" in Intl)) return [...word]; // code points, in older engines
  return [...new Intl.Segmenter("und").segment(word)].map(({ segment }) => segment);
}

export function lessonOf(word: string): Lesson {
  const all = lettersOf(word);
  const letters = [...new Set(all)];
  const ids = new Vocabulary(letters).encode(all);
  const inputs = ids.slice(0, -1);
  return { letters, inputs, targets: ids.slice(1), inputSize: Math.max(...inputs) + 1 };
}
