/** Computes the loss of a text window by window and carries the state from one window to the next. */

import type { Path } from "../../base/errors.js";
import { func, readOptions, type Declaration, type OptionsOf } from "../../base/options.js";
import type { Rnn } from "../../rnn/rnn.js";
import type { State } from "../../data/state.js";
import { evaluationWindows, type Evaluated } from "./batches.js";
import type { Codec, Text } from "./codec.js";
import type { Window } from "./windows.js";

/** The result of {@link CharRnn#evaluate}: how well a model predicts a text. */
export interface TextEvaluation {
  /** Loss in nats per token, including the ends of a list's texts. */
  loss: number;
  /**
   * Loss in bits per character (code point): the bits of all tokens divided by the number of characters,
   * where an end counts as one.
   */
  bitsPerCharacter: number;
  /** e^loss: the number of equally likely tokens among which a choice would be as uncertain. */
  perplexity: number;
  /** Fraction of tokens to which the model gave the highest probability. */
  accuracy: number;
}

/** The progress of an evaluation. */
export interface EvaluationProgress {
  /** Number of tokens that were evaluated. */
  readonly tokens: number;
  /** Fraction of all tokens, 0 … 1. */
  readonly fraction: number;
}

const EVALUATE_TEXT = {
  /** Function that is called after each part of the text (some thousand tokens), during the call. */
  onProgress: {
    read: (value: unknown, path: Path) => func<(progress: EvaluationProgress) => void>(value, path),
    fallback: undefined,
  },
} satisfies Declaration;

/** Options of {@link CharRnn#evaluate}. */
export interface TextEvaluateOptions extends OptionsOf<typeof EVALUATE_TEXT> {}

/** Sums of one window. */
interface Sums {
  /** Loss in nats. */
  readonly loss: number;
  readonly right: number;
  readonly tokens: number;
}

/** Evaluates windows in their order. */
export class Evaluator {
  readonly #rnn: Rnn;
  #state: State | undefined;

  constructor(rnn: Rnn) {
    this.#rnn = rnn;
  }

  /** Returns the sums of the next window. */
  take({ inputs, targets, sequenceLengths, initialState = this.#state }: Window): Sums {
    const batch = { inputs, targets, sequenceLengths, ...(initialState && { initialState }) };
    const { loss, accuracy, state } = this.#rnn.evaluate(batch, { returnState: true });
    // A loss that is not finite decides the result, and its state would be refused as an initial state.
    this.#state = Number.isFinite(loss) ? state : undefined;
    const tokens = countTokens(sequenceLengths);
    return { loss: loss * tokens, right: Math.round(accuracy * tokens), tokens };
  }
}

/** Evaluates a whole text. */
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
 * Returns a function that gives the loss of each window, scaled so that a run's mean over all windows is the
 * loss over all tokens.
 *
 * The scaled loss is loss_i·tokens_i·n/Σ tokens, where n is the number of windows, because a run gives every
 * batch of a custom validation the same weight.
 */
export function validationLoss(rnn: Rnn, { count, tokens }: Evaluated): (window: Window) => number {
  const share = count / tokens;
  const evaluator = new Evaluator(rnn);
  return (window) => evaluator.take(window).loss * share;
}

/** Returns the index of the largest value, the first of equal ones. */
export function argmax(row: Float32Array): number {
  let best = 0;
  for (let v = 1; v < row.length; v++) if (row[v] > row[best]) best = v;
  return best;
}

function countTokens(lengths: Int32Array): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}
