/** Builds the vocabulary of a text's most frequent tokens. The others are replaced by the unknown token. */

import { rangeError } from "../../base/errors.js";
import { byCodePoints } from "../../base/code-points.js";
import { Vocabulary } from "../../data/vocabulary.js";
import type { Tokenizer } from "./tokens.js";

/** The number of tokens to keep, and the token that replaces the others. */
export interface Limit {
  readonly maxTokens: number;
  /** Default: `<unknown>` if tokens are left out. */
  readonly unknown: string | undefined;
}

/**
 * Counts the tokens of texts and keeps the most frequent ones; of equally frequent tokens the first by code
 * point.
 */
export function mostFrequent(
  texts: readonly string[],
  cut: Tokenizer,
  { maxTokens, unknown }: Limit,
): Vocabulary {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const token of cut(text)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  if (counts.size === 0) throw rangeError("text", "at least one token", "none");
  const ranked = [...counts].sort(([a, m], [b, n]) => n - m || byCodePoints(a, b));
  const kept = ranked.slice(0, maxTokens).map(([token]) => token);
  kept.sort(byCodePoints);
  if (unknown === undefined && kept.length === counts.size) return new Vocabulary(kept);
  return new Vocabulary(kept, { unknown: unknown ?? unusedToken(counts) });
}

function unusedToken(taken: { has(token: string): boolean }): string {
  let token = "<unknown>";
  while (taken.has(token)) token = `<${token}>`;
  return token;
}
