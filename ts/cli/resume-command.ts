/** Formats the command that continues a run, for people to copy. */

/** Returns the command line that continues the run of a model file. */
export function resumeCommand(files: readonly string[], output: string): string {
  return ["bptt", "train", ...files.map(quoted), "-o", quoted(output), "--resume"].join(" ");
}

/**
 * Quotes a word for a shell. Control characters and similar ones are written in the form that bash, zsh and
 * POSIX 2024 read.
 */
function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (!/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(word)) return `'${word.replaceAll("'", `'\\''`)}'`;
  const escaped = word.replace(/[\\'\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) =>
    /[\\']/.test(character)
      ? `\\${character}`
      : [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join(""),
  );
  return `$'${escaped}'`;
}
