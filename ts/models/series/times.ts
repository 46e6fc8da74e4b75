/**
 * Times of a series: read from dates, milliseconds or ISO strings, all in UTC, and written again in the form in which they
 * came. An axis says how one time follows another: a constant number of milliseconds, calendar months, or Monday to Friday.
 */

import { oneOf } from "../../base/check.js";
import { rangeError, typeError, type Path } from "../../base/errors.js";
import { count, readOptions, type Declaration } from "../../base/options.js";
import { withRemedy } from "../../base/remedy.js";
import { show } from "../../base/show.js";

/** A time: a date, milliseconds since 1970, or an ISO string such as `2024-03-01` or `2024-03-01T12:00`; UTC. */
export type TimeValue = Date | number | string;

const UNITS = ["milliseconds", "months", "weekdays"] as const;

/** How one time follows another. */
export interface TimeAxis {
  readonly unit: (typeof UNITS)[number];
  /** Milliseconds or months from one time to the next; 1 of weekdays. */
  readonly step: number;
}

/** The form in which times are written: a date, milliseconds, or the length, separator and end of an ISO string. */
export type TimeForm = { readonly kind: "date" } | { readonly kind: "milliseconds" } | TextForm;

interface TextForm {
  readonly kind: "text";
  readonly length: number;
  readonly separator: string;
  readonly zone: string;
}

/** The times of a series. */
export interface SeriesTimes {
  readonly axis: TimeAxis;
  readonly form: TimeForm;
  /** In ms. */
  readonly first: number;
  /** Of months: the day of the month, or the last one of shorter months. */
  readonly day: number;
}

/** Times and the step of the axis that each value belongs to; the steps between are missing. */
export interface ReadTimes {
  readonly times: SeriesTimes;
  /** (T) counted from the first time. */
  readonly steps: Int32Array;
}

const AXIS = {
  unit: { read: (value: unknown, path: Path) => oneOf(value, path, UNITS) },
  step: { read: count },
} satisfies Declaration;

/** The last moment that a Date can be; later ones are written as this one. */
const LATEST = 8.64e15;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** No series is filled with more missing values than this, since one wrong time would ask for any number. */
const MOST_STEPS = 10_000_000;
const ISO =
  /^(\d{4})-(\d\d)(?:-(\d\d)(?:([T ])(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?)?$/;
const TIME = "a Date, milliseconds or an ISO string such as 2024-03-01";

/** Reads an axis that a file holds. */
export function readAxis(value: unknown, path: Path): TimeAxis {
  return readOptions(value, AXIS, path);
}

/**
 * Reads the times of a series.
 *
 * @param axis of the model; undefined to find it from these times
 * @param fills whether steps without a value are missing values; otherwise they are errors
 * @param pathOf the place of a time
 */
export function readTimes(
  values: ArrayLike<unknown>,
  axis: TimeAxis | undefined,
  fills: boolean,
  pathOf: (t: number) => Path,
): ReadTimes {
  const read = Float64Array.from({ length: values.length }, (_, t) => readTime(values[t], pathOf(t)));
  const form = formOf(values[0]);
  const times: SeriesTimes = {
    axis: axis ?? deduceAxis(read, pathOf),
    form,
    first: read[0],
    day: dayOf(read),
  };
  const steps = new Int32Array(read.length);
  for (let t = 0; t < read.length; t++) {
    const step = stepOf(times, read[t]);
    const next = t === 0 ? 0 : steps[t - 1] + 1;
    const isRight = fills ? step !== undefined && step >= next && step < MOST_STEPS : step === next;
    if (!isRight) {
      const [expected, received] = [wordsOf(times, timeAt(times, next)), wordsOf(times, read[t])];
      if (step === undefined || step <= next) throw rangeError(pathOf(t), expected, received);
      const error = rangeError(pathOf(t), expected, received, {
        hint: 'gaps: "missing" fills skipped times',
      });
      throw withRemedy(error, { options: { gaps: "missing" }, effect: "fills skipped times" });
    }
    steps[t] = step as number;
  }
  return { times, steps };
}

/** The time of step `t`, in ms. */
export function timeAt({ axis, first, day }: SeriesTimes, t: number): number {
  const { unit, step } = axis;
  if (unit === "milliseconds") return first + t * step;
  if (unit === "weekdays") return ofWeekday(weekdayIndex(first) + t) + modulo(first, DAY);
  const month = monthIndex(first) + t * step;
  return startOfMonth(month) + (Math.min(day, lengthOfMonth(month)) - 1) * DAY + modulo(first, DAY);
}

/** The number of a series' first step on its axis, from which phases of seasons are counted. */
export function axisIndex({ axis, first }: SeriesTimes): number {
  const { unit, step } = axis;
  if (unit === "milliseconds") return Math.floor(first / step);
  return unit === "weekdays" ? weekdayIndex(first) : Math.floor(monthIndex(first) / step);
}

/** A time in the form in which the series has its own. */
export function formatTime({ form }: SeriesTimes, time: number): TimeValue {
  const ms = Math.abs(time) <= LATEST ? time : LATEST;
  if (form.kind === "date") return new Date(ms);
  if (form.kind === "milliseconds") return ms;
  return timeText(form, ms);
}

function timeText({ length, separator, zone }: TextForm, ms: number): string {
  return new Date(ms).toISOString().slice(0, -1).replace("T", separator).slice(0, length) + zone;
}

/** The season that goes with an axis: a year of months, a week of days, a day of hours; undefined where none does. */
export function seasonOf({ unit, step }: TimeAxis): number | undefined {
  if (unit === "weekdays") return 5;
  const season = unit === "months" ? 12 / step : step === DAY ? 7 : step === 7 * DAY ? 52 : DAY / step;
  return Number.isInteger(season) && season > 1 ? season : undefined;
}

/** A time in ms. */
function readTime(value: unknown, path: Path): number {
  const ms = value instanceof Date ? value.getTime() : typeof value === "string" ? parseIso(value) : value;
  if (typeof ms === "number" && Math.abs(ms) <= LATEST) return ms;
  const isOfKind = value instanceof Date || typeof value === "string" || typeof value === "number";
  throw (isOfKind ? rangeError : typeError)(path, TIME, show(value));
}

/** NaN for what is no ISO string. */
function parseIso(text: string): number {
  const parts = ISO.exec(text);
  if (!parts) return NaN;
  const [, year, month, day = "1", , hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] =
    parts;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return NaN;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return NaN;
  const ms = Number(fraction.padEnd(3, "0").slice(0, 3));
  const clock = Number(hour) * HOUR + Number(minute) * 60_000 + Number(second) * 1000 + ms;
  return date.getTime() + clock - offsetOf(zone);
}

function offsetOf(zone: string): number {
  if (zone === "Z") return 0;
  const digits = zone.slice(1).replace(":", "");
  const ms = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  return zone.startsWith("-") ? -ms : ms;
}

function formOf(value: unknown): TimeForm {
  if (value instanceof Date) return { kind: "date" };
  if (typeof value !== "string") return { kind: "milliseconds" };
  const parts = ISO.exec(value) as RegExpExecArray;
  const zone = parts[9] ?? "";
  const length = Math.min(value.length - zone.length, 23);
  return { kind: "text", length, separator: parts[4] ?? "T", zone: zone === "" ? "" : "Z" };
}

/** The axis that most pairs of times agree with. */
function deduceAxis(read: Float64Array, pathOf: (t: number) => Path): TimeAxis {
  if (read.length < 2) throw rangeError(pathOf(0), "at least two times", String(read.length));
  const months = commonest(read, (a, b) => monthIndex(b) - monthIndex(a));
  const candidates: TimeAxis[] = [
    { unit: "months", step: months },
    { unit: "milliseconds", step: commonest(read, (a, b) => b - a) },
    { unit: "weekdays", step: 1 },
  ];
  let best: { axis: TimeAxis; pairs: number } | undefined;
  for (const axis of candidates) {
    if (!(axis.step >= 1) || !Number.isInteger(axis.step)) continue;
    let pairs = 0;
    for (let t = 1; t < read.length; t++) if (follows(axis, read[t - 1], read[t])) pairs++;
    if (pairs > (best?.pairs ?? 0)) best = { axis, pairs };
  }
  if (best) return best.axis;
  throw rangeError(pathOf(1), "a time after the one before", show(new Date(read[1]).toISOString()));
}

/** The day of the month on which most times are, where shorter months have their last day instead. */
function dayOf(read: Float64Array): number {
  const counts = new Int32Array(32 * 32); // by day and length of the month
  for (const ms of read) counts[dayOfMonth(ms) * 32 + lengthOfMonth(monthIndex(ms))]++;
  let best = { day: 1, times: -1 };
  for (let day = 1; day <= 31; day++) {
    let times = 0;
    for (let length = 28; length <= 31; length++) times += counts[Math.min(day, length) * 32 + length];
    if (times > best.times) best = { day, times };
  }
  return best.day;
}

/** Returns whether `b` is the next time after `a`. The last days of two months follow each other. */
function follows(axis: TimeAxis, a: number, b: number): boolean {
  const day = Math.max(dayOfMonth(a), dayOfMonth(b));
  return timeAt({ axis, form: { kind: "date" }, first: a, day }, 1) === b && isOn(axis, a);
}

/** The most frequent positive difference; of equally frequent ones the smallest. */
function commonest(read: Float64Array, difference: (a: number, b: number) => number): number {
  const counts = new Map<number, number>();
  for (let t = 1; t < read.length; t++) {
    const d = difference(read[t - 1], read[t]);
    if (d > 0) counts.set(d, (counts.get(d) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a, n], [b, m]) => m - n || a - b);
  return sorted[0]?.[0] ?? NaN;
}

/** The step that a time belongs to; undefined between two steps. */
function stepOf(times: SeriesTimes, ms: number): number | undefined {
  const { axis, first } = times;
  if (!isOn(axis, ms)) return undefined;
  const { unit, step } = axis;
  let t = (ms - first) / step;
  if (unit === "weekdays") t = weekdayIndex(ms) - weekdayIndex(first);
  if (unit === "months") t = (monthIndex(ms) - monthIndex(first)) / step;
  return Number.isInteger(t) && timeAt(times, t) === ms ? t : undefined;
}

/** Returns whether a time can be on the axis. */
function isOn({ unit }: TimeAxis, ms: number): boolean {
  return unit !== "weekdays" || modulo(Math.floor(ms / DAY) + 3, 7) < 5;
}

/** A time for an error: days where all times are days. */
function wordsOf({ form, first }: SeriesTimes, time: number): string {
  const ms = Math.abs(time) <= LATEST ? time : LATEST;
  if (form.kind === "text") return timeText(form, ms);
  const iso = new Date(ms).toISOString();
  return modulo(first, DAY) === 0 && modulo(ms, DAY) === 0 ? iso.slice(0, 10) : iso;
}

/** Months since the year 0. */
function monthIndex(ms: number): number {
  const date = new Date(ms);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** The first moment of a month, in ms. */
function startOfMonth(month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(month / 12), modulo(month, 12), 1);
  return date.getTime();
}

function lengthOfMonth(month: number): number {
  return Math.round((startOfMonth(month + 1) - startOfMonth(month)) / DAY);
}

function dayOfMonth(ms: number): number {
  return new Date(ms).getUTCDate();
}

/** Working days since Monday, 29 December 1969. */
function weekdayIndex(ms: number): number {
  const day = Math.floor(ms / DAY) + 3; // 1 January 1970 was a Thursday
  return Math.floor(day / 7) * 5 + Math.min(4, modulo(day, 7));
}

/** The first moment of a working day, in ms. */
function ofWeekday(index: number): number {
  return (Math.floor(index / 5) * 7 + modulo(index, 5) - 3) * DAY;
}

function modulo(n: number, m: number): number {
  return ((n % m) + m) % m;
}
