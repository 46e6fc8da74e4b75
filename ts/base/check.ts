/**
 * Tiny checkers that return the value. Kind wrong: TypeError; value wrong: RangeError. Both say which argument,
 * what was expected and what came: `hiddenSize: expected an integer >= 1, received 0`.
 */

import { show } from "./show.js";

/** Largest size of an axis: what the core's 32-bit lengths can count. */
export const MAX_SIZE = 2 ** 31 - 1;

/** Inclusive unless said otherwise. */
export interface Bounds {
  min?: number;
  max?: number;
  /** Exclusive upper bound. */
  below?: number;
}

/** `value` if it is an integer within the bounds. */
export function integer(value: unknown, name: string, bounds: Bounds = {}): number {
  if (Number.isSafeInteger(value) && !outside(value as number, bounds)) return value as number;
  throw wrong(typeof value === "number", name, `an integer${within(bounds)}`, value);
}

/** `value` if it can be the size of an axis: an integer from 1 to 2³¹ − 1. */
export function size(value: unknown, name: string): number {
  if (typeof value === "number" && value > MAX_SIZE) {
    throw new RangeError(expected(name, `an integer <= ${MAX_SIZE}`, value));
  }
  return integer(value, name, { min: 1 });
}

/** `value` if it is a finite number within the bounds. */
export function number(value: unknown, name: string, bounds: Bounds = {}): number {
  if (Number.isFinite(value) && !outside(value as number, bounds)) return value as number;
  throw wrong(typeof value === "number", name, `a finite number${within(bounds)}`, value);
}

/** `value` if it can decide random draws: an integer from 0 to 2³² − 1. */
export function seed(value: unknown, name: string): number {
  return integer(value, name, { min: 0, max: 2 ** 32 - 1 });
}

/** `value` if it is a string. */
export function string(value: unknown, name: string): string {
  if (typeof value !== "string") throw new TypeError(expected(name, "a string", value));
  return value;
}

/** `value` if it is a string with something in it. */
export function nonEmpty(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw wrong(value === "", name, "a non-empty string", value);
}

/** `value` if it is true or false, `fallback`, where there is one, if it is undefined. */
export function boolean(value: unknown, name: string, fallback?: boolean): boolean {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value !== "boolean") throw new TypeError(expected(name, "true or false", value));
  return value;
}

/** `value` if it is one of `choices`. */
export function oneOf<T extends string>(value: unknown, name: string, choices: readonly T[]): T {
  if (typeof value === "string" && (choices as readonly string[]).includes(value)) return value as T;
  const what = choices.length === 1 ? `"${choices[0]}"` : `one of ${choices.map((c) => `"${c}"`).join(", ")}`;
  throw wrong(typeof value === "string", name, what, value);
}

/** `value` if it is an object and no array. */
export function record(value: unknown, name: string): object {
  if (isObject(value) && !Array.isArray(value)) return value;
  throw new TypeError(expected(name, "an object", value));
}

/** `value` if it is an object (no array) that has no other enumerable names than `known`. */
export function optionsObject(given: unknown, name: string, known: ReadonlySet<string>): object {
  const value = record(given, name);
  for (const key in value) {
    if (!known.has(key) && Object.prototype.hasOwnProperty.call(value, key)) {
      throw new TypeError(`${name}: unknown option ${show(key)}; known are ${[...known].join(", ")}`);
    }
  }
  return value;
}

/** The sentence every checker uses. */
export function expected(name: string, what: string, got: unknown): string {
  return `${name}: expected ${what}, received ${show(got)}`;
}

/** What to throw for a value: a RangeError where it is of the right kind, else a TypeError. */
export function wrong(isOfKind: boolean, name: string, what: string, received: unknown): Error {
  return new (isOfKind ? RangeError : TypeError)(expected(name, what, received));
}

/** Whether it has properties to be asked for. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function outside(value: number, { min = -Infinity, max = Infinity, below = Infinity }: Bounds): boolean {
  return value < min || value > max || value >= below;
}

function within({ min, max, below }: Bounds): string {
  if (min !== undefined && max !== undefined) return ` in ${min}..${max}`;
  if (min !== undefined && below !== undefined) return ` >= ${min} and < ${below}`;
  if (min !== undefined) return ` >= ${min}`;
  if (max !== undefined) return ` <= ${max}`;
  return below === undefined ? "" : ` < ${below}`;
}
