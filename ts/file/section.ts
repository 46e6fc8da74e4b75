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

import { at, rangeError, typeError, type Key } from "../base/errors.js";
import { parseJson } from "../base/json.js";
import type { FileTensor } from "./dtype.js";
import { fileError } from "./file-error.js";
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
  const json = JSON.stringify(pack(value, ["state"], tensors));
  return { tensors: Object.fromEntries(tensors), metadata: { [STATE]: json } };
}

/** Whether `packSection` made it: others keep what they like in a section. */
export function isPacked({ metadata }: Section): boolean {
  return Object.prototype.hasOwnProperty.call(metadata, STATE);
}

/**
 * What `packSection` was given; keys come sorted.
 *
 * @param name of the section; paths of errors begin with `bytes` and this name
 * @throws RangeError when the section does not fit together
 */
export function unpackSection({ tensors, metadata }: Section, name: string): object {
  const text = isPacked({ tensors, metadata }) ? metadata[STATE] : undefined;
  const root = at("bytes", name);
  if (text === undefined) throw rangeError(root, "JSON", "nothing");
  const value = parseJson(text, root);
  if (!isObject(value)) throw rangeError(root, "an object", show(value));
  for (const [path, tensor] of Object.entries(tensors)) {
    const keys = path.split(".");
    const last = keys.pop() as string;
    let place: unknown = value;
    for (const key of keys) place = own(place, key);
    if (!isObject(place) || own(place, last) !== undefined) {
      const tensorPath = at("bytes", "tensors", `${name}.${path}`);
      throw rangeError(tensorPath, `a place for it in the ${name} state`, "none");
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
    throw fileError(error, at("bytes", name), name);
  }
}

/** `value` without its tensors, which go to `tensors` under the keys of their paths. */
function pack(value: unknown, path: readonly Key[], tensors: [string, FileTensor][]): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw rangeError(path, "a finite number", show(value));
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((entry: unknown, i) => {
      if (isTensor(entry)) throw typeError(at(path, i), "plain data", "a tensor in an array");
      return pack(entry, at(path, i), tensors);
    });
  }
  if (!isObject(value) || tagOf(value) !== undefined) {
    throw typeError(path, "plain data or tensors", show(value));
  }
  const packed = {};
  for (const key of Object.keys(value).sort()) {
    const entry = (value as Record<string, unknown>)[key];
    const to = at(path, key);
    if (!isTensor(entry)) put(packed, key, pack(entry, to, tensors));
    else {
      const wrong = to.find((part) => typeof part === "number" || !/^[^.[\]]+$/.test(part));
      if (wrong !== undefined) throw rangeError(to, "only keys without dots before a tensor", show(wrong));
      tensors.push([to.slice(1).join("."), entry]);
    }
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
