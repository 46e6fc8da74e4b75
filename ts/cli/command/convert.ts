/** `bptt convert`: converts models to the formats of other libraries and back. */

import { basename } from "node:path";
import { Option, type Command } from "commander";
import { escaped } from "../escape.js";
import { UsageError } from "../failure.js";
import { example } from "../help.js";
import { nameOf } from "../input.js";
import { addReadOptions } from "../model/options.js";
import { readNetworkFile, type ReadOptions, type StoredNetwork } from "../model/read.js";
import { recipe } from "../model/recipe.js";
import { filesOf, ownBytes, TARGETS, type ConvertTarget } from "../model/target.js";
import { convertObjection } from "../model/existing.js";
import { readVocabularyFile } from "../model/vocabulary.js";
import { modelFailure } from "../model/error-messages.js";
import { metadataOf } from "../model/metadata.js";
import { write } from "../output.js";
import { OutputFiles, writeFiles } from "../output-file.js";

interface ConvertOptions extends ReadOptions {
  to: ConvertTarget;
  output: string;
  inputs: "ids" | "features";
  state: boolean;
  vocabulary?: string;
  force?: true;
}

/** Adds the command. */
export function defineConvert(program: Command): void {
  const command = program
    .command("convert")
    .summary("convert models to the formats of other libraries, and back")
    .description(
      "Convert a model to another library's format, or another library's model to bptt's. It reads safetensors files of bptt and " +
        "of PyTorch, Keras's .keras, .h5 and get_weights() in .npz, and TensorFlow.js's model.json. The content of the file decides its format.",
    )
    .argument("<model>", "the file; - for standard input")
    .addOption(new Option("--to <format>", "the format to write").choices(TARGETS).makeOptionMandatory())
    .requiredOption(
      "-o, --output <file>",
      "the output file; for tfjs the .json, next to which the .bin is written",
    )
    .addOption(
      new Option("--inputs <kind>", "onnx, tfjs: form of the model's inputs: ids, or vectors of features")
        .choices(["ids", "features"])
        .default("ids"),
    )
    .option("--state", "onnx: add the initial state to the inputs, for generating text step by step", false)
    .option(
      "--vocabulary <file>",
      "the vocabulary, for a file without one: a JSON array of tokens by id, a JSON object of ids by token, or a model of bptt",
    );
  command.option("--force", "replace the output file, even if it is not such a model");
  addReadOptions(command)
    .addHelpText(
      "after",
      example(
        ["bptt convert book.safetensors --to onnx -o book.onnx --state", "for onnxruntime"],
        ["bptt convert model.keras --to bptt -o model.safetensors --vocabulary chars.json", "from Keras"],
      ),
    )
    .action(convert);
}

async function convert(path: string, options: ConvertOptions): Promise<void> {
  const { to, output, inputs, state, vocabulary: vocabularyPath } = options;
  if (output === "-") throw new UsageError("--output: expected a file, received standard output");
  if (to === "tfjs" && !output.endsWith(".json"))
    throw new UsageError(`--output: expected a name that ends in .json, received ${output}`);
  if (state && to !== "onnx") throw new UsageError("--state: it requires --to onnx");
  if (path === "-" && vocabularyPath === "-")
    throw new UsageError("expected standard input once, received it as model and as vocabulary");
  const vocabulary = vocabularyPath === undefined ? undefined : await readVocabularyFile(vocabularyPath);
  const stored = await readNetworkFile(path, options);
  using rnn = stored.rnn;
  try {
    const own = ownBytes(rnn, stored.metadata, vocabulary);
    const target = { inputs, initialState: state };
    const files = filesOf(to, own, rnn, output, target);
    using _ = await OutputFiles.claim(
      files.map(([file]) => file),
      {
        inputs: [...stored.files, ...(vocabularyPath === undefined ? [] : [vocabularyPath])],
        force: options.force === true,
        objection: convertObjection(to, output),
      },
    );
    await writeFiles(files);
    const lines = [
      files.map(([file]) => escaped(basename(file))).join(", ") + `: ${sentence(to, own, stored)}`,
      ...recipe(to, rnn, output, target).map((line) => `  ${line}`),
    ];
    await write(`${lines.join("\n")}\n`);
  } catch (error) {
    throw modelFailure(nameOf(path), error);
  }
}

/** Describes what was written and what the format cannot contain. */
function sentence(to: ConvertTarget, own: Uint8Array, { rnn, metadata }: StoredNetwork): string {
  const hasVocabulary = "bptt.vocabulary" in metadataOf(own);
  const place = { bptt: "", pytorch: " in its metadata", keras: " in bptt.json", onnx: " in its metadata", tfjs: " in userDefinedMetadata" }[to]; // prettier-ignore
  const parts = [`${NAMES[to]}, ${rnn.cell} of ${rnn.hiddenSize}`];
  if (hasVocabulary) parts.push(`with the vocabulary${place}`);
  else if (to === "bptt")
    parts.push("without a vocabulary; add one with --vocabulary to generate and evaluate");
  else parts.push("without a vocabulary");
  if ("bptt.training" in metadata) parts.push("without the training that was in the file");
  return parts.join(", ");
}

const NAMES: Readonly<Record<ConvertTarget, string>> = {
  bptt: "a model of bptt",
  pytorch: "a state_dict for PyTorch",
  keras: "weights for Keras",
  onnx: "an ONNX model",
  tfjs: "a layers model of TensorFlow.js",
};
