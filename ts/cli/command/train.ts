/** `bptt train`: a text model from files, or a run that was cut short to its end. */

import type { Command } from "commander";
import { example } from "../help.js";

/** Adds the command. */
export function defineTrain(program: Command): void {
  program
    .command("train")
    .description("Train a text model on files.")
    .argument("<file...>", "texts in UTF-8; - for standard input")
    .requiredOption("-o, --output <file>", "where the model goes")
    .addHelpText("after", example(["bptt train book.txt -o book.safetensors --epochs 20", "ten letters"]))
    .action(async () => {
      await Promise.reject(new Error("not there yet"));
    });
}
