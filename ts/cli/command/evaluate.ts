/** `bptt evaluate`: measures how well a text model predicts a text. */

import type { EvaluationProgress } from "bptt";
import type { Command } from "commander";
import { jsonLine } from "../escape.js";
import { UsageError } from "../failure.js";
import { onCommandLine } from "../flags.js";
import { example } from "../help.js";
import { lineNumbersOf, linesOf, nameOf, readText } from "../input.js";
import { readTextModel } from "../model/text-model.js";
import { table } from "../model/table.js";
import { write } from "../output.js";
import { inLines, inText } from "../places.js";
import { EvaluationReporter } from "../report/evaluation.js";

/** Adds the command. */
export function defineEvaluate(program: Command): void {
  program
    .command("evaluate")
    .summary("measure how well a model predicts a text")
    .description(
      "Measure how well a model predicts a text: its loss in nats per token, bits per character, perplexity, and accuracy: the " +
        "share of tokens that were the most likely one. A model of lines reads the file line by line. It writes no file.",
    )
    .argument("<model>", "a text model; - for standard input")
    .argument("[file]", "a text in UTF-8; - for standard input", "-")
    .option("--json", "print one line of JSON: { loss, bitsPerCharacter, perplexity, accuracy }")
    .addHelpText(
      "after",
      example(["bptt evaluate book.safetensors other.txt", "a text that it has not seen"]),
    )
    .action(evaluate);
}

async function evaluate(modelPath: string, path: string, { json }: { json?: boolean }): Promise<void> {
  if (modelPath === "-" && path === "-")
    throw new UsageError("expected standard input once, received it as model and as text");
  using model = await readTextModel(modelPath);
  const text = await readText(path);
  const result = measure();
  if (json) return write(`${jsonLine(result)}\n`);
  const { loss, bitsPerCharacter, perplexity, accuracy } = result;
  await write(
    table([
      ["loss", `${loss.toFixed(4)} nats per token`],
      ["bits per character", bitsPerCharacter.toFixed(4)],
      ["perplexity", perplexity.toFixed(4)],
      ["accuracy", `${(100 * accuracy).toFixed(2)} %`],
    ]),
  );

  function measure() {
    const reporter = new EvaluationReporter();
    const onProgress = (progress: EvaluationProgress) => reporter.progress(progress);
    try {
      return model.evaluate(model.kind === "list" ? linesOf(text) : text, { onProgress });
    } catch (error) {
      const name = nameOf(path);
      const place = model.kind === "list" ? inLines(name, lineNumbersOf(text)) : inText(name);
      throw onCommandLine(error, { text: place });
    } finally {
      reporter.close();
    }
  }
}
