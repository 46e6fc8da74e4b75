/** Prepares a run: a new model of a text, or the interrupted run of a model file. */

import {
  CharRnn,
  type CharRnnOptions,
  type Report,
  type ResumeOptions,
  type Rnn,
  type Run,
  type Text,
  type TextFitOptions,
} from "bptt";
import { isCheckError } from "../base/errors.js";
import { Failure } from "./failure.js";
import { linesOf, nameOf, readBytes, readTexts } from "./input.js";
import { metadataOf, type Metadata } from "./model/metadata.js";
import { runOf } from "./model/summary.js";
import { textModelOf } from "./model/text-model.js";
import { inFile, type DescribePlace } from "./places.js";
import type { Beginning, TextBeginning } from "./report/reporter.js";

/** A model and a function that starts its run. */
export interface Prepared {
  /** Returns the bytes of the model file, with an unfinished run. */
  readonly save: () => Uint8Array<ArrayBuffer>;
  /** Further texts of the model file. */
  readonly texts?: Metadata;
  /** Returns a text that the model generates at a step; undefined for models of other things than text. */
  readonly sample: ((step: number) => string) | undefined;
  readonly beginning: Beginning;
  /** Starts the run. It can be called once, because it then releases the text. */
  readonly start: Start;
}

/** Starts a run that pauses by itself after every `pauseEvery` steps. */
export type Start = (
  onProgress: (report: Report) => void,
  pauseEvery: number | undefined,
) => Run<Uint8Array<ArrayBuffer>>;

/** Weights are sent only when the run pauses, because nobody needs them in between. */
export const IN_A_WORKER = { worker: true, snapshotsPerSecond: 0 } as const;

const SAMPLE = { length: 200, temperature: 0.8 };

/** The settings of a new run. */
export interface Fresh {
  /** The model file. */
  readonly file: string;
  readonly asLines: boolean;
  readonly model: Omit<CharRnnOptions, "text" | "vocabulary" | "kind" | "unknown">;
  readonly fit: TextFitOptions;
}

/** Prepares a new model of a text. */
export async function fresh(
  files: readonly string[],
  { file, asLines, model, fit }: Fresh,
): Promise<Prepared> {
  const text = await readKind(files, asLines);
  const made = new CharRnn({ ...model, text });
  const { epochs, steps } = fit;
  const beginning = { ...describe(made, text, file), unit: unitOf(model.tokens), epochs, steps };
  return {
    ...actionsOf(made),
    beginning,
    start: once(text, (given, listening) => made.fit(given, { ...fit, ...listening })),
  };
}

/** Prepares the run of a model file. */
export async function unfinished(
  files: readonly string[],
  file: string,
  limit: Pick<TextFitOptions, "timeLimitSeconds" | "workers">,
): Promise<Prepared> {
  const bytes = await readBytes(file);
  const model = textModelOf(bytes, file);
  if (!model.resumable) throw new Failure(`${file}: expected an unfinished run, received a finished model`);
  const text = await readKind(files, model.kind === "list");
  const { tokens, epochs, steps } = runOf(metadataOf(bytes));
  const beginning = { ...describe(model, text, file), unit: unitOf(tokens), epochs, steps };
  const start = once(text, (given, listening) => {
    try {
      return model.resume(given, { ...limit, ...listening });
    } catch (error) {
      if (!isCheckError(error) || error.path[0] !== "text") throw error;
      throw new Failure(`${namesOf(files)}: expected the text with which the run in ${file} began`);
    }
  });
  return { ...actionsOf(model), beginning, start };
}

function actionsOf(model: CharRnn): Pick<Prepared, "save" | "sample"> {
  return {
    save: () => model.save({ optimizer: true }),
    sample: (step) => sampleOf(model, step),
  };
}

/**
 * Returns a text that the model generates at a step: for a list model a whole text, otherwise a continuation
 * of a new line.
 */
function sampleOf(model: CharRnn, step: number): string {
  const { tokens } = model.vocabulary;
  const first = tokens.find((token) => token.startsWith("\n")) ?? tokens[0] ?? "";
  return model.generate({ ...SAMPLE, prompt: model.kind === "list" ? "" : first, seed: step }).trim();
}

async function readKind(files: readonly string[], asLines: boolean): Promise<Text> {
  const whole = await readTexts(files);
  if (!asLines) return whole;
  const lines = linesOf(whole);
  if (lines.length > 0) return lines;
  throw new Failure(`${namesOf(files)}: expected at least one line that is not empty`);
}

/** Returns the place of the text of these files, whose tokens are counted over all of them. */
export function textPlace(files: readonly string[]): DescribePlace {
  return inFile(namesOf(files));
}

function namesOf(files: readonly string[]): string {
  return files.map(nameOf).join(", ");
}

/** Passes the text on once and then releases it: the run stores only ids, of one byte each. */
function once(
  text: Text,
  work: (text: Text, listening: ResumeOptions) => Run<Uint8Array<ArrayBuffer>>,
): Start {
  let held: Text | undefined = text;
  return (onProgress, pauseEvery) => {
    const given = held as Text;
    held = undefined;
    return work(given, { ...IN_A_WORKER, onProgress, ...(pauseEvery !== undefined && { pauseEvery }) });
  };
}

function describe(
  model: CharRnn,
  text: Text,
  file: string,
): Omit<TextBeginning, "unit" | "epochs" | "steps"> {
  const { rnn, vocabulary } = model;
  const [texts, characters] =
    typeof text === "string"
      ? [undefined, codePoints(text)]
      : [text.length, text.reduce((sum, line) => sum + codePoints(line), 0)];
  return { file, ...networkOf(rnn), vocabulary: vocabulary.size, characters, texts };
}

/** Describes a network at the beginning of a run. */
export function networkOf(rnn: Rnn): Pick<Beginning, "cell" | "hiddenSize" | "layers" | "parameters"> {
  const { cell, hiddenSize, layers } = rnn;
  const parameters = Object.values(rnn.parameters).reduce((sum, { data }) => sum + data.length, 0);
  return { cell, hiddenSize, layers, parameters };
}

function unitOf(tokens: unknown): TextBeginning["unit"] {
  if (tokens === "words") return "word";
  return tokens === "characters" ? "character" : "token";
}

/** Counts all UTF-16 units except the second halves of pairs. */
function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) count--;
  return count;
}
