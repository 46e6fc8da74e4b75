/** Formats numbers and lines of reports. */

import type { Report, RunResult } from "bptt";
import type { Beginning, Result } from "./reporter.js";

/** Formats a whole number with thin spaces: 1 234 567. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** Formats a number with a noun in the singular or plural. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Formats the size of a file in units of 1000: 950 bytes, 12.3 kB, 4.5 MB. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return counted(bytes, "byte");
  const [unit = "GB", size = 1e9] = bytes < 999_950 ? ["kB", 1e3] : bytes < 999_950_000 ? ["MB", 1e6] : [];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}

/** Formats a speed: 950, 12.3k, 4.5M. */
export function short(value: number): string {
  if (value >= 999_500) return `${(value / 1e6).toFixed(1)}M`;
  return value >= 999.5 ? `${(value / 1e3).toFixed(1)}k` : value.toFixed(0);
}

/** Formats a number with four significant digits, without an exponent where it is of usual size. */
export function significant(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-4) return value.toExponential(3);
  if (size >= 1000) return value.toFixed(size >= 9999.5 ? 0 : 1);
  return String(Number(value.toPrecision(4)));
}

/** Formats a time: 0:07, 12:34, 3:04:05. */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Describes the network and the data of a run. */
export function beginningLine(beginning: Beginning): string {
  const { cell, hiddenSize, layers, parameters } = beginning;
  const network = `${cell} ${hiddenSize}${layers > 1 ? `×${layers}` : ""}, ${counted(parameters, "parameter")}`;
  return `${dataOf(beginning)}; ${network}`;
}

function dataOf(beginning: Beginning): string {
  if (beginning.unit === "value") {
    const { value, time, series, rows, horizon, seasons } = beginning;
    return [
      `${series === 1 ? "1 series" : `${grouped(series)} series`} of ${value}${time === undefined ? "" : ` by ${time}`}`,
      counted(rows, "row"),
      `horizon ${horizon}`,
      seasons.length === 0 ? "no season" : `season ${seasons.join(" and ")}`,
    ].join(", ");
  }
  const { texts, characters, vocabulary, unit } = beginning;
  const lines = texts === undefined ? "" : `${counted(texts, "line")}, `;
  return `${lines}${counted(characters, "character")}, ${grouped(vocabulary)} different ${unit}s`;
}

/** Describes the position of a run. */
export function position({ step, epoch }: Report, { epochs, steps }: Beginning): string {
  if (steps !== undefined) return `step ${step}/${steps}`;
  return `step ${step}  epoch ${epochs === undefined ? epoch : `${epoch}/${epochs}`}`;
}

/** Describes losses, speed and remaining time. */
export function measures(
  { loss, validationLoss, tokensPerSecond, etaSeconds }: Report,
  { unit }: Beginning,
): string[] {
  return [
    `loss ${loss.toFixed(3)}`,
    ...(validationLoss === undefined ? [] : [`validation ${validationLoss.toFixed(3)}`]),
    `${short(tokensPerSecond)} ${unit}s/s`,
    ...(etaSeconds === undefined ? [] : [`${clock(etaSeconds)} left`]),
  ];
}

const REASONS: Readonly<Record<RunResult["stopped"], string>> = {
  finished: "done",
  early: "done: the validation loss no longer falls",
  timeLimit: "the time limit was reached",
  stopped: "stopped",
  aborted: "stopped",
  diverged: "diverged",
};

/** Describes the result of a run. */
export function endLine(result: Result): string {
  const { stopped, steps, keptStep, loss, validationLoss, seconds, heldOut } = result;
  const parts = [
    REASONS[stopped],
    `${counted(steps, "step")} in ${clock(seconds)}`,
    `loss ${loss.toFixed(3)}`,
  ];
  if (validationLoss !== undefined) parts.push(`validation ${validationLoss.toFixed(3)}`);
  if (keptStep !== steps) parts.push(`the weights are those of step ${grouped(keptStep)}`);
  if (heldOut !== undefined) {
    const { mae, naive, seasonalNaive } = heldOut;
    const baselines = `naive ${significant(naive.mae)}, seasonal naive ${significant(seasonalNaive.mae)}`;
    parts.push(`MAE of the held-out values ${significant(mae)} (${baselines})`);
  }
  const [first = "", ...others] = parts;
  return `${first}; ${others.join(", ")}`;
}
