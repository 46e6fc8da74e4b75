/**
 * Any value in a few words, for the end of an error message: never longer than about 60 characters, and it never
 * throws, whatever it is given (symbols, revoked proxies, cyclic or huge things).
 */

import { lengthOf, tagOf } from "./typed-array.js";

const LONGEST = 40;
const MOST_NAMES = 10;

/** `value` as it stands behind "got …" in messages. */
export function show(value: unknown): string {
  try {
    switch (typeof value) {
      case "string":
        return value.length > LONGEST ? `${JSON.stringify(value.slice(0, LONGEST))}…` : JSON.stringify(value);
      case "number":
        return Object.is(value, -0) ? "-0" : String(value);
      case "bigint":
        return BigInt.asIntN(64, value) === value ? `${value}n` : "a large bigint";
      case "symbol":
        return clip(String(value));
      case "function":
        return "a function";
      case "object":
        return value === null ? "null" : showObject(value);
      case "boolean":
      case "undefined":
        return String(value);
    }
  } catch {
    return "an unreadable object";
  }
}

/** A shape as messages have it: `(1, 5)`. */
export function showShape(shape: readonly unknown[]): string {
  return shape.length > 8 ? `a shape of ${shape.length} axes` : `(${shape.map(show).join(", ")})`;
}

function showObject(value: object): string {
  const tag = tagOf(value);
  if (tag !== undefined) return `${tag} of length ${lengthOf(value as ArrayLike<number>)}`;
  if (Array.isArray(value)) return `an array of length ${show(value.length)}`;
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return kind === "Object" ? "an object" : `an object (${clip(kind)})`;
}

/** The beginning of a long text. */
export function clip(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Names as messages list them: the first ten, and how many there are. */
export function showNames(names: Iterable<string>, between = ", "): string {
  const all = [...names];
  const some = all.slice(0, MOST_NAMES).map(show).join(between);
  return all.length > MOST_NAMES ? `${some}, … (${all.length})` : some;
}
