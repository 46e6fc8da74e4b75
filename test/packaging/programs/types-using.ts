// Uses `using` in a project whose `lib` knows it. Compiled only.

import { Rnn } from "bptt";

export function size(): number {
  using rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
  return rnn.hiddenSize;
}
