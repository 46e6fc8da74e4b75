/**
 * The error for tensors of a file that no part of the network uses. The options that would help are data of
 * the error, so that the command line can name its flags instead.
 */

import { at, rangeError, type CheckError } from "../base/errors.js";
import { withRemedy, type Remedy } from "../base/remedy.js";
import { show, showNames } from "../base/show.js";
import type { StoredTensor } from "./dtype.js";
import type { LoadOptions, Module } from "./find-module.js";

/** Options of `load` that would read the file, and their effect. */
interface LoadRemedy extends Remedy {
  readonly options: Pick<LoadOptions, "prefix" | "head">;
}

const TENSORS = /* @__PURE__ */ at("bytes", "tensors");
const EXPECTED = "only tensors of the network";

/**
 * Throws if there are tensors that the network does not use.
 *
 * @param left the names of those tensors
 * @param width D·H, the number of inputs of an output layer
 */
export function expectNoneLeft(
  left: readonly string[],
  tensors: ReadonlyMap<string, StoredTensor>,
  module: Module,
  width: number,
): void {
  if (left.length === 0) return;
  const linear = module.names.head === "" ? findLinear(left, tensors, width) : undefined;
  const received = showNames(left);
  if (module.choice === undefined) throw rangeError(TENSORS, EXPECTED, received, { hint: module.hint }); // the user has selected a module
  if (linear === undefined) {
    throw remediable(received, { options: { prefix: module.choice }, effect: "reads only that module" });
  }
  const { place, shape, tensors: count } = linear;
  const found = `${received}, of which ${show(`${place}weight`)} is a Linear from ${shape[1]} to ${shape[0]}`;
  const head = place.slice(0, -1);
  throw remediable(found, {
    options: count === left.length ? { head } : { prefix: module.choice, head },
    effect: "reads it as the output layer",
  });
}

/** Finds a matrix that could take the network's outputs, and its bias if it has one. */
function findLinear(left: readonly string[], tensors: ReadonlyMap<string, StoredTensor>, width: number) {
  for (const name of left) {
    if (!name.endsWith(".weight")) continue;
    const shape = tensors.get(name)?.shape ?? [];
    const place = name.slice(0, -"weight".length);
    const bias = tensors.get(`${place}bias`)?.shape;
    const fits = bias === undefined || (bias.length === 1 && bias[0] === shape[0]);
    const isEmbedding = bias === undefined && /emb/i.test(name.slice(-40));
    if (shape.length === 2 && shape[1] === width && fits && !isEmbedding)
      return { place, shape, tensors: bias === undefined ? 1 : 2 };
  }
  return undefined;
}

function remediable(received: string, remedy: LoadRemedy): RangeError & CheckError {
  const options = Object.entries(remedy.options).map(([name, value]) => `${name}: ${show(value)}`);
  const hint = `{ ${options.join(", ")} } ${remedy.effect}`;
  return withRemedy(rangeError(TENSORS, EXPECTED, received, { hint }), remedy);
}
