/** The reader of the inputs of a model: of features or of text, depending on the training data. */

import { at, typeError, type Path } from "../../base/errors.js";
import { string } from "../../base/check.js";
import { show } from "../../base/show.js";
import type { TokenRule } from "../text/tokens.js";
import { FeatureReader, type FeatureDescription, type FeatureScale } from "./feature-reader.js";
import { readFeatures } from "./features.js";
import { TextReader, type TextDescription } from "./text-reader.js";

/** Reads the inputs of a model. */
export type InputReader = FeatureReader | TextReader;

/** A reader as plain data. */
export type ReaderDescription = FeatureDescription | TextDescription;

/** Options that decide how inputs are read. */
export interface ReaderOptions {
  readonly tokens: TokenRule | undefined;
  readonly maxTokens: number | undefined;
  readonly scale: FeatureScale;
  readonly patch: number | "auto" | undefined;
}

/** Creates the reader for training data. `pathOf` returns the names of the inputs in errors. */
export function readerOf(
  inputs: readonly unknown[],
  pathOf: (i: number) => Path,
  { tokens, maxTokens, scale, patch }: ReaderOptions,
): InputReader {
  if (typeof inputs[0] === "string") {
    if (typeof patch === "number" && patch !== 1) {
      throw typeError("patch", "1 or no value for text, which is not joined", show(patch));
    }
    const texts = inputs.map((input, i) => string(input, pathOf(i)));
    return TextReader.of(texts, tokens ?? "characters", maxTokens);
  }
  for (const [name, value] of Object.entries({ tokens, maxTokens })) {
    if (value !== undefined) throw typeError(name, "no value for data that is no text", show(value));
  }
  const first = readFeatures(inputs[0], pathOf(0));
  const all = inputs.map((input, i) => (i === 0 ? first : readFeatures(input, pathOf(i), first.width)));
  return FeatureReader.of(all, scale, patch ?? "auto");
}

/** Reads the reader in a file. `tokens` is a function, which a file cannot contain. */
export function readReader(value: unknown, path: Path, tokens: TokenRule | undefined): InputReader {
  const isText = typeof value === "object" && value !== null && "kind" in value && value.kind === "text";
  return isText ? TextReader.read(value, path, tokens) : FeatureReader.read(value, path);
}

/** Returns the place of an input of an example. */
export const inputPath = (data: Path) => (i: number) => at(data, i, "input");
