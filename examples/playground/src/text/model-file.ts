/**
 * Opens the file of a model. A file without a vocabulary, such as PyTorch writes, needs one from the visitor.
 */

import { CharRnn, Rnn, Vocabulary } from "bptt";

/** A network without names for its characters. */
export interface Nameless {
  bytes: Uint8Array;
  cell: string;
  hidden: number;
  layers: number;
  /** Number of characters that it reads and predicts. */
  size: number;
}

/**
 * Returns a description of a network without a vocabulary, or undefined if the file has all that a text model
 * needs.
 *
 * @throws TypeError, RangeError or BpttError as `CharRnn.load`, if a vocabulary would not help
 */
export function namelessOf(bytes: Uint8Array): Nameless | undefined {
  try {
    CharRnn.load(bytes).free();
    return undefined;
  } catch (error) {
    const found = network(bytes);
    if (!found || !opens(bytes, placeholders(found.size))) throw error;
    return found;
  }
}

/**
 * Returns the file with a vocabulary.
 *
 * @param characters the characters in the order of their ids
 * @throws RangeError when their number is not that of the network, or one occurs twice
 */
export function named({ bytes, size }: Nameless, characters: readonly string[]): Uint8Array {
  const twice = characters.find((character, i) => characters.indexOf(character) !== i);
  if (twice !== undefined) throw new RangeError(`${JSON.stringify(twice)} occurs twice.`);
  if (characters.length !== size)
    throw new RangeError(`The network has ${size} characters; these are ${characters.length}.`);
  const model = CharRnn.load(bytes, { vocabulary: new Vocabulary([...characters]) });
  try {
    return model.save();
  } finally {
    model.free();
  }
}

/** Returns the characters that were typed: literally, or as the strings of a JSON array. */
export function charactersOf(typed: string): string[] {
  try {
    const parsed: unknown = JSON.parse(typed);
    if (Array.isArray(parsed) && parsed.every((token) => typeof token === "string")) return parsed;
  } catch {
    // not JSON
  }
  return [...typed];
}

/** Returns the characters of a text sorted by code point, the order of most programs. */
export function sortedCharacters(text: string): string[] {
  return [...Vocabulary.from(text).tokens];
}

function network(bytes: Uint8Array): Nameless | undefined {
  try {
    const rnn = Rnn.load(bytes);
    const { cell, hiddenSize: hidden, layers, inputSize: size } = rnn;
    rnn.free();
    return { bytes, cell, hidden, layers, size };
  } catch {
    return undefined;
  }
}

function opens(bytes: Uint8Array, vocabulary: Vocabulary): boolean {
  try {
    CharRnn.load(bytes, { vocabulary }).free();
    return true;
  } catch {
    return false;
  }
}

/** Returns `size` characters that nobody uses. */
const placeholders = (size: number) =>
  new Vocabulary(Array.from({ length: size }, (_, i) => String.fromCodePoint(0xf0000 + i)));
