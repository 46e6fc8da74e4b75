/**
 * A bounded parser of JSON from files. The tree that `JSON.parse` builds takes up to 40 times the memory of
 * its text if the text consists of small objects and lists. No file of this library, of Keras or of
 * TensorFlow.js comes near the limits.
 */

import { rangeError, type Path } from "./errors.js";
import { show } from "./show.js";

const MAX_DEPTH = 128;
/**
 * The number of objects and lists that a text of any length may hold, and the number of characters that
 * allows one more.
 */
const CONTAINERS = 100_000;
const CHARACTERS_PER_CONTAINER = 16;

/**
 * Parses a JSON text.
 *
 * @param text the JSON
 * @param path the place of the JSON, for errors
 * @throws RangeError when the text is not JSON, is nested more than 128 deep, or has far more objects and
 * lists than a text of its length needs
 */
export function parseJson(text: string, path: Path): unknown {
  checkContainers(text, path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw rangeError(path, "JSON", show(text), { cause });
  }
}

/** Counts brackets outside strings. The text does not have to be valid JSON. */
function checkContainers(text: string, path: Path): void {
  const most = CONTAINERS + text.length / CHARACTERS_PER_CONTAINER;
  let depth = 0;
  let containers = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22: // "
        i = endOfString(text, i);
        break;
      case 0x5b: // [
      case 0x7b: // {
        if (++depth > MAX_DEPTH)
          throw rangeError(path, `JSON nested at most ${MAX_DEPTH} deep`, "deeper JSON");
        if (++containers > most) {
          throw rangeError(
            path,
            `at most ${Math.floor(most)} objects and lists in JSON of ${text.length} characters`,
            "more",
          );
        }
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
    }
  }
}

/** Returns the index of the closing quote of the string that begins at `start`, or the length of the text. */
function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === 0x22) return i;
    i += code === 0x5c ? 2 : 1;
  }
  return i;
}
