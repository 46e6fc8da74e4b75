/** `bptt inspect`: shows the content of a model file. */

import type { Command } from "commander";
import { jsonLine } from "../escape.js";
import { example } from "../help.js";
import { nameOf } from "../input.js";
import { summaryOf } from "../model/summary.js";
import { addReadOptions } from "../model/options.js";
import { readNetworkFile, type ReadOptions } from "../model/read.js";
import { rowsOf } from "../model/summary-rows.js";
import { table } from "../model/table.js";
import { modelFailure } from "../model/error-messages.js";
import { write } from "../output.js";

/** Adds the command. */
export function defineInspect(program: Command): void {
  const command = program
    .command("inspect")
    .summary("show the content of a model file")
    .description(
      "Show the content of a model file: cell, sizes, parameters, vocabulary, and how it was trained. Reads what " +
        "`convert` reads: files of bptt, PyTorch, Keras and TensorFlow.js.",
    )
    .argument("<model>", "the file; - for standard input")
    .option("--json", "print one line of JSON with the whole vocabulary");
  addReadOptions(command)
    .addHelpText("after", example(["bptt inspect book.safetensors", "show its sizes and its training"]))
    .action(inspect);
}

async function inspect(path: string, { json, ...options }: ReadOptions & { json?: boolean }): Promise<void> {
  const stored = await readNetworkFile(path, options);
  using _ = stored.rnn;
  try {
    const summary = summaryOf(nameOf(path), stored);
    await write(json ? `${jsonLine(summary)}\n` : table(rowsOf(summary)));
  } catch (error) {
    throw modelFailure(nameOf(path), error);
  }
}
