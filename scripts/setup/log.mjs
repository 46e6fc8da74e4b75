// Messages of the set-up: one line before each step, and one sentence when it fails.

/** An error that ends the set-up. Its message is one sentence that says how to fix it. */
export class SetupError extends Error {}

/** Prints a step before it runs. Writes to stderr, so that the output of the following program stays clean. @param {string} text */
export function step(text) {
  process.stderr.write(`setup: ${text}\n`);
}

/** Prints the output of a failed command, indented under its step. @param {string} output */
export function showOutput(output) {
  process.stderr.write(output.trimEnd().replace(/^/gm, "  ") + "\n");
}
