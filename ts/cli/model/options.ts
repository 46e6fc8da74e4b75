/** The options for properties that a model file does not contain. */

import { Option, type Command } from "commander";
import { toCount } from "../values.js";

/** Adds these options to a command. */
export function addReadOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--cell <cell>",
        "the cell, for Keras's weights alone and for PyTorch's RNN, whose file does not contain it",
      ).choices(["tanh", "relu", "gru", "lstm"]),
    )
    .option("--layers <n>", "for Keras's weights alone: number of recurrent layers (default: 1)", toCount)
    .option("--bidirectional", "for Keras's weights alone: the layers run in two directions")
    .option("--no-bias", "for Keras's weights alone: the recurrent layers have no bias")
    .option("--prefix <name>", "for PyTorch's files with several modules: the prefix of the module's names")
    .option("--head <name>", "for PyTorch's files: the name of the output layer (default: head)");
}
