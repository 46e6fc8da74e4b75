/** Characters in visible form, and the beginning of a text. */

const SIGNS: Record<string, string> = { " ": "␣", "\n": "↵", "\t": "⇥" };

/** Returns a visible sign for an invisible character, and other characters unchanged. */
export function visible(character: string): string {
  return SIGNS[character] ?? (/\p{C}/u.test(character) ? "�" : character);
}

/** Returns up to four characters of the first line, the default prompt. */
export function beginning(text: string): string {
  return [...text.trimStart().slice(0, 8)].slice(0, 4).join("").split("\n")[0]!;
}
