/** Divides a text into batches for training and for validation. */

import { rangeError } from "../../base/errors.js";
import type { Rnn } from "../../rnn/rnn.js";
import { batchesByLength, buckets, countSteps, sequenceRows } from "./buckets.js";
import type { Codec } from "./codec.js";
import { countOf, whole, type EncodedText } from "./encoded-text.js";
import { numbers, shuffle } from "../shared/shuffle.js";
import { fitShape, streams, type Shape } from "./contiguous-rows.js";
import { countWindows, windows, type TokenRow, type Window } from "./windows.js";

/**
 * Minimum number of tokens of a stream when a long text is evaluated. A stream begins without its context.
 */
const EVALUATED_STREAM = 1024;
const MOST_EVALUATED = 32;
const EVALUATED_WINDOW = 64;
/** The key of `shuffle` for the texts of a validation. No epoch has number 0. */
const VALIDATION_DRAW = 0;

/** The batches of a run. */
export interface TextBatches {
  /** Returns the windows of an epoch, counted from 1. */
  readonly training: (epoch: number) => Iterable<Window>;
  /** The windows of the validation part. */
  readonly validation: Evaluated | undefined;
  /**
   * Number of windows per epoch. For a list it is that of the first epoch; others may have a few more or
   * fewer.
   */
  readonly stepsPerEpoch: number;
}

/**
 * The windows of a text that is evaluated. They are created on demand and can be iterated any number of
 * times.
 */
export interface Evaluated extends Iterable<Window> {
  /** Number of windows. */
  readonly count: number;
  /** Number of tokens. */
  readonly tokens: number;
}

/** The properties of a codec that determine the rows of a text. */
export type TextLayout = Pick<Codec, "kind" | "endId">;

/** The settings that determine the batches of a text. */
export interface Cut extends Shape {
  readonly validationFraction: number;
  readonly seed: number;
}

/** Returns the batches of a text. */
export function textBatches(rnn: Rnn, codec: TextLayout, text: EncodedText, cut: Cut): TextBatches {
  const zeros = (batch: number) => rnn.zeroState(batch);
  const { sequenceLength, batchSize, validationFraction, seed } = cut;
  if (codec.kind === "text") {
    const { ids } = text;
    const kept = split(ids.length, validationFraction, 2);
    const trained = ids.subarray(0, ids.length - kept);
    const shape = fitShape(trained.length, cut);
    const rows = streams(trained, shape.batchSize);
    const longest = Math.ceil((trained.length - 1) / shape.batchSize);
    return {
      training: () => windows(rows, shape.sequenceLength, zeros),
      validation:
        kept === 0 ? undefined : evaluationWindows(rnn, codec, whole(ids.subarray(ids.length - kept))),
      stepsPerEpoch: countWindows(longest, shape.sequenceLength),
    };
  }
  const count = countOf(text);
  const kept = split(count, validationFraction, 1);
  const order = kept === 0 ? numbers(count) : shuffle(numbers(count), seed, VALIDATION_DRAW);
  const rows = sequenceRows(text, order.subarray(kept), codec.endId);
  return {
    *training(epoch) {
      for (const batch of buckets(rows, batchSize, seed, epoch)) yield* windows(batch, sequenceLength, zeros);
    },
    validation: kept === 0 ? undefined : evaluationWindows(rnn, codec, text, order.subarray(0, kept)),
    stepsPerEpoch: countSteps(rows, cut, seed, 1),
  };
}

/**
 * Returns the windows for an evaluation: the text is read in order from its start, or the selected texts of a
 * list.
 */
export function evaluationWindows(
  rnn: Rnn,
  { kind, endId }: TextLayout,
  text: EncodedText,
  order = numbers(countOf(text)),
): Evaluated {
  const zeros = (batch: number) => rnn.zeroState(batch);
  let batches: TokenRow[][];
  if (kind === "text") {
    const { ids } = text;
    const count = Math.floor((ids.length - 1) / EVALUATED_STREAM);
    batches = [streams(ids, Math.max(1, Math.min(MOST_EVALUATED, count)))];
  } else batches = batchesByLength(sequenceRows(text, order, endId), MOST_EVALUATED);
  let [count, tokens] = [0, 0];
  for (const rows of batches) {
    let longest = 0;
    for (const { length } of rows) {
      longest = Math.max(longest, length);
      tokens += length;
    }
    count += countWindows(longest, EVALUATED_WINDOW);
  }
  return {
    count,
    tokens,
    *[Symbol.iterator]() {
      for (const rows of batches) yield* windows(rows, EVALUATED_WINDOW, zeros);
    },
  };
}

/** Returns the number of items for validation. Both parts get at least `least`. */
function split(count: number, fraction: number, least: number): number {
  if (fraction === 0) return 0;
  if (count < 2 * least) {
    const what = least === 1 ? "texts" : "tokens";
    throw rangeError(
      "validationFraction",
      `0 with fewer than ${2 * least} ${what}`,
      `${fraction} with ${count}`,
    );
  }
  return Math.min(count - least, Math.max(least, Math.round(count * fraction)));
}
