/** Forecasts as a table with a plot, as CSV and as JSON. */

import asciichart from "asciichart";
import type { Forecast, TimeValue } from "bptt";
import { escaped } from "../escape.js";
import { columns, styled } from "../output.js";
import { significant } from "./format.js";

const HEIGHT = 12;
const WIDEST = 80;
/** Columns of the axis. */
const AXIS = 12;
const LEAST = 8;

/** A forecast and the series that it continues. */
export interface NamedForecast {
  /** The name of the series, if the table has several. */
  readonly id: string | undefined;
  readonly history: readonly (number | null)[];
  readonly forecast: Forecast;
}

/** Returns forecasts as plots and tables for people. */
export function forecastText(all: readonly NamedForecast[]): string {
  return all
    .map(({ id, history, forecast }) => {
      const title = id === undefined ? "" : `${styled("bold", escaped(id))}\n`;
      const plot = bandPlot(history, forecast, Math.min(columns(), WIDEST));
      return title + (plot === undefined ? "" : `${styled("cyan", plot)}\n\n`) + tableOf(forecast);
    })
    .join("\n");
}

/** Returns forecasts as CSV with a header: the name of the series, the time or the step, and the quantiles. */
export function forecastCsv(
  all: readonly NamedForecast[],
  id: string | undefined,
  time: string | undefined,
): string {
  const levels = all[0]?.forecast.quantiles.map(({ level }) => String(level)) ?? [];
  const isTimed = all[0]?.forecast.times !== undefined;
  const header = [...(id === undefined ? [] : [id]), isTimed ? (time ?? "time") : "step", ...levels];
  const rows = all.flatMap(({ id: name, forecast }) =>
    Array.from(forecast.median, (_, k) => [
      ...(id === undefined ? [] : [name ?? ""]),
      stepName(forecast, k),
      ...forecast.quantiles.map(({ values }) => String(values[k])),
    ]),
  );
  return [header, ...rows].map((fields) => `${csvLine(fields)}\n`).join("");
}

/** Returns fields as a line of CSV. */
export function csvLine(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}

/** Returns a forecast as plain data for JSON. */
export function forecastData({ times, median, quantiles, extended }: Forecast): object {
  return {
    ...(times && { times: times.map(timeName) }),
    median: Array.from(median),
    quantiles: quantiles.map(({ level, values }) => ({ level, values: Array.from(values) })),
    extended,
  };
}

/** Returns a time as text. */
export function timeName(time: TimeValue): string {
  return typeof time === "string" ? time : new Date(time).toISOString();
}

/** Plots the end of the history, and after it the median and the edges of the widest band. Missing values repeat the one before. */
function bandPlot(
  history: readonly (number | null)[],
  { median, quantiles }: Forecast,
  width: number,
): string | undefined {
  const room = width - AXIS;
  if (room < LEAST) return undefined;
  const ahead = Array.from(median).slice(0, room - 2);
  const first = history.findIndex((value) => value !== null);
  const filled: number[] = [];
  for (const value of first < 0 ? [] : history.slice(first)) filled.push(value ?? (filled.at(-1) as number));
  const known = filled.slice(-Math.max(2, Math.min(room - ahead.length, 3 * ahead.length + 12)));
  const edges = [quantiles[0], quantiles.at(-1)].flatMap((quantile) => (quantile ? [quantile.values] : []));
  const lines = [...edges, median].map((values) => [...known, ...values.subarray(0, ahead.length)]);
  if (lines.flat().some((value) => !Number.isFinite(value)) || known.length === 0) return undefined;
  const spread = lines.flat();
  if (Math.max(...spread) === Math.min(...spread)) return undefined; // a constant needs no plot
  const plot = asciichart.plot(lines, {
    height: HEIGHT,
    format: (value) => significant(value).padStart(AXIS - 3),
  });
  return plot.replace(/ +$/gm, "");
}

function tableOf(forecast: Forecast): string {
  const header = [
    forecast.times === undefined ? "step" : "time",
    ...forecast.quantiles.map(({ level }) => `${Number((100 * level).toPrecision(6))} %`),
  ];
  const rows = Array.from(forecast.median, (_, k) => [
    stepName(forecast, k),
    ...forecast.quantiles.map(({ values }) => significant(values[k])),
  ]);
  return aligned(header, rows);
}

/** Returns a table: names on the left, numbers on the right. */
export function aligned(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart((widths[i] ?? 0) + 2)))
      .join("")
      .trimEnd();
  return [styled("bold", line(header)), ...rows.map((row) => escaped(line(row)))].join("\n") + "\n";
}

function stepName({ times }: Forecast, k: number): string {
  const time = times?.[k];
  return time === undefined ? String(k + 1) : timeName(time);
}
