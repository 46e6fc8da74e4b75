// What the set-up says: one line before each step, and one sentence where it cannot go on.

/** Thrown where the set-up cannot go on; its message is one sentence of advice to a person. */
export class SetupError extends Error {}

/** Prints what is about to be done. On stderr, so that the output of the program that follows stays clean. @param {string} text */
export function step(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** Prints the output of a command that failed, indented under its step. @param {string} output */
export function showOutput(output) {
  process.stderr.write(output.trimEnd().replace(/^/gm, "  ") + "\n");
}
