/** `bptt generate`: prints the text that a model generates, each token as soon as it is certain. */

import type { Command } from "commander";
import type { CharRnn, GenerateOptions } from "bptt";
import { escapedLines, jsonLine } from "../escape.js";
import { onCommandLine } from "../flags.js";
import { example } from "../help.js";
import { readTextModel } from "../model/text-model.js";
import { ClosedOutput, write } from "../output.js";
import { toCount, toInteger, toNumber } from "../values.js";

interface Options extends GenerateOptions {
  json?: boolean;
}

/** Adds the command. */
export function defineGenerate(program: Command): void {
  program
    .command("generate")
    .summary("write text with a model")
    .description(
      "Write text with a model. The prompt comes first, then what the model writes after it, character by character. " +
        "The same command writes the same text, and another --seed another text. In a terminal, control characters and marks of direction are shown as " +
        "escapes; a pipe or a file gets the text unchanged.",
    )
    .argument("<model>", "a text model; - for standard input")
    .option(
      "-p, --prompt <text>",
      "the beginning of the text (default: nothing for a model of lines, otherwise a new line or the first token of the vocabulary)",
    )
    .option(
      "-n, --length <n>",
      "largest number of characters, or of other tokens of the model (default: 200)",
      toInteger,
    )
    .option(
      "-t, --temperature <x>",
      "values below 1 make likely tokens more likely; 0 always takes the most likely one (default: 1)",
      toNumber,
    )
    .option("--top-k <n>", "sample from the n most likely tokens", toCount)
    .option(
      "--top-p <x>",
      "sample from the fewest most likely tokens whose probabilities sum to this",
      toNumber,
    )
    .option("--stop <text>", "stop before this text")
    .option("--exclude <token...>", "tokens that are never written")
    .option("--allow-unknown", "allow the unknown token to be written")
    .option("--seed <n>", "seed of the sampling (default: 0)", toInteger)
    .option(
      "-c, --count <n>",
      "number of texts; a model of lines writes one per line, others separate them by a line ----",
      toCount,
    )
    .option("--json", "print a line of JSON for each text: { prompt, text }")
    .addHelpText(
      "after",
      example(
        [`bptt generate book.safetensors --prompt "The " --temperature 0.8`, "continue a text"],
        ["bptt generate names.safetensors --count 5", "five names"],
      ),
    )
    .action(generate);
}

async function generate(path: string, { json, ...given }: Options): Promise<void> {
  using model = await readTextModel(path);
  const options = { ...given, prompt: given.prompt ?? beginning(model) };
  const shown = given.prompt ?? "";
  try {
    if (json) await writeJson(model, options);
    else if (options.count === undefined) await stream(model, options, shown);
    else await writeAll(model, options, shown);
  } catch (error) {
    if (error instanceof ClosedOutput) return; // the reader has closed the pipe
    throw onCommandLine(error);
  }
}

/** Returns a prompt for a model that needs one: a position at which a text can begin. */
function beginning({ kind, vocabulary }: CharRnn): string {
  if (kind === "list") return "";
  return vocabulary.has("\n") ? "\n" : (vocabulary.tokens[0] ?? "");
}

async function stream(model: CharRnn, options: GenerateOptions, shown: string): Promise<void> {
  let last = "";
  const tokens = model.stream(options);
  for (let next = tokens.next(), before = shown; ; next = tokens.next(), before = "") {
    const text = before + (next.done ? "" : next.value);
    if (text !== "") await write(shownText((last = text)));
    if (next.done) break;
  }
  if (!last.endsWith("\n")) await write("\n");
}

async function writeAll(model: CharRnn, options: GenerateOptions, shown: string): Promise<void> {
  const texts = model.generate({ ...options, count: options.count ?? 1 });
  const between = model.kind === "list" ? "" : "----\n";
  for (const [k, text] of texts.entries()) {
    const whole = shown + text;
    await write((k > 0 ? between : "") + shownText(whole) + (whole.endsWith("\n") ? "" : "\n"));
  }
}

/**
 * Returns a model's text unchanged for a program or a file, and without control characters for a terminal.
 */
function shownText(text: string): string {
  return process.stdout.isTTY ? escapedLines(text) : text;
}

async function writeJson(model: CharRnn, { count = 1, ...options }: GenerateOptions): Promise<void> {
  const { prompt } = options;
  for (const text of model.generate({ ...options, count })) await write(`${jsonLine({ prompt, text })}\n`);
}
