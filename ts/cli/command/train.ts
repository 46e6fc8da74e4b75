/** `bptt train`: trains a text model or a forecaster on files, or continues an unfinished run. */

import type { Cell, TextFitOptions } from "bptt";
import { Option, type Command } from "commander";
import { UsageError } from "../failure.js";
import { onCommandLine } from "../flags.js";
import { example } from "../help.js";
import { readBytes } from "../input.js";
import { trainObjection } from "../model/existing.js";
import { isForecaster } from "../model/forecaster.js";
import { OutputFiles } from "../output-file.js";
import { resumeCommand } from "../resume-command.js";
import { isTerminal } from "../output.js";
import { bar } from "../report/bar.js";
import { json } from "../report/json.js";
import { lines } from "../report/lines.js";
import { silent, type Reporter } from "../report/reporter.js";
import { parseSchedule, SYNTAX } from "../schedule.js";
import { fresh, textPlace, unfinished, type Prepared } from "../start-run.js";
import { freshSeries, unfinishedSeries, type FreshSeries } from "../start-series.js";
import { follow } from "../training.js";
import { toCount, toInteger, toNames, toNumber, toNumbers, toSeconds } from "../values.js";

interface TrainOptions extends SeriesFlags {
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

/** Options that describe the series. */
interface SeriesFlags {
  forecast?: number;
  season?: number | number[] | "auto";
  value?: string;
  time?: string;
  id?: string;
  past?: string[];
  future?: string[];
  fixed?: string[];
  quantiles?: number[];
  gaps?: "error" | "missing";
  decimalComma?: true;
}

/** Options of a forecaster that `--resume` cannot change. */
const SERIES_SETTINGS = [
  ...(["forecast", "season", "value", "time", "id", "past", "future"] as const),
  ...(["fixed", "quantiles", "gaps"] as const),
] satisfies (keyof SeriesFlags)[];
/** Options that a forecaster does not have. */
const TEXT_SETTINGS = [
  "lines",
  "words",
  "maxTokens",
  "length",
  "sampleEvery",
] satisfies (keyof TrainOptions)[];

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
  ...SERIES_SETTINGS,
  ...(["learningRate", "schedule", "clip", "shards", "validation", "patience", "seed"] as const),
] satisfies (keyof TrainOptions)[];

/** Adds the command. */
export function defineTrain(program: Command): void {
  program
    .command("train")
    .summary("train a text model or a forecaster on files, or continue an unfinished run")
    .description(
      "Train a text model on files. Several files are joined to one long text. With --lines each line is a separate text, " +
        "and the model learns where texts end. Texts are UTF-8; CR LF is read as LF.\n\n" +
        "With --forecast it trains a forecaster on the series in a CSV file, which bptt forecast and bptt backtest read. The file has a header; " +
        "fields are separated by commas, semicolons or tabs.\n\n" +
        "The model file is written every minute and at the end, and is complete at any moment. Ctrl-C finishes the step, saves and prints the command " +
        "that continues the run; a second Ctrl-C ends at once.",
    )
    .argument("<file...>", "texts, or one CSV file with --forecast; - for standard input")
    .requiredOption("-o, --output <model>", "the model file (safetensors)")
    .optionsGroup("The text:")
    .option("--lines", "treat each line that is not empty as a separate text")
    .option("--words", "learn words, not characters")
    .option(
      "--max-tokens <n>",
      "keep the n most frequent tokens; all others become the unknown token",
      toCount,
    )
    .optionsGroup("The series:")
    .option("--forecast <n>", "train a forecaster of n values", toCount)
    .option(
      "--season <n>",
      "steps after which the series repeat, such as 12 or 24,168; auto for those of the times",
      toSeason,
    )
    .option("--value <column>", "the values (default: the only column of numbers)")
    .option("--time <column>", "the times, ISO dates (default: the only column of dates)")
    .option("--id <column>", "the names of several series")
    .option("--past <columns>", "covariates that are known up to now", toNames)
    .option("--future <columns>", "covariates that are known ahead", toNames)
    .option("--fixed <columns>", "facts about each series", toNames)
    .option("--quantiles <levels>", "levels of the bands (default: 0.1,0.5,0.9)", toNumbers)
    .addOption(
      new Option(
        "--gaps <how>",
        "how to read skipped times: an error or missing values (default: error)",
      ).choices(["error", "missing"]),
    )
    .option("--decimal-comma", "read numbers such as 1.234,5")
    .optionsGroup("The network:")
    .addOption(
      new Option("--cell <kind>", "the recurrent cell")
        .choices(["tanh", "relu", "gru", "lstm"])
        .default("gru"),
    )
    .option("--hidden <n>", "hidden size (of a forecaster: 64)", toCount, 128)
    .option("--layers <n>", "number of recurrent layers", toCount, 1)
    .option("--dropout <share>", "fraction of the values dropped between layers", toNumber, 0)
    .optionsGroup("The run:")
    .addOption(
      new Option(
        "--epochs <n>",
        "passes over the text (default: 10, or more for at least 1000 steps; of a forecaster 15 or 400)",
      ).argParser(toCount),
    )
    .addOption(
      new Option("--steps <n>", "updates, instead of epochs").argParser(toCount).conflicts(["epochs"]),
    )
    .option("--batch <n>", "batch size: parts of the text, or lines, in one step", toCount, 32)
    .option("--length <n>", "sequence length: tokens through which gradients flow back", toCount, 64)
    .option("--learning-rate <rate>", "learning rate (of a forecaster: a cosine from 0.005)", toNumber, 0.002)
    .option("--schedule <schedule>", `learning-rate schedule: ${SYNTAX}`)
    .option("--clip <norm>", "largest norm of the gradients, or none", toNormOrNone, 1)
    .option(
      "--validation <share>",
      "fraction of the text or of each series for validation after each epoch",
      toNumber,
      0,
    )
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
        [
          "bptt train sales.csv -o sales.safetensors --forecast 12 --season 12 --validation 0.2",
          "a forecaster of monthly sales",
        ],
        ["bptt train book.txt -o book.safetensors --resume", "continue where it stopped"],
      ),
    )
    .action(async (files: string[], options: TrainOptions, command: Command) => {
      if (options.resume) refuseSettings(command);
      else refuseOtherKind(command, options.forecast !== undefined);
      process.exitCode = await train(files, options, (name) => command.getOptionValueSource(name) === "cli");
    });
}

async function train(
  files: readonly string[],
  options: TrainOptions,
  isGiven: (name: keyof TrainOptions) => boolean,
): Promise<number> {
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
    const series = { file, limit, decimalComma: options.decimalComma === true };
    const prepared = resume
      ? await unfinishedOf(files, series)
      : options.forecast !== undefined
        ? await freshSeries(onlyFile(files), freshSeriesOf(options, isGiven, wanted))
        : await fresh(files, { file, asLines: asLines === true, model, fit: wanted });
    return await follow(prepared, following);
  } catch (error) {
    throw onCommandLine(error, { text: textPlace(files) });
  }
}

/** Prepares the unfinished run of a model file of either kind. */
async function unfinishedOf(
  files: readonly string[],
  {
    file,
    ...series
  }: { file: string; limit: Pick<TextFitOptions, "timeLimitSeconds" | "workers">; decimalComma: boolean },
): Promise<Prepared> {
  const bytes = await readBytes(file);
  return isForecaster(bytes)
    ? unfinishedSeries(onlyFile(files), file, { bytes, ...series })
    : unfinished(files, file, series.limit);
}

function onlyFile(files: readonly string[]): string {
  const [file = "", ...others] = files;
  if (others.length > 0) throw new UsageError(`expected one CSV file with series, received ${files.length}`);
  return file;
}

/** The settings of a forecaster. Options that are not given have the defaults of the library. */
function freshSeriesOf(
  options: TrainOptions,
  isGiven: (name: keyof TrainOptions) => boolean,
  { sequenceLength: _, learningRate, batchSize, ...fit }: TextFitOptions,
): FreshSeries {
  const { output: file, forecast: horizon = 1, season, quantiles, gaps, decimalComma } = options;
  const { value, time, id, past, future, fixed, hidden, cell, layers, dropout, seed } = options;
  const flags = defined({ value, time, id, past, future, fixed });
  const rate =
    options.schedule === undefined
      ? learningRate
      : parseSchedule(options.schedule, {
          rate: isGiven("learningRate") ? options.learningRate : 0.005,
          steps: options.steps,
        });
  return {
    file,
    flags,
    decimalComma: decimalComma === true,
    model: {
      ...{ horizon, cell, layers, dropout, seed },
      ...defined({ season, quantiles, gaps }),
      ...(isGiven("hidden") && { hiddenSize: hidden }),
    },
    fit: {
      ...fit,
      ...(isGiven("batch") && { batchSize }),
      ...((isGiven("learningRate") || options.schedule !== undefined) && { learningRate: rate }),
    },
  };
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

/** Refuses options of text for a forecaster, and options of series for a text model. */
function refuseOtherKind(command: Command, isForecaster: boolean): void {
  const names: readonly string[] = isForecaster ? TEXT_SETTINGS : SERIES_SETTINGS;
  const given = names.find((name) => command.getOptionValueSource(name) === "cli");
  if (given === undefined) return;
  const flag = command.options.find((option) => option.attributeName() === given)?.long ?? given;
  throw new UsageError(
    isForecaster ? `${flag}: expected none with --forecast` : `${flag}: expected --forecast with it`,
  );
}

function toSeason(text: string): number | number[] | "auto" {
  if (text === "auto") return text;
  const periods = toNumbers(text);
  return periods.length === 1 ? periods[0] : periods;
}

/** Returns the properties that are not undefined. */
function defined<Values extends object>(
  values: Values,
): { [Name in keyof Values]?: NonNullable<Values[Name]> } {
  const entries: unknown = Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  );
  return entries as { [Name in keyof Values]?: NonNullable<Values[Name]> };
}

function reporterOf({ quiet, json: asJson }: TrainOptions): Reporter {
  if (quiet) return silent;
  if (asJson) return json();
  return isTerminal() ? bar() : lines();
}

function toNormOrNone(text: string): number | "none" {
  return text === "none" ? text : toNumber(text);
}
