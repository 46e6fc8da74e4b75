/**
 * Text as it is shown. File names, metadata, tokens and messages come from files that anybody may have made. Control characters in them
 * could command the terminal, and marks of direction could show them in another order; both are shown as escapes.
 */

/** Control characters, marks of direction, separators of lines and paragraphs, and halves of surrogate pairs. */
const UNSHOWN = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu;

/** A text in one line: what is not shown is an escape as in JSON, `\n` or `\u001b`. */
export function escaped(text: string): string {
  return text.replace(UNSHOWN, escape);
}

/** A text of several lines: line ends and tabs stay. */
export function escapedLines(text: string): string {
  return text.replace(UNSHOWN, (character) => (/[\n\t]/.test(character) ? character : escape(character)));
}

/** A value as one line of JSON that means the same and has nothing in it that is not shown. */
export function jsonLine(value: unknown): string {
  return escaped(JSON.stringify(value, (_, each: unknown) => (each === undefined ? null : each)));
}

function escape(character: string): string {
  const json = JSON.stringify(character).slice(1, -1);
  return json === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : json;
}
