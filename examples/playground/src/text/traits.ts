/** Traits of a position in a text that a hidden unit may follow, as a number for each character. */

export interface Trait {
  id: string;
  /** The name, as in "it follows …". */
  name: string;
  of(characters: readonly string[]): number[];
}

const is =
  (test: RegExp) =>
  (characters: readonly string[]): number[] =>
    characters.map((c) => (test.test(c) ? 1 : 0));

/** Counts from each character that matches `begins`, which counts 0. */
const since =
  (begins: RegExp) =>
  (characters: readonly string[]): number[] => {
    let count = 0;
    return characters.map((c) => (count = begins.test(c) ? 0 : count + 1));
  };

const depth = (characters: readonly string[]) => {
  let open = 0;
  return characters.map((c) => {
    if (/[([{]/.test(c)) open++;
    if (/[)\]}]/.test(c)) open--;
    return open;
  });
};

const quoted = (characters: readonly string[]) => {
  let inside = 0;
  return characters.map((c) => (/["“”]/.test(c) ? (inside = 1 - inside) : inside));
};

export const TRAITS: readonly Trait[] = [
  { id: "space", name: "spaces and line ends", of: is(/\s/) },
  { id: "vowel", name: "vowels", of: is(/[aeiouyäöü]/i) },
  { id: "capital", name: "capital letters", of: is(/\p{Lu}/u) },
  { id: "mark", name: "punctuation", of: is(/\p{P}/u) },
  { id: "word", name: "how far into a word", of: since(/\s/) },
  { id: "line", name: "how far into a line", of: since(/\n/) },
  { id: "depth", name: "how deep in brackets", of: depth },
  { id: "quoted", name: "being within quotation marks", of: quoted },
];

/** Returns Pearson's r, −1 … 1, or 0 if one of them is constant. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  let [sa, sb] = [0, 0];
  for (let i = 0; i < n; i++) {
    sa += a[i]!;
    sb += b[i]!;
  }
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [da, db] = [a[i]! - sa / n, b[i]! - sb / n];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  const size = Math.sqrt(aa * bb);
  return size > 1e-9 ? ab / size : 0;
}
