/**
 * The steps after which the model writes a sample. They do not depend on the clock, so that a link to one of them shows the
 * sample that was seen there.
 */

const FIRST = 10;

/** 0, 10, 20, 40, 80, …: a sample of each of these steps is made and kept. */
export function isKept(step: number): boolean {
  if (step === 0) return true;
  let kept = FIRST;
  while (kept < step) kept *= 2;
  return kept === step;
}

/** 50, 60, 70, 100, 120, 140, 200, …: between two of those, so that one sees it get better; where there is time for it. */
export function isShown(step: number): boolean {
  let kept = FIRST;
  while (2 * kept <= step) kept *= 2;
  return step > 4 * FIRST && kept < step && step % (kept / 4) === 0;
}
