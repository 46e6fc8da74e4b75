/** `bptt train`: trains a text model on files, or continues an unfinished run. */

import type { Cell, TextFitOptions } from "bptt";
import { Option, type Command } from "commander";
import { UsageError } from "../failure.js";
import { onCommandLine } from "../flags.js";
import { example } from "../help.js";
import { trainObjection } from "../model/existing.js";
import { OutputFiles } from "../output-file.js";
import { resumeCommand } from "../resume-command.js";
import { isTerminal } from "../output.js";
import { bar } from "../report/bar.js";
import { json } from "../report/json.js";
import { lines } from "../report/lines.js";
import { silent, type Reporter } from "../report/reporter.js";
import { parseSchedule, SYNTAX } from "../schedule.js";
import { fresh, textPlace, unfinished } from "../start-run.js";
import { follow } from "../training.js";
import { toCount, toInteger, toNumber, toSeconds } from "../values.js";

interface TrainOptions {
  output: string;
  resume?: true;
  force?: true;
  lines?: true;
  words?: true;
  maxTokens?: number;
  cell: Cell;
  hidden: number;
  layers: number;
  dropout: number;
  epochs?: number;
  steps?: number;
  batch: number;
  length: number;
  learningRate: number;
  schedule?: string;
  clip: number | "none";
  validation: number;
  patience?: number;
  seed: number;
  shards?: number;
  workers?: number;
  timeLimit?: number;
  checkpointEvery?: number;
  sampleEvery?: number;
  quiet?: true;
  json?: true;
}

/** Options that are part of a run, so that `--resume` cannot change them. */
const SETTINGS = [
  ...([
    "lines",
    "words",
    "maxTokens",
    "cell",
    "hidden",
    "layers",
    "dropout",
    "epochs",
    "steps",
    "batch",
    "length",
  ] as const),
  ...(["learningRate", "schedule", "clip", "shards", "validation", "patience", "seed"] as const),
] satisfies (keyof TrainOptions)[];

/** Adds the command. */
export function defineTrain(program: Command): void {
  program
    .command("train")
    .summary("train a text model on files, or continue an unfinished run")
    .description(
      "Train a text model on files. Several files are joined to one long text. With --lines each line is a separate text, " +
        "and the model learns where texts end. Texts are UTF-8; CR LF is read as LF.\n\n" +
        "The model file is written every minute and at the end, and is complete at any moment. Ctrl-C finishes the step, saves and prints the command " +
        "that continues the run; a second Ctrl-C ends at once.",
    )
    .argument("<file...>", "texts; - for standard input")
    .requiredOption("-o, --output <model>", "the model file (safetensors)")
    .optionsGroup("The text:")
    .option("--lines", "treat each line that is not empty as a separate text")
    .option("--words", "learn words, not characters")
    .option(
      "--max-tokens <n>",
      "keep the n most frequent tokens; all others become the unknown token",
      toCount,
    )
    .optionsGroup("The network:")
    .addOption(
      new Option("--cell <kind>", "the recurrent cell")
        .choices(["tanh", "relu", "gru", "lstm"])
        .default("gru"),
    )
    .option("--hidden <n>", "hidden size", toCount, 128)
    .option("--layers <n>", "number of recurrent layers", toCount, 1)
    .option("--dropout <share>", "fraction of the values dropped between layers", toNumber, 0)
    .optionsGroup("The run:")
    .addOption(
      new Option(
        "--epochs <n>",
        "passes over the text (default: 10, or more for at least 1000 steps)",
      ).argParser(toCount),
    )
    .addOption(
      new Option("--steps <n>", "updates, instead of epochs").argParser(toCount).conflicts(["epochs"]),
    )
    .option("--batch <n>", "batch size: parts of the text, or lines, in one step", toCount, 32)
    .option("--length <n>", "sequence length: tokens through which gradients flow back", toCount, 64)
    .option("--learning-rate <rate>", "learning rate", toNumber, 0.002)
    .option("--schedule <schedule>", `learning-rate schedule: ${SYNTAX}`)
    .option("--clip <norm>", "largest norm of the gradients, or none", toNormOrNone, 1)
    .option("--validation <share>", "fraction of the text for validation after each epoch", toNumber, 0)
    .option(
      "--patience <n>",
      "stop after n validations without improvement, and keep the best weights",
      toInteger,
    )
    .option("--seed <n>", "seed of everything that is random", toInteger, 0)
    .option("--workers <n>", "worker threads that share the run (default: 1)", toCount)
    .option(
      "--shards <n>",
      "pieces of a batch, which decide the result; at least as many as workers (default: 1, or 8 with several workers)",
      toCount,
    )
    .option("--time-limit <time>", "stop after a time such as 90s, 10m or 2h", toSeconds)
    .option(
      "--resume",
      "continue the unfinished run in the model file, with its options; the result is bit-identical",
    )
    .addOption(
      new Option("--force", "replace the model file, even if its content would be lost").conflicts([
        "resume",
      ]),
    )
    .optionsGroup("Reports and checkpoints:")
    .option("--checkpoint-every <steps>", "steps between checkpoints (default: one per minute)", toCount)
    .option("--sample-every <steps>", "steps between samples of generated text", toCount)
    .option("--quiet", "print errors only")
    .addOption(new Option("--json", "report as JSON lines").conflicts(["quiet"]))
    .addHelpText(
      "after",
      example(
        ["bptt train book.txt -o book.safetensors", "a model of a book"],
        ["bptt train names.txt -o names.safetensors --lines --epochs 50", "a model that invents names"],
        ["bptt train book.txt -o book.safetensors --resume", "continue where it stopped"],
      ),
    )
    .action(async (files: string[], options: TrainOptions, command: Command) => {
      if (options.resume) refuseSettings(command);
      process.exitCode = await train(files, options);
    });
}

async function train(files: readonly string[], options: TrainOptions): Promise<number> {
  const {
    output: file,
    resume,
    force,
    lines: asLines,
    words,
    timeLimit,
    checkpointEvery,
    sampleEvery,
  } = options;
  using _ = await OutputFiles.claim([file], {
    inputs: files,
    force: force === true,
    objection: resume ? () => Promise.resolve(undefined) : trainObjection,
  });
  const wanted = fitOptionsOf(options);
  const { cell, hidden: hiddenSize, layers, dropout, seed } = options;
  const model = {
    ...{ cell, hiddenSize, layers, dropout, seed },
    tokens: words ? "words" : "characters",
    ...(options.maxTokens === undefined ? {} : { maxTokens: options.maxTokens }),
  } as const;
  const limit = {
    ...(timeLimit === undefined ? {} : { timeLimitSeconds: timeLimit }),
    ...(options.workers === undefined ? {} : { workers: options.workers }),
  };
  const following = {
    reporter: reporterOf(options),
    file,
    checkpointEvery,
    sampleEvery,
    toResume: resumeCommand(files, file),
  };
  try {
    const prepared = resume
      ? await unfinished(files, file, limit)
      : await fresh(files, { file, asLines: asLines === true, model, fit: wanted });
    return await follow(prepared, following);
  } catch (error) {
    throw onCommandLine(error, { text: textPlace(files) });
  }
}

function fitOptionsOf(options: TrainOptions): TextFitOptions {
  const { epochs, steps, batch, length, learningRate: rate, schedule, clip, validation, patience } = options;
  if (patience !== undefined && validation === 0)
    throw new UsageError("--patience: expected a --validation above 0 with it");
  return {
    ...(epochs === undefined ? {} : { epochs }),
    ...(steps === undefined ? {} : { steps }),
    batchSize: batch,
    sequenceLength: length,
    learningRate: schedule === undefined ? rate : parseSchedule(schedule, { rate, steps }),
    clipNorm: clip === "none" ? false : clip,
    validationFraction: validation,
    ...(patience === undefined ? {} : { patience }),
    ...(options.shards === undefined ? {} : { shards: options.shards }),
    ...(options.workers === undefined ? {} : { workers: options.workers }),
    ...(options.timeLimit === undefined ? {} : { timeLimitSeconds: options.timeLimit }),
  };
}

function refuseSettings(command: Command): void {
  const given = SETTINGS.find((name) => command.getOptionValueSource(name) === "cli");
  if (given === undefined) return;
  const flag = command.options.find((option) => option.attributeName() === given)?.long ?? given;
  throw new UsageError(`${flag}: expected none with --resume, which continues with the options of its run`);
}

function reporterOf({ quiet, json: asJson }: TrainOptions): Reporter {
  if (quiet) return silent;
  if (asJson) return json();
  return isTerminal() ? bar() : lines();
}

function toNormOrNone(text: string): number | "none" {
  return text === "none" ? text : toNumber(text);
}
