/** Characters as one can see them. */

const SIGNS: Record<string, string> = { " ": "␣", "\n": "↵", "\t": "⇥" };

/** One that can be seen in place of one that cannot; the others as they are. */
export function visible(character: string): string {
  return SIGNS[character] ?? (/\p{C}/u.test(character) ? "�" : character);
}
