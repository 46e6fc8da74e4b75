/** Collects the activations of a model while it reads a text. */

import type { Rnn } from "../../rnn/rnn.js";
import type { ForwardTrace } from "../../rnn/rnn-types.js";
import type { Tensor } from "../../base/tensor.js";
import type { Codec } from "./codec.js";
import { softmax } from "../shared/softmax.js";

/** The result of {@link CharRnn#inspect}, for T tokens in order. */
export interface Inspection extends ForwardTrace {
  /** (T) tokens that were read. In a list model the first is the start token. */
  tokens: string[];
  /** (T, V) probabilities of the next token. */
  probabilities: Tensor;
  /** (T) losses of the next token in nats; NaN if it is unknown, after the last token of a long text. */
  losses: Float32Array;
}

/** Reads ids. `next` are the ids that follow each of them; the last may be missing. */
export function inspectIds(
  rnn: Rnn,
  codec: Codec,
  ids: readonly number[],
  next: readonly number[],
): Inspection {
  const steps = ids.length;
  const { logits, trace } = rnn.forward({ inputs: [Int32Array.from(ids)] }, { trace: true });
  const classes = logits.data.length / steps;
  const probabilities = new Float32Array(logits.data.length);
  const losses = new Float32Array(steps).fill(NaN);
  for (let t = 0; t < steps; t++) {
    const p = softmax(logits.data.subarray(t * classes, (t + 1) * classes));
    probabilities.set(p, t * classes);
    const target = next[t];
    if (target !== undefined) losses[t] = -Math.log(p[target]);
  }
  return {
    tokens: ids.map((id) => codec.vocabulary.tokens[id]),
    ...(trace as ForwardTrace),
    probabilities: { data: probabilities, shape: [steps, classes] },
    losses,
  };
}
