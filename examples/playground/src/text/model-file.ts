/** Opens the file of a model. One without a vocabulary, such as PyTorch writes, needs one from the visitor. */

import { CharRnn, Rnn, Vocabulary } from "bptt";

/** A network whose characters nobody has named. */
export interface Nameless {
  bytes: Uint8Array;
  cell: string;
  hidden: number;
  layers: number;
  /** Characters that it reads and predicts. */
  size: number;
}

/**
 * Whether a file has all that a text model needs: then undefined.
 *
 * @throws TypeError, RangeError or BpttError as `CharRnn.load`, where a vocabulary would not help
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
 * The file, complete with a vocabulary.
 *
 * @param characters in the order of their ids
 * @throws RangeError where they are not as many as the network has, or one comes twice
 */
export function named({ bytes, size }: Nameless, characters: readonly string[]): Uint8Array {
  const twice = characters.find((character, i) => characters.indexOf(character) !== i);
  if (twice !== undefined) throw new RangeError(`${JSON.stringify(twice)} is there twice.`);
  if (characters.length !== size)
    throw new RangeError(`The network has ${size} characters; these are ${characters.length}.`);
  const model = CharRnn.load(bytes, { vocabulary: new Vocabulary([...characters]) });
  try {
    return model.save();
  } finally {
    model.free();
  }
}

/** The characters that are meant by what was typed: as they stand there, or the strings of a JSON array. */
export function charactersOf(typed: string): string[] {
  try {
    const parsed: unknown = JSON.parse(typed);
    if (Array.isArray(parsed) && parsed.every((token) => typeof token === "string")) return parsed;
  } catch {
    // not JSON
  }
  return [...typed];
}

/** The characters of a text, sorted by code point: how most programs number them. */
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

/** So many characters, of those that nobody uses. */
const placeholders = (size: number) =>
  new Vocabulary(Array.from({ length: size }, (_, i) => String.fromCodePoint(0xf0000 + i)));
