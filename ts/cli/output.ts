/**
 * Standard output: waits for a slow reader, uses colors in terminals, and notices when the reader closes the
 * pipe.
 *
 * Colors are used in terminals only, and never if NO_COLOR is set (https://no-color.org).
 */

import { styleText } from "node:util";
import { escaped } from "./escape.js";
import { Failure } from "./failure.js";

type Style = Parameters<typeof styleText>[0];

const { stdout, stderr } = process;
let broken: Failure | undefined;
const listeners = new Set<(failure: Failure) => void>();

/** The failure when the reader of standard output has closed it. */
export class ClosedOutput extends Failure {}

/** Watches for a reader that closes the pipe. It must be called once, before anything is written. */
export function watchOutput(): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    broken ??=
      error.code === "EPIPE"
        ? new ClosedOutput("standard output: it was closed before everything was written")
        : new Failure(
            `standard output: ${error.code === "ENOSPC" ? "no space left on the disk" : `the system reports ${error.code}`}`,
          );
    for (const listener of listeners) listener(broken);
  });
  stderr.on("error", () => undefined); // no message, because nobody reads it
}

/** Calls `listener` when nothing can be written any more. Returns a function that removes it. */
export function whenBroken(listener: (failure: Failure) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * Writes to standard output and resolves when the system has accepted the text. Throws a Failure when the
 * reader has closed the pipe.
 */
export async function write(text: string | Uint8Array): Promise<void> {
  failIfBroken();
  await new Promise<void>((resolve) => stdout.write(text, () => resolve()));
  // the stream reports the reason in an event that may come a moment later
  if (!stdout.writable) await new Promise((resolve) => setImmediate(resolve));
  failIfBroken();
}

function failIfBroken(): void {
  if (broken) throw broken;
}

/** Writes a line for people to standard error. Control characters are escaped. */
export function tell(line: string): void {
  stderr.write(`${escaped(line)}\n`);
}

/** Returns true if a stream is a terminal. */
export function isTerminal(stream: NodeJS.WriteStream = stdout): boolean {
  return stream.isTTY === true && process.env["TERM"] !== "dumb";
}

/** Returns `text` in a style if `stream` shows colors. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = stdout): string {
  const colours = isTerminal(stream) && !process.env["NO_COLOR"] && stream.hasColors();
  return colours ? styleText(style, text) : text;
}

/** Returns the number of columns of the terminal, or 80 without a terminal. */
export function columns(): number {
  return stdout.columns || 80;
}
