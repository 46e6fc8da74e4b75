// Shuffles lists, in the same order for the same seed.

/** Returns a shuffled copy: Fisher and Yates, by Marsaglia's xorshift. */
export function shuffle<T>(list: readonly T[], seed: number): T[] {
  const copy = [...list];
  let x = Math.imul(seed, 0x9e3779b1);
  for (let i = copy.length - 1; i > 0; i--) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    const j = Math.floor(((x >>> 0) / 2 ** 32) * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}
