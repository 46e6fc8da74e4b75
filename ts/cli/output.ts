/**
 * Standard output: text that waits for a slow reader, colours for terminals, and a reader that went away.
 *
 * Colours are for terminals alone and never there where NO_COLOR is set (https://no-color.org).
 */

import { styleText } from "node:util";
import { escaped } from "./escape.js";
import { Failure } from "./failure.js";

type Style = Parameters<typeof styleText>[0];

const { stdout, stderr } = process;
let broken: Failure | undefined;
const listeners = new Set<(failure: Failure) => void>();

/** Nobody reads any more. */
export class ClosedOutput extends Failure {}

/** Looks out for a reader that goes away. To be called once, before anything is written. */
export function watchOutput(): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    broken ??=
      error.code === "EPIPE"
        ? new ClosedOutput("standard output: it was closed before all was written")
        : new Failure(
            `standard output: ${error.code === "ENOSPC" ? "no space left on the disk" : `the system says ${error.code}`}`,
          );
    for (const listener of listeners) listener(broken);
  });
  stderr.on("error", () => undefined); // nobody is there to be told
}

/** Calls `listener` when nothing can be written any more; returns what stops that. */
export function whenBroken(listener: (failure: Failure) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Writes to standard output; resolves when the system has taken it. Throws a Failure when nobody reads any more. */
export async function write(text: string | Uint8Array): Promise<void> {
  failIfBroken();
  await new Promise<void>((resolve) => stdout.write(text, () => resolve()));
  // the stream says why in an event that may come a moment later
  if (!stdout.writable) await new Promise((resolve) => setImmediate(resolve));
  failIfBroken();
}

function failIfBroken(): void {
  if (broken) throw broken;
}

/** Writes a line for people to standard error; what could command the terminal is escaped. */
export function tell(line: string): void {
  stderr.write(`${escaped(line)}\n`);
}

/** Whether a stream is a terminal. */
export function isTerminal(stream: NodeJS.WriteStream = stdout): boolean {
  return stream.isTTY === true && process.env["TERM"] !== "dumb";
}

/** `text` in a style where `stream` shows colours. */
export function styled(style: Style, text: string, stream: NodeJS.WriteStream = stdout): string {
  const colours = isTerminal(stream) && !process.env["NO_COLOR"] && stream.hasColors();
  return colours ? styleText(style, text) : text;
}

/** Columns of the terminal, 80 where there is none. */
export function columns(): number {
  return stdout.columns || 80;
}
