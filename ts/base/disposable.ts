/** The base of classes that work with `using`, where the engine and the compiler's library support it. */

import { Inspectable } from "./inspectable.js";

/** The type of the method that `using` calls. */
export type Disposer = SymbolConstructor extends { readonly dispose: infer Key extends symbol }
  ? { [K in Key]: () => void }
  : Record<never, never>;

/** The base without the method that `using` calls, which not every compiler's library knows. */
abstract class Freeable extends Inspectable {
  /** Frees the memory that the garbage collector does not manage. */
  abstract free(): void;
}

/**
 * An object that `using` frees at the end of a block. This is a base class because a statement after each
 * class would keep bundlers from removing classes that nobody imports.
 */
export const Disposable = /* @__PURE__ */ disposable();
export type Disposable = InstanceType<typeof Disposable>;

function disposable(): abstract new () => Freeable & Disposer {
  abstract class Disposable extends Freeable {}
  // In engines without Symbol.dispose, the helpers that compilers emit for `using` look for this registered
  // symbol.
  const key = (Symbol as { dispose?: symbol }).dispose ?? Symbol.for("Symbol.dispose");
  const value = function (this: Freeable) {
    this.free();
  };
  Object.defineProperty(Disposable.prototype, key, { value, writable: true, configurable: true });
  return Disposable as abstract new () => Freeable & Disposer;
}
