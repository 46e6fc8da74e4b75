/** The executable: reads the arguments, runs a command, and turns errors into a sentence and an exit code. */

import { escaped } from "./escape.js";
import { exitCodeOf, sentenceOf } from "./failure.js";
import { makeProgram } from "./program.js";
import { watchOutput } from "./output.js";

watchOutput();
try {
  await makeProgram().parseAsync();
} catch (error) {
  const sentence = sentenceOf(error);
  if (sentence !== undefined) process.stderr.write(`bptt: ${escaped(sentence)}\n`);
  process.exitCode = exitCodeOf(error);
}
