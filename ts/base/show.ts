/**
 * Describes any value in a few words for an error message. A description has at most about 60 characters, and
 * no value makes it throw: symbols, revoked proxies, and cyclic or huge objects are safe.
 */

import { typedArrayLength, tagOf } from "./typed-array.js";

const LONGEST = 40;
const MOST_NAMES = 10;

/** Returns the description of `value` that follows "received" in messages. */
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

/** Returns a shape in the form that messages use: `(1, 5)`. */
export function showShape(shape: readonly unknown[]): string {
  return shape.length > 8 ? `a shape of ${shape.length} axes` : `(${shape.map(show).join(", ")})`;
}

function showObject(value: object): string {
  const tag = tagOf(value);
  if (tag !== undefined) return `${tag} of length ${typedArrayLength(value as ArrayLike<number>)}`;
  if (Array.isArray(value)) return `an array of length ${show(value.length)}`;
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return kind === "Object" ? "an object" : `an object (${clip(kind)})`;
}

/** Returns the beginning of a long text, and a short text unchanged. */
export function clip(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Returns a list of the first ten names, and the number of names if there are more. */
export function showNames(names: Iterable<string>, between = ", "): string {
  const all = [...names];
  const some = all.slice(0, MOST_NAMES).map(show).join(between);
  return all.length > MOST_NAMES ? `${some}, … (${all.length})` : some;
}
