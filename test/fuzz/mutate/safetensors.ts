/**
 * Damages a safetensors file: its header as bytes and as JSON, the JSON within its metadata, and its tensors.
 */

import type { Random } from "../../support/random.js";
import { below, pick } from "../format.js";
import { mutateBytes, splice, write } from "./bytes.js";
import { mutateJson, mutateText } from "./json.js";

const DTYPES = ["F32", "F64", "F16", "BF16", "I64", "I32", "U8", "BOOL", "F8_E4M3", "C64", "none"];
const KEYS = ["bptt.version", "bptt.config", "bptt.vocabulary", "bptt.training", "bptt.optimizer.state", "bptt.text.state"]; // prettier-ignore
const NAMES = ["rnn.weight_ih_l0", "weight_ih_l0", "a.weight_ih_l0", "bptt.w_ih_l0", "head.weight", "fc.weight", "fc.bias", "rnn.weight_hr_l0", "rnn.weight_ih_l9", "rnn.weight_ih_l0_reverse", "optimizer.a", "training.b.c"]; // prettier-ignore

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

type Header = Record<string, unknown>;

export function mutateSafetensors(file: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const parts = split(file);
  if (parts === undefined || below(random, 6) === 0) return mutateBytes(file, random);
  const { text, data } = parts;
  switch (below(random, 6)) {
    case 0:
      return joined(mutateText(text, random), data);
    case 1:
      return joined(mutateJson(text, random), data);
    case 2:
    case 3:
      return joined(withMetadata(text, random), data);
    case 4:
      return withTensors(text, data, random);
    default:
      return large(text, data, random);
  }
}

function split(file: Uint8Array<ArrayBuffer>): { text: string; data: Uint8Array } | undefined {
  if (file.length < 8) return undefined;
  const length = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
  if (8 + length > file.length) return undefined;
  return { text: new TextDecoder().decode(file.subarray(8, 8 + length)), data: file.subarray(8 + length) };
}

function joined(text: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new TextEncoder().encode(text);
  const file = new Uint8Array(8 + header.length + data.length);
  write(file, 0, header.length, 8);
  file.set(header, 8);
  file.set(data, 8 + header.length);
  return file;
}

function parsed(text: string): Header | undefined {
  try {
    return JSON.parse(text) as Header;
  } catch {
    return undefined;
  }
}

/** Changes JSON in the metadata as JSON. */
function withMetadata(text: string, random: Random): string {
  const header = parsed(text);
  const metadata = header?.["__metadata__"] as Record<string, unknown> | undefined;
  const keys = typeof metadata === "object" && metadata !== null ? Object.keys(metadata) : [];
  if (metadata === undefined || metadata === null || keys.length === 0) return mutateJson(text, random);
  const key = pick(random, keys);
  const value = metadata[key];
  switch (below(random, 8)) {
    case 0:
      Reflect.deleteProperty(metadata, key);
      break;
    case 1:
      metadata[pick(random, KEYS)] = value;
      break;
    default:
      metadata[key] = typeof value === "string" ? mutateJson(value, random) : "";
  }
  return JSON.stringify(header);
}

/** Gives tensors other names, types and shapes; the offsets stay correct most of the time. */
function withTensors(text: string, data: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const header = parsed(text);
  const isEntry = (value: unknown) => typeof value === "object" && value !== null;
  const names = Object.keys(header ?? {}).filter(
    (name) => name !== "__metadata__" && isEntry(header?.[name]),
  );
  if (header === undefined || names.length === 0) return joined(mutateText(text, random), data);
  const name = pick(random, names);
  const entry = header[name] as Entry;
  switch (below(random, 5)) {
    case 0:
      Reflect.deleteProperty(header, name);
      header[below(random, 2) === 0 ? pick(random, NAMES) : mutateText(name, random)] = entry;
      break;
    case 1:
      entry.dtype = pick(random, DTYPES);
      break;
    case 2:
      if (Array.isArray(entry.shape)) entry.shape = pick(random, [[...entry.shape].reverse(), [...entry.shape, 1], [entry.shape.reduce((a, b) => a * Number(b), 1)], []]); // prettier-ignore
      break;
    case 3: {
      // adds a tensor without values
      const at = data.length;
      header[pick(random, NAMES)] = { dtype: "F32", shape: [0, 3], data_offsets: [at, at] };
      break;
    }
    default: {
      const changed = data.slice();
      if (changed.length > 3) write(changed, below(random, changed.length / 4) * 4, pick(random, [0x7fc00000, 0x7f800000, 0, 0xffffffff]), 4); // prettier-ignore
      return joined(text, changed);
    }
  }
  return joined(JSON.stringify(header), data);
}

/**
 * Returns a file with many names, long ones, many modules, or much metadata. It is used only occasionally,
 * because such files take long.
 */
function large(text: string, data: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const header = below(random, 20) === 0 ? parsed(text) : undefined;
  if (header === undefined)
    return splice(joined(text, data), below(random, text.length), 1 + below(random, 8));
  const n = 10 ** (1 + below(random, 4));
  const at = data.length;
  const empty = { dtype: "F32", shape: [0], data_offsets: [at, at] };
  const matrix = { dtype: "F32", shape: [0, 0], data_offsets: [at, at] };
  switch (below(random, 7)) {
    case 0:
      for (let k = 0; k < n; k++) header[`more.${k}`] = empty;
      break;
    case 1:
      for (let k = 0; k < n; k++) header[`m${k}.weight_ih_l0`] = matrix;
      break;
    case 2:
      for (let k = 0; k < n; k++) header[`m.weight_ih_l${k}`] = matrix;
      break;
    case 3:
      header[`${"a.".repeat(n * 4)}weight_ih_l0`] = matrix;
      header[`${"a".repeat(n * 8)}x`] = empty;
      break;
    case 4:
      for (let k = 0; k < n; k++) header[`fc${k}.weight`] = matrix;
      break;
    case 5: {
      const metadata = { ...(header["__metadata__"] as object | undefined) } as Record<string, string>;
      for (let k = 0; k < n; k++) metadata[`bptt.training.k${k}`] = "{}";
      header["__metadata__"] = metadata;
      break;
    }
    default:
      for (let k = 0; k < n; k++) header[`training.t${k}`] = empty;
  }
  return joined(JSON.stringify(header), data);
}
