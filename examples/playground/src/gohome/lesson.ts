/** A word as a lesson: the network reads all letters but the last and should answer all but the first. */

import { Vocabulary } from "bptt";

export interface Lesson {
  /** The letters in the order of their first occurrence, as in the tutorial. */
  letters: readonly string[];
  /** Ids of the inputs and targets, (T). */
  inputs: Int32Array;
  targets: Int32Array;
  /**
   * I: the number of distinct letters among the inputs. A letter that occurs only at the end is not an input.
   */
  inputSize: number;
}

/**
 * Returns the letters of a word as a reader sees them: "é" is one letter in any normal form, and so is a
 * family of emoji.
 */
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
