/**
 * The steps after which the model generates a sample. They do not depend on the clock, so that a link to one
 * of them shows the same sample.
 */

const FIRST = 10;

/** Returns true for 0, 10, 20, 40, 80, …, whose samples are always generated and kept. */
export function isKept(step: number): boolean {
  if (step === 0) return true;
  let kept = FIRST;
  while (kept < step) kept *= 2;
  return kept === step;
}

/**
 * Returns true for 50, 60, 70, 100, 120, 140, 200, …, which lie between those, so that progress is visible if
 * there is time.
 */
export function isShown(step: number): boolean {
  let kept = FIRST;
  while (2 * kept <= step) kept *= 2;
  return step > 4 * FIRST && kept < step && step % (kept / 4) === 0;
}
