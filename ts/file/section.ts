/**
 * Plain data with tensors in it (an optimizer's state, a run's) as a section of a file, and back: each tensor under the
 * path that leads to it, all else as JSON with sorted keys, so that equal states give equal bytes.
 *
 *     { kind: "adam", moments: { exp_avg: { w_ih_l0: tensor } } }
 *     tensors   moments.exp_avg.w_ih_l0
 *     metadata  state: {"kind":"adam","moments":{"exp_avg":{}}}
 *
 * Plain data are objects, arrays, texts, finite numbers, true, false and null; tensors stand in objects, not in arrays.
 * What comes out of a file is as untrusted as the file: its reader checks it.
 */

import { expected } from "../base/check.js";
import { withCause } from "../base/errors.js";
import { parseJson } from "../base/json.js";
import type { FileTensor } from "./dtype.js";
import { show } from "../base/show.js";
import { tagOf } from "../base/typed-array.js";

/** Something more to keep in a file beside a network. The names are the section's own affair. */
export interface Section {
  readonly tensors: Readonly<Record<string, FileTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const STATE = "state";

/**
 * Plain data with tensors as a section.
 *
 * @throws TypeError when something in it is no plain data
 * @throws RangeError when a number is not finite, or a key on the way to a tensor is empty or has a dot in it
 */
export function packSection(value: object): Section {
  const tensors: [string, FileTensor][] = [];
  const json = JSON.stringify(pack(value, "state", [], tensors));
  return { tensors: Object.fromEntries(tensors), metadata: { [STATE]: json } };
}

/** Whether `packSection` made it: others keep what they like in a section. */
export function isPacked({ metadata }: Section): boolean {
  return Object.prototype.hasOwnProperty.call(metadata, STATE);
}

/**
 * What `packSection` was given; keys come sorted.
 *
 * @param name what messages call the section
 * @throws RangeError when the section does not fit together
 */
export function unpackSection({ tensors, metadata }: Section, name: string): object {
  const text = isPacked({ tensors, metadata }) ? metadata[STATE] : undefined;
  if (text === undefined) throw new RangeError(expected(`bytes: its ${name} state`, "JSON", text));
  const value = parseJson(text, `bytes: its ${name} state`);
  if (!isObject(value)) throw new RangeError(expected(`bytes: its ${name} state`, "an object", value));
  for (const [path, tensor] of Object.entries(tensors)) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    let place: unknown = value;
    for (const key of keys) place = own(place, key);
    if (!isObject(place) || own(place, last) !== undefined) {
      throw new RangeError(`bytes: its tensor ${show(`${name}.${path}`)} has no place in the ${name} state`);
    }
    put(place, last, { data: tensor.data, shape: [...tensor.shape] });
  }
  return value;
}

/** What `read` makes of a section; whatever is wrong with it is a wrong value of the file. */
export function ofFile<Result>(name: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    const { message } = error;
    const said = message.startsWith("bytes") ? message : `bytes: its ${name} state: ${message}`;
    throw withCause(new RangeError(said), error);
  }
}

/** `value` without its tensors, which go to `tensors`. */
function pack(value: unknown, name: string, path: string[], tensors: [string, FileTensor][]): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new RangeError(expected(name, "a finite number", value));
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((entry: unknown, i) => {
      if (isTensor(entry))
        throw new TypeError(expected(`${name}[${i}]`, "plain data", "a tensor in an array"));
      return pack(entry, `${name}[${i}]`, [...path, `[${i}]`], tensors);
    });
  }
  if (!isObject(value) || tagOf(value) !== undefined) {
    throw new TypeError(expected(name, "plain data or tensors", value));
  }
  const packed = {};
  for (const key of Object.keys(value).sort()) {
    const entry = (value as Record<string, unknown>)[key];
    const to = [...path, key];
    if (!isTensor(entry)) put(packed, key, pack(entry, `${name}.${key}`, to, tensors));
    else if (to.some((part) => !/^[^.[\]]+$/.test(part))) {
      throw new RangeError(expected(`${name}.${key}`, "a tensor behind keys without dots", to.join(".")));
    } else tensors.push([to.join("."), entry]);
  }
  return packed;
}

function isTensor(value: unknown): value is FileTensor {
  if (!isObject(value) || tagOf(own(value, "data")) === undefined) return false;
  return Array.isArray(own(value, "shape")) && Object.keys(value).length === 2;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value's own property, never what its prototype has. */
function own(value: unknown, key: string): unknown {
  if (!isObject(value) || !Object.prototype.hasOwnProperty.call(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** As own property, whatever the key. */
function put(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
