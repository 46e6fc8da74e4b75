/** The base of classes that work with `using`, where the engine and the compiler's library support it. */

import { Inspectable } from "./inspectable.js";

/** The type of the method that `using` calls. */
export type Disposer = SymbolConstructor extends { readonly dispose: infer Key extends symbol }
  ? { [K in Key]: () => void }
  : Record<never, never>;

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the class gets the method below
export interface Disposable extends Disposer {}

/**
 * An object that `using` frees at the end of a block. This is a base class because a statement after each
 * class would keep bundlers from removing classes that nobody imports.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see the interface above
export abstract class Disposable extends Inspectable {
  /** Frees the memory that the garbage collector does not manage. */
  abstract free(): void;
}

// In engines without Symbol.dispose, the helpers that compilers emit for `using` look for this registered
// symbol.
Object.defineProperty(
  Disposable.prototype,
  (Symbol as { dispose?: symbol }).dispose ?? Symbol.for("Symbol.dispose"),
  {
    value(this: Disposable) {
      this.free();
    },
    writable: true,
    configurable: true,
  },
);
