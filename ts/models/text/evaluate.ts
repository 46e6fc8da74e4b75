/** The loss of a text, window by window, the state going along from one to the next. */

import type { Path } from "../../base/errors.js";
import { func, readOptions, type Declaration, type OptionsOf } from "../../base/options.js";
import type { Rnn } from "../../rnn/rnn.js";
import type { State } from "../../data/state.js";
import { evaluationWindows, type Evaluated } from "./batches.js";
import type { Codec, Text } from "./codec.js";
import type { Window } from "./windows.js";

/** How well a model foretells a text. */
export interface TextEvaluation {
  /** Nats a token, the ends of a list's texts included. */
  loss: number;
  /** Bits a character (code point): all tokens' bits over all characters, an end counting one. */
  bitsPerCharacter: number;
  /** e^loss: among how many equally likely tokens the model chooses, so to speak. */
  perplexity: number;
  /** The share of tokens that were the likeliest. */
  accuracy: number;
}

/** How far an evaluation is. */
export interface EvaluationProgress {
  /** Tokens that were evaluated. */
  readonly tokens: number;
  /** Their share of all tokens, 0 … 1. */
  readonly fraction: number;
}

const EVALUATE_TEXT = {
  /** Is called after each part of the text (some thousand tokens), while the call lasts. */
  onProgress: {
    read: (value: unknown, path: Path) => func<(progress: EvaluationProgress) => void>(value, path),
    fallback: undefined,
  },
} satisfies Declaration;

/** Options of {@link CharRnn#evaluate}. */
export interface TextEvaluateOptions extends OptionsOf<typeof EVALUATE_TEXT> {}

/** Sums of one window. */
interface Sums {
  /** In nats. */
  readonly loss: number;
  readonly right: number;
  readonly tokens: number;
}

/** Walks over windows in their order. */
export class Evaluator {
  readonly #rnn: Rnn;
  #state: State | undefined;

  constructor(rnn: Rnn) {
    this.#rnn = rnn;
  }

  /** The sums of the next window. */
  take({ inputs, targets, sequenceLengths, initialState = this.#state }: Window): Sums {
    const batch = { inputs, targets, sequenceLengths, ...(initialState && { initialState }) };
    const { loss, accuracy, state } = this.#rnn.evaluate(batch, { returnState: true });
    // A loss that is not finite decides the result; the state that came with it would be refused as an initial state.
    this.#state = Number.isFinite(loss) ? state : undefined;
    const tokens = countTokens(sequenceLengths);
    return { loss: loss * tokens, right: Math.round(accuracy * tokens), tokens };
  }
}

/** A whole text's. */
export function evaluateText(
  rnn: Rnn,
  codec: Codec,
  text: Text,
  options: TextEvaluateOptions = {},
): TextEvaluation {
  const { onProgress } = readOptions(options, EVALUATE_TEXT);
  const encoded = codec.encodeAll(text);
  const evaluator = new Evaluator(rnn);
  const total = { loss: 0, right: 0, tokens: 0 };
  const windows = evaluationWindows(rnn, codec, encoded);
  for (const window of windows) {
    const { loss, right, tokens } = evaluator.take(window);
    total.loss += loss;
    total.right += right;
    total.tokens += tokens;
    onProgress?.({ tokens: total.tokens, fraction: total.tokens / windows.tokens });
  }
  const loss = total.loss / total.tokens;
  return {
    loss,
    bitsPerCharacter: total.loss / Math.LN2 / codec.characters(text),
    perplexity: Math.exp(loss),
    accuracy: total.right / total.tokens,
  };
}

/**
 * The loss of each window for a run, whose mean over all windows is the loss over all tokens.
 *
 * loss_i·tokens_i·n/Σ tokens with n the number of windows: a run gives every batch of a validation of one's own the same weight.
 */
export function validationLoss(rnn: Rnn, { count, tokens }: Evaluated): (window: Window) => number {
  const share = count / tokens;
  const evaluator = new Evaluator(rnn);
  return (window) => evaluator.take(window).loss * share;
}

/** Where the largest is, the first of equals. */
export function argmax(row: Float32Array): number {
  let best = 0;
  for (let v = 1; v < row.length; v++) if (row[v] > row[best]) best = v;
  return best;
}

function countTokens(lengths: Int32Array): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}
