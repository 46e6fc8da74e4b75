/**
 * Comparing arrays of numbers: the message names the array and the element that is furthest off.
 * NaN and infinity never pass, nor does an array without elements: a comparison that compares nothing is a mistake in the test.
 */
export interface Tolerance {
  /** Allowed |got − want| of every element. */
  readonly absolute?: number;
  /** The same, as a fraction of the largest |want| of the whole array. */
  readonly relative?: number;
}

type Numbers = ArrayLike<number>;

/** Throws unless every element of `got` is as close to `want` as the tolerance allows. */
export function expectClose(name: string, got: Numbers, want: Numbers, tolerance: Tolerance): void {
  if (want.length === 0) throw new Error(`${name}: nothing to compare`);
  if (got.length !== want.length) {
    throw new Error(`${name}: expected ${want.length} elements, received ${got.length}`);
  }
  const { absolute = 0, relative = 0 } = tolerance;
  const limit = absolute + relative * largest(want);
  let worst = -1;
  let furthest = -1;
  for (let k = 0; k < want.length; k++) {
    const difference = Math.abs(got[k]! - want[k]!);
    if (Number.isFinite(difference) && (difference <= limit || difference <= furthest)) continue;
    worst = k;
    furthest = difference;
    if (!Number.isFinite(difference)) break; // NaN or infinite, on either side
  }
  if (worst >= 0) {
    throw new Error(`${name}[${worst}]: expected ${want[worst]} ± ${limit}, received ${got[worst]}`);
  }
}

/** The same for one number. */
export function expectNear(name: string, got: number, want: number, tolerance: Tolerance): void {
  expectClose(name, [got], [want], tolerance);
}

/** The same for every array of a record; both must have the same names. */
export function expectAllClose(
  name: string,
  got: Readonly<Record<string, Numbers>>,
  want: Readonly<Record<string, Numbers>>,
  tolerance: Tolerance,
): void {
  const names = Object.keys(want).sort();
  if (names.length === 0) throw new Error(`${name}: nothing to compare`);
  if (Object.keys(got).sort().join() !== names.join()) {
    throw new Error(
      `${name}: expected the names ${names.join(", ")}, received ${Object.keys(got).sort().join(", ")}`,
    );
  }
  for (const key of names) expectClose(`${name}.${key}`, got[key]!, want[key]!, tolerance);
}

/** The largest |x|; 0 for an empty array. */
export function largest(numbers: Numbers): number {
  let result = 0;
  for (let k = 0; k < numbers.length; k++) result = Math.max(result, Math.abs(numbers[k]!));
  return result;
}
