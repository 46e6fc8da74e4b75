/** The library's errors in the words of the command line: its options are called otherwise there. */

import { Failure, UsageError } from "./failure.js";

/** The library's names of options, and the flags. */
export type Flags = Readonly<Record<string, string>>;

/**
 * An error in the words of the command line: one about an option in `flags` is wrong usage, in which every such name is said as its
 * flag; one about the text is a failure; all others stay.
 */
export function inFlags(error: unknown, flags: Flags): unknown {
  if (!(error instanceof TypeError || error instanceof RangeError)) return error;
  const [, about = ""] = /^(\w+)[:[]/.exec(error.message) ?? [];
  if (about === "text") return new Failure(`the ${error.message}`);
  if (!(about in flags)) return error;
  const message = error.message.replace(/\b[a-z]+[A-Z]\w*\b/g, (name) => flags[name] ?? name);
  return new UsageError(message.replace(/^[a-z]+(?=:)/, (name) => flags[name] ?? name));
}
