/**
 * Cleanup after garbage collection. In engines that cannot report a collection, memory is freed by `free`
 * only.
 */

/** The part of `FinalizationRegistry` that is used here. */
interface Finalizer<Held> {
  register(target: object, held: Held, token: object): void;
  unregister(token: object): void;
}

/**
 * Returns a registry that calls `collected` after an object was collected. It does nothing in engines without
 * `FinalizationRegistry`, such as Workers with an old compatibility date.
 */
export function finalizer<Held>(collected: (held: Held) => void): Finalizer<Held> {
  if (typeof FinalizationRegistry === "function" && typeof WeakRef === "function") {
    return new FinalizationRegistry<Held>(collected);
  }
  return { register: () => undefined, unregister: () => undefined };
}

/**
 * Returns a weak reference. In engines without `WeakRef` it is empty: nothing is registered there, so no
 * strong reference is needed.
 */
export function weak<T extends object>(target: T): { deref(): T | undefined } {
  return typeof WeakRef === "function" ? new WeakRef(target) : { deref: () => undefined };
}
