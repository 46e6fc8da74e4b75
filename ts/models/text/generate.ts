/**
 * Generates text: a prompt is read, then the network does one step per token, for any number of texts side by
 * side.
 */

import { withRemedy } from "../../base/remedy.js";
import { at, rangeError } from "../../base/errors.js";
import { show } from "../../base/show.js";
import type { Rnn } from "../../rnn/rnn.js";
import type { Session } from "../../rnn/session.js";
import type { Codec } from "./codec.js";
import { draw } from "./sample-token.js";
import type { GenerateConfig } from "./generate-options.js";
import { ranked, softmax } from "../shared/softmax.js";
import { Stop } from "./stop-sequence.js";

/** A token and its probability of being the next. */
export interface NextToken {
  token: string;
  probability: number;
}

/** Returns the ids of a prompt, after the start token if there is one. Messages call the prompt `name`. */
export function promptIds(codec: Codec, prompt: string, name = "prompt"): number[] {
  const ids = Array.from(codec.encode(prompt, name));
  if (codec.kind === "list") return [codec.endId, ...ids];
  if (ids.length > 0) return ids;
  throw rangeError(
    name,
    "at least one token, since a model of one long text cannot start without a prompt",
    "none",
  );
}

/** Yields, one step at a time, the tokens that each text gains. A text that has ended gains nothing. */
export function* generated(
  rnn: Rnn,
  codec: Codec,
  prompt: readonly number[],
  config: GenerateConfig,
): Generator<string[][], void, undefined> {
  const { length, count } = config;
  if (length === 0) return;
  const { tokens } = codec.vocabulary;
  const banned = bannedIds(codec, config);
  const joiners = Array.from({ length: count }, () => codec.joiner());
  const session = rnn.session({ batch: count });
  try {
    let logits = read(session, prompt, count);
    const stops = Array.from({ length: count }, () => new Stop(config.stop));
    const ended = new Array<boolean>(count).fill(false);
    for (let step = 0; step < length; step++) {
      const ids = draw(logits, count, step, { ...config, banned });
      const news = stops.map((stop, b): string[] => {
        if (ended[b]) return [];
        const id = ids[b];
        if (id === codec.endId) {
          ended[b] = true;
          return stop.rest();
        }
        const out = stop.take(joiners[b](tokens[id]));
        ended[b] = stop.reached;
        return step === length - 1 && !stop.reached ? [...out, ...stop.rest()] : out;
      });
      yield news;
      if (ended.every(Boolean) || step === length - 1) return;
      logits = session.step(ids).data;
    }
  } finally {
    session.free();
  }
}

/** Returns the ids of tokens that must not be written. */
function bannedIds({ vocabulary }: Codec, { exclude, allowUnknown }: GenerateConfig): number[] {
  const ids = exclude.map((token, i) => {
    if (!vocabulary.has(token)) throw rangeError(at("exclude", i), "a token of the vocabulary", show(token));
    return vocabulary.tokens.indexOf(token);
  });
  const { unknown } = vocabulary;
  if (unknown !== undefined && !allowUnknown) ids.push(vocabulary.tokens.indexOf(unknown));
  const distinct = [...new Set(ids)];
  if (distinct.length < vocabulary.size) return distinct;
  const helps = unknown !== undefined && !allowUnknown;
  const effect = "permits the unknown token";
  const error = rangeError("exclude", "at least one token that may be written", "all of them", {
    hint: helps ? `allowUnknown ${effect}` : undefined,
  });
  throw helps ? withRemedy(error, { options: { allowUnknown: true }, effect }) : error;
}

/** Returns the next tokens with their probabilities, the most likely first. */
export function nextTokens(rnn: Rnn, codec: Codec, prompt: readonly number[]): NextToken[] {
  const session = rnn.session();
  try {
    const probabilities = softmax(read(session, prompt, 1));
    return ranked(probabilities).map((id) => ({
      token: codec.vocabulary.tokens[id],
      probability: probabilities[id],
    }));
  } finally {
    session.free();
  }
}

/** Returns the logits after a prompt, (B, V). The view is valid until the next step. */
function read(session: Session, prompt: readonly number[], count: number): Float32Array {
  let logits: Float32Array = new Float32Array();
  for (const id of prompt) logits = session.step(new Int32Array(count).fill(id)).data;
  return logits;
}
