/** The summary of a model file as a table. */

import { counted, fileSize, grouped } from "../report/format.js";
import type { LastRun } from "bptt";
import type { Summary } from "./summary.js";
import type { TableRow } from "./table.js";

/** Number of tokens that are shown. */
const MOST_TOKENS = 60;

/** Returns the rows of a table. */
export function rowsOf(summary: Summary): readonly TableRow[] {
  const shapes = Object.entries(summary.shapes).map(([name, shape]): TableRow => [
    "",
    `${name.padEnd(16)}${shape.join("×")}`,
  ]);
  return [
    ["file", `${summary.file}, ${fileSize(summary.bytes)}`],
    ["format", formatOf(summary)],
    ["network", networkOf(summary)],
    ["parameters", grouped(summary.parameters)],
    ...shapes,
    ...(summary.series ? seriesRows(summary.series) : [["vocabulary", vocabularyOf(summary)] as const]),
    ...(summary.text ? [["text", textOf(summary.text)] as const] : []),
    ...(summary.trained ? [["trained", trainedOf(summary.trained)] as const] : []),
    ...(summary.trained && !summary.optimizer ? [] : [["training", trainingOf(summary)] as const]),
  ];
}

function formatOf({ format, text, series }: Summary): string {
  if (text) return `${format}, a text model`;
  return series ? `${format}, a forecaster` : format;
}

function seriesRows(series: NonNullable<Summary["series"]>): TableRow[] {
  const { horizon, seasons, quantiles, past, future, fixed, calibrated, columns } = series;
  const covariates = Object.entries({ past, future, fixed }).filter(([, names]) => names.length > 0);
  const forecasts = [
    counted(horizon, "value"),
    seasons.length === 0 ? "no season" : `season ${seasons.join(" and ")}`,
    `quantiles ${quantiles.join(" ")}`,
    ...(calibrated ? ["calibrated"] : []),
  ];
  const read = columns && [columns.value, columns.time, columns.id].filter((name) => name !== undefined);
  return [
    ["forecasts", forecasts.join(", ")],
    ...(read ? [["columns", read.join(", ")] as const] : []),
    ...covariates.map(([kind, names]): TableRow => [kind, names.join(", ")]),
  ];
}

function networkOf(summary: Summary): string {
  const { cell, resetAfter, layers, hiddenSize, bidirectional, inputSize, outputSize, dropout } = summary;
  return [
    cell + (resetAfter === false ? " that resets before the product" : ""),
    `${counted(layers, "layer")} of ${hiddenSize}${bidirectional ? " in two directions" : ""}`,
    `${inputSize} in, ${outputSize === null ? "no output layer" : `${outputSize} out`}`,
    ...(dropout ? [`dropout ${dropout}`] : []),
  ].join(", ");
}

function vocabularyOf({ vocabulary }: Summary): string {
  if (vocabulary === null) return "none in the file";
  const { tokens, unknown } = vocabulary;
  const shown = tokens
    .slice(0, MOST_TOKENS)
    .map((token) => JSON.stringify(token).slice(1, -1).replace(" ", "␣"));
  const more = tokens.length > MOST_TOKENS ? " …" : "";
  const rest = unknown === undefined ? "" : `; others are read as ${unknown}`;
  return `${counted(tokens.length, "token")}: ${shown.join(" ")}${more}${rest}`;
}

function textOf({ kind, tokens, end }: NonNullable<Summary["text"]>): string {
  const rules: Record<string, string> = {
    listed: "the vocabulary's tokens",
    function: "a function of its program",
  };
  const what = rules[tokens] ?? tokens;
  return kind === "text" ? `one long text by ${what}` : `texts that begin and end at ${end}, by ${what}`;
}

/** Describes the end and the settings of the last run. */
function trainedOf({ stopped, steps, epochs, loss, validation, best, optimizer, settings }: LastRun): string {
  const { batchSize, sequenceLength, learningRate, clipNorm, validationFraction, seed } = settings;
  const rate = typeof learningRate === "object" && learningRate !== null ? learningRate.kind : learningRate;
  const kept = best ?? validation;
  return [
    `${counted(steps, "step")}, ${counted(epochs, "epoch")}`,
    ...(stopped === "early"
      ? ["no further improvement"]
      : stopped === "diverged"
        ? ["then it diverged"]
        : []),
    ...(loss === null ? [] : [`loss ${loss.toFixed(3)}`]),
    ...(kept ? [`validation ${kept.loss.toFixed(3)}${best ? ` at step ${grouped(best.step)}` : ""}`] : []),
    batchesOf({ batchSize, sequenceLength }),
    `${optimizer}${rate === null ? "" : ` at ${rate}`}`,
    clipNorm === false ? "no clipping" : `clip ${clipNorm}`,
    ...(validationFraction === 0 || validationFraction === undefined
      ? []
      : [`${validationFraction} for validation`]),
    `seed ${seed}`,
  ].join(", ");
}

/** Describes batches; those of a forecaster have no length. */
function batchesOf(settings: { batchSize?: unknown; sequenceLength?: unknown }): string {
  const { batchSize, sequenceLength } = settings;
  return `batches of ${String(batchSize)}${sequenceLength === undefined ? "" : `×${String(sequenceLength)}`}`;
}

function trainingOf({ run, optimizer, format }: Summary): string {
  if (run) {
    const { settings, state } = run;
    const all = settings.steps ?? undefined;
    const parts = [
      `interrupted at step ${grouped(state.step)}${all === undefined ? "" : ` of ${grouped(all)}`}`,
      `epoch ${state.epoch}${settings.epochs ? ` of ${settings.epochs}` : ""}`,
    ];
    if (state.last) parts.push(`loss ${state.last.loss.toFixed(3)}`);
    if (state.validation) parts.push(`validation ${state.validation.loss.toFixed(3)}`);
    parts.push(batchesOf(settings));
    if (optimizer) parts.push(optimizer.kind);
    return `${parts.join(", ")}; bptt train --resume continues it`;
  }
  if (optimizer) return `the state of ${optimizer.kind} after ${counted(optimizer.steps, "step")}`;
  return format === "bptt" ? "no unfinished run" : "not in the file";
}
