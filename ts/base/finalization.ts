/** What is done when an object has been collected, in engines that can tell; elsewhere its memory waits for `free`. */

/** The part of `FinalizationRegistry` that is used here. */
interface Finalizer<Held> {
  register(target: object, held: Held, token: object): void;
  unregister(token: object): void;
}

/** A registry; one that does nothing where the engine has none, such as Workers with an old compatibility date. */
export function finalizer<Held>(collected: (held: Held) => void): Finalizer<Held> {
  if (typeof FinalizationRegistry === "function" && typeof WeakRef === "function") {
    return new FinalizationRegistry<Held>(collected);
  }
  return { register: () => undefined, unregister: () => undefined };
}

/** A weak reference; a strong one is never needed, because without weak ones nothing is registered. */
export function weak<T extends object>(target: T): { deref(): T | undefined } {
  return typeof WeakRef === "function" ? new WeakRef(target) : { deref: () => undefined };
}
