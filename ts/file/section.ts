/**
 * Converts plain data that contains tensors, such as the state of an optimizer or a run, to a section of a
 * file and back. Each tensor is stored under the path that leads to it, and everything else as JSON with
 * sorted keys, so that equal states give equal bytes.
 *
 *     { kind: "adam", moments: { exp_avg: { w_ih_l0: tensor } } }
 *     tensors   moments.exp_avg.w_ih_l0
 *     metadata  state: {"kind":"adam","moments":{"exp_avg":{}}}
 *
 * Plain data consists of objects, arrays, texts, finite numbers, true, false and null. Tensors may be in
 * objects, not in arrays. Data from a file is as untrusted as the file, and its reader checks it.
 */

import { at, rangeError, typeError, type Key } from "../base/errors.js";
import { parseJson } from "../base/json.js";
import type { FileTensor } from "./dtype.js";
import { fileError } from "./file-error.js";
import { show } from "../base/show.js";
import { tagOf } from "../base/typed-array.js";

/** A further part of a file besides the network. The section decides on its names. */
export interface Section {
  readonly tensors: Readonly<Record<string, FileTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const STATE = "state";

/**
 * Converts plain data with tensors to a section.
 *
 * @throws TypeError when a value is not plain data
 * @throws RangeError when a number is not finite, or a key on the path to a tensor is empty or contains a dot
 */
export function packSection(value: object): Section {
  const tensors: [string, FileTensor][] = [];
  const json = JSON.stringify(pack(value, ["state"], tensors));
  return { tensors: Object.fromEntries(tensors), metadata: { [STATE]: json } };
}

/** Returns true for a section that `packSection` made. Other sections have their own content. */
export function isPacked({ metadata }: Section): boolean {
  return Object.prototype.hasOwnProperty.call(metadata, STATE);
}

/**
 * Returns the data that `packSection` was called with. Its keys are sorted.
 *
 * @param name the name of the section; paths of errors begin with `bytes` and this name
 * @throws RangeError when the section is not consistent
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

/** Returns the result of `read`. Any error of it becomes a wrong value of the file. */
export function ofFile<Result>(name: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw fileError(error, at("bytes", name), name);
  }
}

/** Returns `value` without its tensors, which are added to `tensors` under their paths. */
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

/** Returns the value's own property and never a property of its prototype. */
function own(value: unknown, key: string): unknown {
  if (!isObject(value) || !Object.prototype.hasOwnProperty.call(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** Sets an own property of any name, such as `__proto__`. */
function put(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
