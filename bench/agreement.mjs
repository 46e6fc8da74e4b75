// Checks that the contenders do the same work: the losses of the first steps are compared before anything is
// timed.

import { Unavailable } from "./peers/peer.mjs";

/** @typedef {import("./peers/peer.mjs").Net} Net */

/**
 * The first loss tests the forward pass, the second the gradients and the update, the others their moments.
 */
export const COMPARED_STEPS = 5;

/**
 * Relative tolerance, absolute below 1. All contenders compute in f32, in different orders and with different
 * tanh and exp; differences up to 4e-6 were seen. At the shape where errors show least, with the settings of
 * `COMPARED` (shapes.mjs), it would detect: a second bias that is trained too (2e-4), no clipping (3e-3), ε
 * inside the root (3e-2), an ε that is 1 % off (9e-5).
 */
export const TOLERANCE = 2e-5;

/** @param {Net} net @param {number} count @returns {Promise<number[]>} */
export async function losses(net, count = COMPARED_STEPS) {
  if (net.stepsElsewhere) return (await net.stepsElsewhere(count)).losses;
  await net.enter?.();
  const { step } = net;
  if (!step) throw new Error("a net has neither step nor stepsElsewhere");
  return Array.from({ length: count }, () => step());
}

/**
 * @param {number[]} ours
 * @param {number[]} theirs
 * @returns {number} the largest relative difference
 * @throws {Unavailable} when it is beyond the tolerance; such a peer is not timed
 */
export function compareLosses(ours, theirs) {
  let largest = 0;
  for (const [i, loss] of ours.entries()) {
    const difference = Math.abs((theirs[i] ?? NaN) - loss) / Math.max(1, Math.abs(loss));
    if (!(difference <= TOLERANCE))
      throw new Unavailable(`not timed: its loss at step ${i} is ${theirs[i]}, ours ${loss}`);
    largest = Math.max(largest, difference);
  }
  return largest;
}
