/** Characters as one can see them, and those with which a text begins. */

const SIGNS: Record<string, string> = { " ": "␣", "\n": "↵", "\t": "⇥" };

/** One that can be seen in place of one that cannot; the others as they are. */
export function visible(character: string): string {
  return SIGNS[character] ?? (/\p{C}/u.test(character) ? "�" : character);
}

/** Up to four characters of its first line: what the model is asked about where nothing is typed. */
export function beginning(text: string): string {
  return [...text.trimStart().slice(0, 8)].slice(0, 4).join("").split("\n")[0]!;
}
