/**
 * Parses a learning-rate schedule that is written as one word:
 *
 *     [warmup:N+] constant | linear[:STEPS[:TO]] | cosine[:STEPS[:TO]] | step:EVERY:FACTOR
 *
 * If the number of steps is omitted, it is that of the run.
 */

import { constant, cosine, linear, stepDecay, warmup, type PlainSchedule, type Schedule } from "bptt";
import { formatPath, isCheckError } from "../base/errors.js";
import { UsageError } from "./failure.js";
import { sentenceAt } from "./flags.js";

/** The syntax of a schedule, for the help. */
export const SYNTAX = "[warmup:N+]constant | linear[:STEPS[:TO]] | cosine[:STEPS[:TO]] | step:EVERY:FACTOR";

/** The initial rate, and the number of steps of the run if it is known. */
export interface ScheduleSettings {
  readonly rate: number;
  readonly steps: number | undefined;
}

/** Parses a schedule. */
export function parseSchedule(text: string, settings: ScheduleSettings): Schedule {
  try {
    return parse(text, settings);
  } catch (error) {
    if (!isCheckError(error)) throw error;
    throw new UsageError(sentenceAt(`--schedule ${text}: ${formatPath(error.path)}`, error));
  }
}

function parse(text: string, settings: ScheduleSettings): Schedule {
  const [, warm, rest = ""] = /^(?:warmup:(\d+)\+)?(.*)$/s.exec(text) ?? [];
  const [kind = "", ...numbers] = rest.split(":");
  const plain = parsePlain(kind, numbers.map(toFinite), text, settings);
  return warm === undefined ? plain : warmup(Number(warm), plain);
}

function parsePlain(
  kind: string,
  numbers: readonly (number | undefined)[],
  text: string,
  { rate, steps: all }: ScheduleSettings,
): PlainSchedule {
  if (numbers.includes(undefined)) throw wrong(text);
  const [first, second] = numbers;
  if (kind === "constant" && numbers.length === 0) return constant(rate);
  if ((kind === "linear" || kind === "cosine") && numbers.length <= 2) {
    const steps = first ?? all;
    if (steps === undefined) {
      throw new UsageError(
        `--schedule ${text}: expected the number of steps in it, as in ${kind}:2000, or --steps`,
      );
    }
    const way = { from: rate, to: second ?? 0, steps };
    return kind === "linear" ? linear(way) : cosine(way);
  }
  if (kind === "step" && first !== undefined && second !== undefined && numbers.length === 2)
    return stepDecay({ from: rate, every: first, factor: second });
  throw wrong(text);
}

function toFinite(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== "" && Number.isFinite(value) ? value : undefined;
}

function wrong(text: string): UsageError {
  return new UsageError(`--schedule: expected ${SYNTAX}, received ${JSON.stringify(text)}`);
}
