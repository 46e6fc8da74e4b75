/**
 * The kinds of typed arrays. The engine's own getters decide, so the answer holds across realms (iframes, vm
 * contexts), and no property, subclass or proxy can feign it.
 */

/**
 * The bytes of a file: a Uint8Array over an ArrayBuffer. The type is `Uint8Array<ArrayBuffer>` from
 * TypeScript 5.7 on, and `Uint8Array` in older compilers, where it has no type parameter.
 */
export type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

const tagGetter = /* @__PURE__ */ getterOf<string | undefined>(Symbol.toStringTag);
const lengthGetter = /* @__PURE__ */ getterOf<number>("length");

/** Returns the getter of all typed arrays for a property. */
function getterOf<T>(key: PropertyKey): () => T {
  const prototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
  return Object.getOwnPropertyDescriptor(prototype, key)?.get as () => T;
}

/** Not a typed array. */
export const NONE = 0;
/** Int8Array … Uint32Array: ids or numbers. */
export const INTEGERS = 1;
/** Float16Array, Float32Array, Float64Array: numbers, never ids. */
export const FLOATS = 2;
/** BigInt64Array, BigUint64Array: never accepted. */
export const OTHER = 3;

/** One of {@link NONE}, {@link INTEGERS}, {@link FLOATS}, {@link OTHER}. */
export type Kind = 0 | 1 | 2 | 3;

/** Returns the array's type name ("Int32Array"), or undefined if the value is not a typed array. */
export function tagOf(value: unknown): string | undefined {
  return tagGetter.call(value);
}

/** Returns the true length of a typed array, which is 0 once its buffer was detached. */
export function typedArrayLength(value: ArrayLike<number>): number {
  return lengthGetter.call(value);
}

/** Returns the kind of typed array that `value` is. */
export function typedArrayKind(value: unknown): Kind {
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
