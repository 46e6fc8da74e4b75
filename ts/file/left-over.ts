/**
 * Tensors of a file that no part of the network takes. What they are and which option helps is data on the error, so
 * that the command line can say it in its own words.
 */

import { show, showNames } from "../base/show.js";
import type { StoredTensor } from "./dtype.js";
import type { LoadOptions, Module } from "./find-module.js";

/** Options of `load` that read the file, and what they do. */
export interface Remedy {
  readonly options: Pick<LoadOptions, "prefix" | "head">;
  readonly effect: string;
}

/** Own fields of an error about a file for which there is a remedy. Its message is both. */
export interface Remediable {
  readonly statement: string;
  readonly remedy: Remedy;
}

/**
 * Throws when tensors are left.
 *
 * @param left the names
 * @param width D·H, what an output layer takes
 */
export function expectNoneLeft(
  left: readonly string[],
  tensors: ReadonlyMap<string, StoredTensor>,
  module: Module,
  width: number,
): void {
  if (left.length === 0) return;
  const linear = module.names.head === "" ? findLinear(left, tensors, width) : undefined;
  const statement = `bytes: ${module.about}expected no further tensors than the network's, received ${showNames(left)}`;
  if (module.choice === undefined) throw new RangeError(statement); // the user has chosen
  if (linear === undefined) {
    throw remediable(statement, { options: { prefix: module.choice }, effect: "reads that module alone" });
  }
  const { at, shape, tensors: count } = linear;
  const found = `${statement}, of which ${show(`${at}weight`)} is a Linear from ${shape[1]} to ${shape[0]}`;
  const head = at.slice(0, -1);
  throw remediable(found, {
    options: count === left.length ? { head } : { prefix: module.choice, head },
    effect: "reads it as the output layer",
  });
}

/** A matrix that takes the network's outputs, with its bias if it has one. */
function findLinear(left: readonly string[], tensors: ReadonlyMap<string, StoredTensor>, width: number) {
  for (const name of left) {
    if (!name.endsWith(".weight")) continue;
    const shape = tensors.get(name)?.shape ?? [];
    const at = name.slice(0, -"weight".length);
    const bias = tensors.get(`${at}bias`)?.shape;
    const fits = bias === undefined || (bias.length === 1 && bias[0] === shape[0]);
    const isEmbedding = bias === undefined && /emb/i.test(name.slice(-40));
    if (shape.length === 2 && shape[1] === width && fits && !isEmbedding)
      return { at, shape, tensors: bias === undefined ? 1 : 2 };
  }
  return undefined;
}

function remediable(statement: string, remedy: Remedy): RangeError & Remediable {
  const options = Object.entries(remedy.options).map(([name, value]) => `${name}: ${show(value)}`);
  const message = `${statement}; { ${options.join(", ")} } ${remedy.effect}`;
  // not enumerable, so that a console prints the message alone
  const fields = { statement: { value: statement }, remedy: { value: remedy } };
  return Object.defineProperties(new RangeError(message), fields) as RangeError & Remediable;
}
