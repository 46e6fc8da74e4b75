/**
 * The vocabulary for a network whose file has none, from a file: the tokens by id as a JSON array, the ids by token as a
 * JSON object (`stoi`, `char2idx`, …), `{ "tokens": […], "unknown": … }`, or a model that has one.
 */

import { CharRnn, Vocabulary } from "bptt";
import { Failure } from "../failure.js";
import { nameOf, readBytes } from "../input.js";

/** The vocabulary in a file. */
export async function readVocabulary(path: string): Promise<Vocabulary> {
  const bytes = await readBytes(path);
  try {
    return /^\s*[[{]/.test(bytes.subarray(0, 64).toString("latin1")) ? ofJson(bytes) : ofModel(bytes);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError))
      throw error;
    const why = error.message.replace(/^\w+: (?=expected|not)/, "");
    throw new Failure(`${nameOf(path)}: expected a vocabulary; ${why}`, 1, { cause: error });
  }
}

function ofModel(bytes: Uint8Array<ArrayBuffer>): Vocabulary {
  using model = CharRnn.load(bytes);
  return model.vocabulary;
}

function ofJson(bytes: Uint8Array): Vocabulary {
  const value = JSON.parse(new TextDecoder().decode(bytes)) as object; // "[" or "{"
  if (Array.isArray(value)) return new Vocabulary(value as string[]);
  const { tokens, unknown } = value as { tokens?: unknown; unknown?: unknown };
  if (Array.isArray(tokens))
    return new Vocabulary(tokens as string[], typeof unknown === "string" ? { unknown } : {});
  const ids = Object.entries(value) as [string, unknown][];
  const byId: string[] = [];
  for (const [token, id] of ids) {
    if (
      typeof id !== "number" ||
      !Number.isInteger(id) ||
      id < 0 ||
      id >= ids.length ||
      byId[id] !== undefined
    )
      throw new RangeError(
        `expected each id from 0 to ${ids.length - 1} once, received ${JSON.stringify(id)} for ${JSON.stringify(token)}`,
      );
    byId[id] = token;
  }
  return new Vocabulary(byId);
}
