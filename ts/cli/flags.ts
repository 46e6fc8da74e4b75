/**
 * Errors of the library on the command line. They have the path of a value. Its first key is an argument or
 * an option of the library, whose value comes from a flag or from a file here.
 */

import {
  formatCheck,
  formatPath,
  isCheckError,
  withFields,
  type CheckError,
  type Key,
} from "../base/errors.js";
import type { Remedy } from "../base/remedy.js";
import { show } from "../base/show.js";
import { Failure, UsageError } from "./failure.js";
import type { DescribePlace } from "./places.js";

/** The flags that set options of the library. */
export const FLAGS: Readonly<Record<string, string>> = {
  allowUnknown: "--allow-unknown",
  batchSize: "--batch",
  bidirectional: "--bidirectional",
  cell: "--cell",
  clipNorm: "--clip",
  count: "--count",
  dropout: "--dropout",
  epochs: "--epochs",
  exclude: "--exclude",
  every: "--every",
  gaps: "--gaps",
  head: "--head",
  hiddenSize: "--hidden",
  horizon: "--forecast",
  layers: "--layers",
  learningRate: "--learning-rate",
  length: "--length",
  maxTokens: "--max-tokens",
  patience: "--patience",
  prefix: "--prefix",
  prompt: "--prompt",
  quantiles: "--quantiles",
  season: "--season",
  seed: "--seed",
  sequenceLength: "--length",
  shards: "--shards",
  steps: "--steps",
  stop: "--stop",
  temperature: "--temperature",
  timeLimitSeconds: "--time-limit",
  topK: "--top-k",
  topP: "--top-p",
  useBias: "--no-bias",
  validationFraction: "--validation",
  vocabulary: "--vocabulary",
  windows: "--windows",
  workers: "--workers",
};

/** The places of values that come from files, by the arguments of the library. */
export type Contents = Readonly<Record<string, DescribePlace>>;

const NOT_GIVEN = show(undefined);

/**
 * Converts an error of the library to one with a place on the command line: an error about the content of a
 * file is a failure, one about a flag is wrong usage. Other errors are returned unchanged.
 *
 * @param own flags of the command that are not those of the other commands
 */
export function onCommandLine(
  thrown: unknown,
  contents: Contents = {},
  own: Readonly<Record<string, string>> = {},
): unknown {
  if (!isCheckError(thrown)) return thrown;
  const error = withFlags(thrown, own);
  const [root = "", ...keys] = error.path;
  const place = contents[root];
  if (place !== undefined) return new Failure(sentenceAt(place(keys), error), 1, { cause: error });
  const flag = own[root] ?? FLAGS[root];
  return flag === undefined ? error : new UsageError(sentenceAt(inFlag(flag, keys), error));
}

/** Returns the sentence of a failed check at a place on the command line. */
export function sentenceAt(place: string, error: CheckError): string {
  const { expected, received, hint } = error;
  return formatCheck(place, {
    expected,
    received: received === NOT_GIVEN ? "none" : received,
    ...(hint !== undefined && { hint }),
  });
}

/** The error with flags in its hint, if it says which options of the library help. */
function withFlags(error: CheckError, own: Readonly<Record<string, string>>): CheckError {
  const { remedy } = error as { remedy?: Remedy };
  if (remedy === undefined) return error;
  const flags = Object.entries(remedy.options).map(([name, value]) => {
    const flag = own[name] ?? FLAGS[name] ?? name;
    return value === true || value === undefined ? flag : `${flag} ${show(value)}`;
  });
  return withFields(error, { hint: `${flags.join(" ")} ${remedy.effect}` });
}

/** Returns the place of a value within a flag, whose elements are tokens. */
function inFlag(flag: string, [key, ...keys]: readonly Key[]): string {
  if (typeof key === "number") return `${flag}, token ${key + 1}`;
  return key === undefined ? flag : formatPath([flag, key, ...keys]);
}
