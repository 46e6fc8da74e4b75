// What a peer is: one file each, this interface.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A network that is ready to train, or to generate.
 * @typedef {object} Net
 * @property {() => number} [step] one whole step, to its end; returns the loss (when generating: a logit, read by nobody)
 * @property {(count: number) => Promise<{ milliseconds: number, losses: number[] }>} [stepsElsewhere] of a peer in
 *   another process; the losses of the last steps
 * @property {() => Promise<void>} [enter] makes this one current, where a library can have one at a time
 * @property {() => void | Promise<void>} [free]
 */

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} work what differs from a plain step, for the report
 * @property {boolean} sameWeights whether it starts from the given weights, so that the losses must agree
 * @property {import("../shapes.mjs").Cell[]} [cells] which it has; "tanh" alone if absent
 * @property {() => Promise<string>} load makes it ready; returns its version; throws {@link Unavailable} with the reason
 * @property {(shape: import("../shapes.mjs").Shape, data: import("../shapes.mjs").Data) => Promise<Net>} [prepare] for training
 * @property {(shape: import("../shapes.mjs").Shape, data: import("../shapes.mjs").Data) => Promise<Net>} [prepareGeneration]
 * @property {() => void | Promise<void>} [close]
 */

/** Thrown where a peer cannot run here, or not with this shape; the message says why and becomes its row. */
export class Unavailable extends Error {}

/** Of a package of bench/node_modules. @param {string} name @returns {string} */
export function packageVersion(name) {
  const file = join(import.meta.dirname, "..", "node_modules", name, "package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
}
