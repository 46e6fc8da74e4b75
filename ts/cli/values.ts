/**
 * Parses values on the command line as numbers. A value that is not a number is wrong usage. The library
 * checks the ranges.
 */

import { InvalidArgumentError } from "commander";

/** Parses a finite number. */
export function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("Expected a number.");
  return value;
}

/** Parses a nonnegative integer. */
export function toInteger(text: string): number {
  const value = toNumber(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("Expected a whole number.");
  return value;
}

/** Parses an integer of 1 or more. */
export function toCount(text: string): number {
  const value = toInteger(text);
  if (value === 0) throw new InvalidArgumentError("Expected a whole number from 1.");
  return value;
}

/** Parses a list of names: `a,b`. */
export function toNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("Expected names with commas between them.");
  return names;
}

/** Parses a list of numbers: `0.1,0.5,0.9`. */
export function toNumbers(text: string): number[] {
  return text.split(",").map(toNumber);
}

/** Parses a number of seconds: `90`, `90s`, `10m`, `2h`. */
export function toSeconds(text: string): number {
  const [, number = "", unit = "s"] = /^([\d.]+)\s*([smh])?$/.exec(text) ?? [];
  const value = Number(number);
  if (number === "" || !(value > 0))
    throw new InvalidArgumentError("Expected a time such as 90s, 10m or 2h.");
  return value * { s: 1, m: 60, h: 3600 }[unit as "s" | "m" | "h"];
}
