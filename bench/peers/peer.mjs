// The interface of a peer. Each peer is one file.

import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A network that is ready to train, or to generate.
 * @typedef {object} Net
 * @property {() => number} [step] one whole step, to its end; returns the loss (when generating: an unused
 * logit)
 * @property {(count: number) => Promise<{ milliseconds: number, losses: number[] }>} [stepsElsewhere] steps
 * of a peer in another process; the losses are those of the last steps
 * @property {() => Promise<void>} [enter] makes this network current, if a library can have only one at a
 * time
 * @property {() => void | Promise<void>} [free]
 */

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {string} work the differences from a plain step, for the report
 * @property {boolean} sameWeights true if it starts from the given weights, so that the losses must agree
 * @property {import("../shapes.mjs").Cell[]} [cells] the cells that it has; only "tanh" if absent
 * @property {() => Promise<string>} load makes it ready; returns its version; throws {@link Unavailable} with the reason
 * @property {(shape: import("../shapes.mjs").Shape, data: import("../shapes.mjs").Data) => Promise<Net>} [prepare] for training
 * @property {(shape: import("../shapes.mjs").Shape, data: import("../shapes.mjs").Data) => Promise<Net>} [prepareGeneration]
 * @property {() => void | Promise<void>} [close]
 */

/**
 * The error of a peer that cannot run here, or not with this shape. The message gives the reason and becomes
 * its row.
 */
export class Unavailable extends Error {}

/** Returns the version of a package of bench/node_modules. @param {string} name @returns {string} */
export function packageVersion(name) {
  const file = join(import.meta.dirname, "..", "node_modules", name, "package.json");
  return JSON.parse(readFileSync(file, "utf8")).version;
}
