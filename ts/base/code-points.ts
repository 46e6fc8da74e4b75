/** The order of strings that does not hang on how they are encoded. */

/** By code points, as UTF-8 sorts; UTF-16 would put surrogates before U+E000. */
export function byCodePoints(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i].codePointAt(0) as number) - (right[i].codePointAt(0) as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
