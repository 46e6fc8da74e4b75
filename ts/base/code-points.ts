/** An order of strings that does not depend on their encoding. */

/**
 * Compares two strings by code points, as a sort of their UTF-8 bytes would. UTF-16 order puts surrogates
 * before U+E000.
 */
export function byCodePoints(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i].codePointAt(0) as number) - (right[i].codePointAt(0) as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
