/** The task: one of four letters, then noise of four others. At every step the network should say the first letter. */

/** Rows of a batch. */
export const B = 8;
/** Letters to be recalled, and as many that are noise. */
const KINDS = 4;
export const LETTERS = [..."abcdwxyz"];
export const INPUT_SIZE = LETTERS.length;
export const OUTPUT_SIZE = KINDS;

export interface RecallBatch {
  /** (B, T) */
  inputs: number[][];
  targets: number[][];
}

/** @param coin numbers from 0 to 1 @param steps T */
export function recall(coin: () => number, steps: number): RecallBatch {
  const draw = () => Math.floor(coin() * KINDS);
  const inputs = Array.from({ length: B }, () => {
    const first = draw();
    return [first, ...Array.from({ length: steps - 1 }, () => KINDS + draw())];
  });
  return { inputs, targets: inputs.map((row) => row.map(() => row[0]!)) };
}

/** Weights (B, T) by which the last step alone has a loss. */
export function lastStepOnly(steps: number): number[][] {
  return Array.from({ length: B }, () => Array.from({ length: steps }, (_, t) => (t === steps - 1 ? 1 : 0)));
}
