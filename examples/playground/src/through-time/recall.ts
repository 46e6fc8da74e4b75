/**
 * The task: one of four letters, then noise of four other letters. At every step the network should output
 * the first letter.
 */

/** Number of rows of a batch. */
export const B = 8;
/** Number of letters to recall, and number of noise letters. */
const KINDS = 4;
export const LETTERS = [..."abcdwxyz"];
export const INPUT_SIZE = LETTERS.length;
export const OUTPUT_SIZE = KINDS;

export interface RecallBatch {
  /** Shape (B, T). */
  inputs: number[][];
  targets: number[][];
}

/** @param coin a generator of numbers from 0 to 1 @param steps T */
export function recall(coin: () => number, steps: number): RecallBatch {
  const draw = () => Math.floor(coin() * KINDS);
  const inputs = Array.from({ length: B }, () => {
    const first = draw();
    return [first, ...Array.from({ length: steps - 1 }, () => KINDS + draw())];
  });
  return { inputs, targets: inputs.map((row) => row.map(() => row[0]!)) };
}

/** Returns weights (B, T) that give only the last step a loss. */
export function lastStepOnly(steps: number): number[][] {
  return Array.from({ length: B }, () => Array.from({ length: steps }, (_, t) => (t === steps - 1 ? 1 : 0)));
}
