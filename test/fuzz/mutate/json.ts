/**
 * Damages a JSON text: values replaced, keys removed, renamed and repeated, lists that grow, and the text
 * itself.
 */

import type { Random } from "../../support/random.js";
import { below, pick } from "../format.js";

type Container = Record<string, unknown> | unknown[];

/** Replacement values. Texts with a mark are inserted literally, whether they are JSON or not. */
const RAW = "\u0001raw:";
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  3,
  0.5,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  "",
  "a",
  "gru",
  "lstm",
  "\ud800",
  [],
  {},
  [[]],
  ...["1e999", "-0", "1.0", "9007199254740993", "NaN", "{", "]", '"', '{"a":1,"a":2}'].map(
    (raw) => RAW + raw,
  ),
];
const KEYS = [
  "__proto__",
  "constructor",
  "length",
  "",
  "a.b",
  "toString",
  "name",
  "config",
  "shape",
  "dtype",
];

/** Returns a value that is too large for its place, but keeps the file below a few MB. */
function large(random: Random): unknown {
  const n = 10 ** (2 + below(random, 3)) * (1 + below(random, 9));
  switch (below(random, 7)) {
    case 0:
      return "x".repeat(n);
    case 1:
      return Array.from({ length: n }, () => 1);
    case 2:
      return `${RAW}${"[".repeat(n)}${"]".repeat(n)}`;
    case 3:
      return `${RAW}[${"{},".repeat(n)}0]`;
    case 4:
      return Object.fromEntries(Array.from({ length: n }, (_, k) => [`k${k}`, k % 2 === 0 ? "" : [k]]));
    case 5:
      return `${RAW}${'{"a":'.repeat(n)}0${"}".repeat(n)}`;
    default:
      return Array.from({ length: Math.min(n, 20_000) }, (_, k) => ({ [`k${k}`]: [k] }));
  }
}

/** Returns the text with one change, occasionally a large one. */
export function mutateJson(text: string, random: Random): string {
  if (below(random, 8) === 0) return mutateText(text, random);
  try {
    return mutateTree(text, random);
  } catch {
    return mutateText(text, random); // not JSON, or nested deeper than JSON.stringify supports
  }
}

function mutateTree(text: string, random: Random): string {
  const tree: unknown = JSON.parse(text);
  const places: [container: Container, key: string | number][] = [];
  collect(tree, places, 0);
  if (places.length === 0) return JSON.stringify(pick(random, VALUES)) ?? "null";
  const [container, key] = pick(random, places);
  const value = (container as Record<string, unknown>)[key];
  change(container, key, value, places, random);
  return unmarked(JSON.stringify(tree));
}

function change(
  container: Container,
  key: string | number,
  value: unknown,
  places: [Container, string | number][],
  random: Random,
): void {
  const object = container as Record<string, unknown>;
  switch (below(random, 8)) {
    case 0:
      if (Array.isArray(container)) container.splice(Number(key), 1);
      else Reflect.deleteProperty(container, key);
      break;
    case 1: {
      // another value of the tree
      const [from, other] = pick(random, places);
      put(object, key, structuredClone((from as Record<string, unknown>)[other]));
      break;
    }
    case 2:
      if (typeof value === "number") put(object, key, value + pick(random, [-1, 1, 0.5, 1e9]));
      else if (typeof value === "string") put(object, key, mutateText(value, random));
      else put(object, key, pick(random, VALUES));
      break;
    case 3:
      if (Array.isArray(container))
        container.push(...Array.from({ length: 1 + below(random, 5) }, () => structuredClone(value)));
      else put(object, pick(random, KEYS), value);
      break;
    case 4:
      // repeats many things
      if (below(random, 10) === 0 && JSON.stringify(value ?? null).length < 2000) {
        const copies = 10 ** (1 + below(random, 3));
        if (Array.isArray(container)) for (let k = 0; k < copies; k++) container.push(structuredClone(value));
        else for (let k = 0; k < copies; k++) put(object, `${key}_${k}`, value);
      } else put(object, key, [value, value]);
      break;
    case 5:
      put(object, key, below(random, 10) === 0 ? large(random) : pick(random, VALUES));
      break;
    default:
      put(object, key, pick(random, VALUES));
  }
}

function put(object: object, key: string | number, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function collect(value: unknown, into: [Container, string | number][], depth: number): void {
  if (typeof value !== "object" || value === null || depth > 20 || into.length > 20_000) return;
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  for (const key of keys) {
    into.push([value as Container, key]);
    collect((value as Record<string | number, unknown>)[key], into, depth + 1);
  }
}

/** Inserts raw pieces at their marks. */
function unmarked(text: string | undefined): string {
  return (text ?? "null").replace(/"\\u0001raw:((?:\\.|[^"\\])*)"/g, (_, raw: string) =>
    String(JSON.parse(`"${raw}"`)),
  );
}

const PIECES = [
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "\\",
  "\\u0000",
  "\\ud800",
  "null",
  "-",
  "1e9",
  ".5",
  " ",
  "\ufeff",
  "\0",
];

/** Damages the letters of a text. */
export function mutateText(text: string, random: Random): string {
  const at = below(random, text.length + 1);
  switch (below(random, 4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + below(random, 12));
    case 1:
      return text.slice(0, at) + pick(random, PIECES) + text.slice(at);
    case 2: {
      const from = below(random, text.length + 1);
      return text.slice(0, at) + text.slice(from, from + 1 + below(random, 80)) + text.slice(at);
    }
    default:
      return text.replace(/\d/g, (digit) => (below(random, 20) === 0 ? String(below(random, 10)) : digit));
  }
}
