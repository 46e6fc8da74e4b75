/**
 * What kind of typed array a value is, if any: asked of the engine's own getters, so that it holds across realms
 * (iframes, vm contexts) and cannot be feigned by an own property, a subclass or a proxy.
 */

/**
 * The bytes of a file: a Uint8Array with an ArrayBuffer of its own. That is `Uint8Array<ArrayBuffer>` from TypeScript 5.7,
 * and `Uint8Array` in older compilers, where it takes no argument.
 */
export type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

const prototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
const tagGetter = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.get as () =>
  string | undefined;
const lengthGetter = Object.getOwnPropertyDescriptor(prototype, "length")?.get as () => number;

/** Not a typed array. */
export const NONE = 0;
/** Int8Array … Uint32Array: ids and numbers alike. */
export const INTEGERS = 1;
/** Float16Array, Float32Array, Float64Array: numbers, never ids. */
export const FLOATS = 2;
/** BigInt64Array, BigUint64Array: nothing this library reads. */
export const OTHER = 3;

/** One of {@link NONE}, {@link INTEGERS}, {@link FLOATS}, {@link OTHER}. */
export type Kind = 0 | 1 | 2 | 3;

/** The array's type name ("Int32Array"), undefined for whatever is not a typed array. */
export function tagOf(value: unknown): string | undefined {
  return tagGetter.call(value);
}

/** Its true length, 0 once its buffer was detached. `value` must be a typed array. */
export function lengthOf(value: ArrayLike<number>): number {
  return lengthGetter.call(value);
}

/** Which kind of typed array `value` is. */
export function kindOf(value: unknown): Kind {
  switch (tagGetter.call(value)) {
    case undefined:
      return NONE;
    case "Int32Array":
    case "Uint8Array":
    case "Uint16Array":
    case "Uint32Array":
    case "Int8Array":
    case "Int16Array":
    case "Uint8ClampedArray":
      return INTEGERS;
    case "Float32Array":
    case "Float64Array":
    case "Float16Array":
      return FLOATS;
    default:
      return OTHER;
  }
}
