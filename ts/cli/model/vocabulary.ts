/**
 * Reads the vocabulary for a network whose file has none. The file is a JSON array of the tokens by id, a
 * JSON object of the ids by token (`stoi`, `char2idx`, …), `{ "tokens": […], "unknown": … }`, or a model that
 * has a vocabulary.
 */

import { CharRnn, Vocabulary } from "bptt";
import { rangeError } from "../../base/errors.js";
import { parseJson } from "../../base/json.js";
import { show } from "../../base/show.js";
import { onCommandLine } from "../flags.js";
import { nameOf, readBytes } from "../input.js";
import { inFile } from "../places.js";

/** Reads the vocabulary of a file. */
export async function readVocabularyFile(path: string): Promise<Vocabulary> {
  const bytes = await readBytes(path);
  try {
    return /^\s*[[{]/.test(bytes.subarray(0, 64).toString("latin1")) ? ofJson(bytes) : ofModel(bytes);
  } catch (error) {
    const place = inFile(`${nameOf(path)}, as a vocabulary`);
    throw onCommandLine(error, {
      ...{ bytes: place, file: place, tokens: place },
      unknown: (keys) => place(["unknown", ...keys]),
    });
  }
}

function ofModel(bytes: Uint8Array<ArrayBuffer>): Vocabulary {
  using model = CharRnn.load(bytes);
  return model.vocabulary;
}

function ofJson(bytes: Uint8Array): Vocabulary {
  const value = parseJson(new TextDecoder().decode(bytes), "file") as object; // "[" or "{"
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
      throw rangeError(["file", token], `each id from 0 to ${ids.length - 1} once`, show(id));
    byId[id] = token;
  }
  return new Vocabulary(byId);
}
