/** How much each label counts in the loss. */

import { at, rangeError } from "../../base/errors.js";
import { show } from "../../base/show.js";
import type { Dataset } from "./dataset.js";
import type { ClassWeights } from "./fit-options.js";

/**
 * Returns the weight of each label.
 *
 * "balanced": n/(C·n_c) for n examples (of a tagger: steps) of C labels, of which n_c have label c; 0 where n_c is 0.
 *
 * @param rows the examples to train with
 */
export function classWeightsOf(
  given: ClassWeights | null,
  labels: readonly string[],
  data: Dataset,
  rows: Int32Array,
): Float64Array {
  const weights = new Float64Array(labels.length).fill(1);
  if (given === null) return weights;
  if (given !== "balanced") {
    for (const [label, weight] of Object.entries(given)) {
      const id = labels.indexOf(label);
      if (id < 0) throw rangeError(at("classWeights", label), "a label of the model", show(label));
      weights[id] = weight;
    }
    return weights;
  }
  const counts = new Float64Array(labels.length);
  let total = 0;
  const count = (target: number) => {
    counts[target]++;
    total++;
  };
  for (const row of rows) {
    if (!data.isTagged) count(data.targets[row]);
    else for (let step = data.starts[row]; step < data.starts[row + 1]; step++) count(data.targets[step]);
  }
  return counts.map((n) => (n === 0 ? 0 : total / (labels.length * n)));
}
