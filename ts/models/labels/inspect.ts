/** The values inside a classifier or tagger while it reads a sequence. */

import type { Tensor } from "../../base/tensor.js";
import type { ForwardTrace } from "../../rnn/rnn-types.js";
import type { LabelNetwork } from "./label-network.js";
import { probabilitiesOf } from "./probabilities.js";
import { TextReader } from "./text-reader.js";

/** The result of {@link SequenceClassifier#inspect} and {@link SequenceTagger#inspect}, for T network steps. */
export interface LabelInspection extends ForwardTrace {
  /** (T) the tokens, for text only. */
  readonly tokens?: readonly string[];
  /** The labels, in the order of the probabilities. */
  readonly labels: readonly string[];
  /** (T, C) the probabilities of the labels at each step. */
  readonly probabilities: Tensor;
}

/** Reads one sequence. */
export function inspectInput(network: LabelNetwork, input: unknown): LabelInspection {
  const { rnn, reader, labels, temperature } = network;
  const { values, width, starts } = reader.encode([input], () => "input");
  const steps = starts[1];
  const shape = width === 0 ? [1, steps] : [1, steps, width];
  const { logits, trace } = rnn.forward({ inputs: { data: values, shape } }, { trace: true });
  const classes = labels.size;
  const probabilities = new Float32Array(steps * classes);
  for (let t = 0; t < steps; t++) {
    probabilities.set(
      probabilitiesOf(logits.data.subarray(t * classes, (t + 1) * classes), temperature),
      t * classes,
    );
  }
  return {
    ...(reader instanceof TextReader && { tokens: reader.tokens(input as string) }),
    labels: labels.names,
    ...(trace as ForwardTrace),
    probabilities: { data: probabilities, shape: [steps, classes] },
  };
}
