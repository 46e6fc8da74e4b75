/**
 * Tests that sampled ids are those of version 0.1, with every combination of temperature, top-k and top-p.
 */

import "bptt";
import { expect, it } from "vitest";
import { readGenerateOptions } from "../../../ts/models/text/generate-options.js";
import { draw } from "../../../ts/models/text/sample-token.js";
import table from "../../golden/sampled_ids.json" with { type: "json" };
import { seeded } from "../../support/random.js";

/** Returns logits of (rows, classes) in ±spread; with a spread of 0 small integers, many of them equal. */
function logitsOf([seed, rows, classes, spread]: number[]): Float32Array {
  const random = seeded(seed!);
  return Float32Array.from({ length: rows! * classes! }, () =>
    spread === 0 ? Math.round((2 * random() - 1) * 3) : Math.fround((2 * random() - 1) * spread!),
  );
}

it("samples the ids of the table", () => {
  expect(table).toHaveLength(1020);
  const wrong = table.filter(({ logits, temperature, topK, topP, seed, step, ids }) => {
    const options = { temperature, topP, seed, ...(topK === null ? {} : { topK }) };
    const config = readGenerateOptions(options, true);
    return ids.some((want, more) => {
      const sampled = draw(logitsOf(logits), logits[1]!, step + more, config);
      return want.some((id, row) => sampled[row] !== id);
    });
  });
  expect(wrong).toEqual([]);
});
