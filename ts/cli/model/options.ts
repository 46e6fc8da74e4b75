/** The options that say what a model file leaves open. */

import { Option, type Command } from "commander";
import { toCount } from "../values.js";

/** Adds them to a command. */
export function addReadOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--cell <cell>",
        "of Keras's weights alone, and of PyTorch's RNN, whose file does not say tanh or relu",
      ).choices(["tanh", "relu", "gru", "lstm"]),
    )
    .option("--layers <n>", "of Keras's weights alone: recurrent layers (default: 1)", toCount)
    .option("--bidirectional", "of Keras's weights alone: the layers run in two directions")
    .option("--no-bias", "of Keras's weights alone: the recurrent layers have no bias")
    .option(
      "--prefix <name>",
      "of PyTorch's files with several modules: what stands before the module's names",
    )
    .option("--head <name>", "of PyTorch's files: what the output layer is called (default: head)");
}
