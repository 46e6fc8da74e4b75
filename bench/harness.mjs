// Times contenders against each other in rounds. In each round every contender runs for a slice of time, so
// that a temporary slowdown of the machine affects all of them. Nothing is timed before all are warm.

/**
 * A contender to be timed. It runs in this process, with `step`, or in another one, with `stepsElsewhere`.
 * @typedef {object} Contender
 * @property {string} name
 * @property {() => unknown} [step] one step, to its end
 * @property {(count: number) => Promise<number>} [stepsElsewhere] runs `count` steps and returns the
 * milliseconds they took
 * @property {() => Promise<void>} [enter] before a slice, untimed
 */

/**
 * @typedef {object} Effort
 * @property {number} rounds the largest number of rounds
 * @property {number} sliceMs time of a contender in a round
 * @property {number} warmUpMs time of a contender before the first round
 * @property {number} budgetMs time of a contender in all rounds together; slow ones skip some rounds
 */

/** @typedef {{ milliseconds: number[], stepsPerRound: number }} Timing of one step, a number for each round taken part in */

const LEAST_ROUNDS = 3;

/**
 * @param {Contender[]} contenders
 * @param {Effort} effort
 * @returns {Promise<Map<string, Timing>>} by name
 */
export async function measure(contenders, { rounds, sliceMs, warmUpMs, budgetMs }) {
  const plans = [];
  for (const contender of contenders) {
    const estimate = await warmUp(contender, warmUpMs);
    const stepsPerRound = Math.max(1, Math.round(sliceMs / estimate));
    const affordable = Math.floor(budgetMs / (stepsPerRound * estimate));
    const turns = Math.min(rounds, Math.max(LEAST_ROUNDS, affordable));
    plans.push({ contender, stepsPerRound, turns, milliseconds: /** @type {number[]} */ ([]) });
  }
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < plans.length; i++) {
      const plan = plans[(i + round) % plans.length]; // rotates, so that no contender always follows the same one
      if (plan === undefined || !takesPart(round, rounds, plan.turns)) continue;
      const { contender, stepsPerRound, milliseconds } = plan;
      milliseconds.push((await timeSteps(contender, stepsPerRound)) / stepsPerRound);
    }
  }
  return new Map(
    plans.map(({ contender, stepsPerRound, milliseconds }) => [
      contender.name,
      { milliseconds, stepsPerRound },
    ]),
  );
}

/**
 * Returns true if a contender that takes `turns` evenly spread turns has one in this round. @param {number}
 * round @param {number} rounds @param {number} turns
 */
function takesPart(round, rounds, turns) {
  return Math.floor(((round + 1) * turns) / rounds) > Math.floor((round * turns) / rounds);
}

/**
 * Warms up with many short runs instead of one long run, because V8 compiles a wasm function again after some
 * calls, in the background.
 * @param {Contender} contender @param {number} warmUpMs @returns {Promise<number>} the approximate time of a
 *   step
 */
async function warmUp(contender, warmUpMs) {
  let estimate = Infinity;
  let count = 1;
  for (let spent = 0; spent < warmUpMs;) {
    const took = await timeSteps(contender, count);
    spent += took;
    estimate = Math.max(took / count, 1e-6);
    count = Math.max(1, Math.min(count * 2, Math.round(warmUpMs / 8 / estimate)));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return estimate;
}

/** @param {Contender} contender @param {number} count @returns {Promise<number>} milliseconds */
async function timeSteps({ step, stepsElsewhere, enter }, count) {
  if (stepsElsewhere) return await stepsElsewhere(count);
  if (!step) throw new Error("a contender has neither step nor stepsElsewhere");
  await enter?.();
  const start = performance.now();
  for (let i = 0; i < count; i++) step();
  return performance.now() - start;
}

/** @typedef {{ median: number, minimum: number, spread: number, rounds: number }} Summary spread: between the quartiles, as a share of the median */

/** @param {number[]} values @returns {Summary} */
export function summarize(values) {
  const sorted = [...values].sort((x, y) => x - y);
  const median = quantile(sorted, 0.5);
  return {
    median,
    minimum: sorted[0] ?? NaN,
    spread: (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / median,
    rounds: sorted.length,
  };
}

/** Interpolates between neighbors. @param {number[]} sorted @param {number} q */
function quantile(sorted, q) {
  const at = (sorted.length - 1) * q;
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return low + (high - low) * (at - Math.floor(at));
}
