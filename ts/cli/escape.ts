/**
 * Escapes text for display. File names, metadata, tokens and messages may come from untrusted files. Control
 * characters in them could command the terminal, and marks of direction could reorder the text; both are
 * shown as escapes.
 */

/** Control characters, marks of direction, separators of lines and paragraphs, and halves of surrogate pairs. */
const UNSHOWN = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;

/** Returns a text as one line, with escapes as in JSON: `\n` or `\u001b`. */
export function escaped(text: string): string {
  return text.replace(UNSHOWN, escape);
}

/** Returns a text of several lines, in which line ends and tabs are kept. */
export function escapedLines(text: string): string {
  return text.replace(UNSHOWN, (character) => (/[\n\t]/.test(character) ? character : escape(character)));
}

/** Returns a value as one line of equivalent JSON in which such characters are escaped. */
export function jsonLine(value: unknown): string {
  return escaped(JSON.stringify(value, (_, each: unknown) => (each === undefined ? null : each)));
}

function escape(character: string): string {
  const json = JSON.stringify(character).slice(1, -1);
  return json === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : json;
}
