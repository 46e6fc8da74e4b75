/** Errors of the library about a file or an option, with the flags of the command line. */

import type { CheckError } from "../../index.js";
import { Failure, UsageError } from "../failure.js";

/** Options that say what a file leaves open, by the library's names. */
const FLAGS: Readonly<Record<string, string>> = {
  cell: "--cell",
  prefix: "--prefix",
  head: "--head",
  layers: "--layers",
};

/** The failure that an error of the library is, about the file `name`; whatever else it is, is thrown on. */
export function modelFailure(name: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) throw error;
  const [, about = ""] = /^(\w+): /.exec(error.message) ?? [];
  const flag = FLAGS[about];
  if (flag !== undefined) {
    const what = error.message.replace(`${about}: `, "").replace(/, received undefined$/, "");
    return new UsageError(`${flag}: ${what} (${name})`);
  }
  if (error.message.includes("weights alone")) {
    return new UsageError(
      `${name}: it holds weights alone; expected --cell, and --layers and --bidirectional where they are not 1 and no`,
    );
  }
  const what = sentenceOf(error).replace(/^(bytes|file|model|network|weights)(: |\.|(?=\[))/, "");
  return new Failure(`${name}: ${what}`, 1, { cause: error });
}

/** The message of an error; what helps against it comes as flags, where the library says it as options. */
function sentenceOf(error: Error & Partial<CheckError> & { remedy?: unknown }): string {
  const { expected, received, remedy } = error;
  if (typeof expected !== "string" || typeof remedy !== "object") return error.message;
  const { options, effect } = remedy as { options: Record<string, string>; effect: string };
  const flags = Object.entries(options).map(
    ([name, value]) => `${FLAGS[name] ?? name} ${JSON.stringify(value)}`,
  );
  return `tensors: expected ${expected}, received ${received}; ${flags.join(" ")} ${effect}`;
}
