/**
 * The element types of the safetensors format, and their values as typed arrays. Numbers are little-endian in
 * memory, as in wasm.
 */

import { at, rangeError, type Path } from "../base/errors.js";
import { tagOf } from "../base/typed-array.js";
import { allocated, type Tensor } from "../base/tensor.js";

/**
 * The number of bits of an element. The order is the reference writer's: tensors of the last type come first
 * in a file.
 */
export const BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E4M3FNUZ: 8,
  F8_E5M2FNUZ: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const;

/** The name of an element type. */
export type Dtype = keyof typeof BITS;

export const DTYPES = /* @__PURE__ */ Object.keys(BITS) as Dtype[];
/** A tensor as the file stores it. */
export interface StoredTensor {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** A view of the file's bytes. */
  readonly bytes: Uint8Array;
}

/** The typed arrays of JavaScript and their element types in the format. */
export const ARRAYS = {
  Uint8Array: "U8",
  Int8Array: "I8",
  Int16Array: "I16",
  Uint16Array: "U16",
  Int32Array: "I32",
  Uint32Array: "U32",
  Float32Array: "F32",
  Float64Array: "F64",
  BigInt64Array: "I64",
  BigUint64Array: "U64",
} as const satisfies Record<string, Dtype>;

/** A typed array that can hold a tensor's values in a file. */
export type FileData =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** A tensor to write, or a tensor as it was read, with values of its own type. */
export interface FileTensor {
  readonly data: FileData;
  readonly shape: readonly number[];
}

/**
 * Returns a copy of the values in a typed array of their type, widened exactly if JavaScript has no such
 * type. `path` is the place of the tensor.
 */
export function readTensorValues({ dtype, bytes }: StoredTensor, path: Path): FileData {
  const copy = allocated(bytes.length, path, () => bytes.slice()).buffer; // aligned for any offset in the file
  switch (dtype) {
    case "F32":
      return new Float32Array(copy);
    case "F64":
      return new Float64Array(copy);
    case "F16":
      return Float32Array.from(new Uint16Array(copy), fromHalf);
    case "BF16":
      return new Float32Array(Uint32Array.from(new Uint16Array(copy), (bits) => bits << 16).buffer);
    case "BOOL":
    case "U8":
      return new Uint8Array(copy);
    case "I8":
      return new Int8Array(copy);
    case "I16":
      return new Int16Array(copy);
    case "U16":
      return new Uint16Array(copy);
    case "I32":
      return new Int32Array(copy);
    case "U32":
      return new Uint32Array(copy);
    case "I64":
      return new BigInt64Array(copy);
    case "U64":
      return new BigUint64Array(copy);
    case "C64":
    case "F4":
    case "F6_E2M3":
    case "F6_E3M2":
    case "F8_E4M3":
    case "F8_E4M3FNUZ":
    case "F8_E5M2":
    case "F8_E5M2FNUZ":
    case "F8_E8M0":
      throw rangeError(at(path, "dtype"), "real numbers of 16, 32 or 64 bits", dtype);
  }
}

/** Returns a copy of the values, rounded to float32. */
export function readFloats(stored: StoredTensor, path: Path): Tensor {
  const values = readTensorValues(stored, path);
  const data =
    tagOf(values) === "Float32Array"
      ? (values as Float32Array)
      : Float32Array.from(values as ArrayLike<number | bigint>, Number);
  return { data, shape: [...stored.shape] };
}

/** Converts an IEEE 754 binary16 number. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * (exponent >= 25 ? 1 << (exponent - 25) : 1 / (1 << (25 - exponent)));
}
