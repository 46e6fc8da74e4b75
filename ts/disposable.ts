/** What makes a class usable with `using`, where the engine's and the compiler's libraries know it. */

/** The method that `using` calls, in the compiler's eyes. */
export type Disposer = SymbolConstructor extends { readonly dispose: infer Key extends symbol }
  ? { [K in Key]: () => void }
  : Record<never, never>;

/** Gives a prototype the method: its `free`. */
export function makeDisposable(prototype: { free(): void }): void {
  // Engines without Symbol.dispose: compilers' helpers for `using` look for the registered symbol there.
  const key = (Symbol as { dispose?: symbol }).dispose ?? Symbol.for("Symbol.dispose");
  Object.defineProperty(prototype, key, { value: prototype.free, writable: true, configurable: true });
}
