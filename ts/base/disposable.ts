/** What makes a class usable with `using`, where the engine's and the compiler's libraries know it. */

import { Inspectable } from "./inspectable.js";

/** The method that `using` calls, in the compiler's eyes. */
export type Disposer = SymbolConstructor extends { readonly dispose: infer Key extends symbol }
  ? { [K in Key]: () => void }
  : Record<never, never>;

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the class gets the method below
export interface Disposable extends Disposer {}

/**
 * What `using` gives back at the end of a block, by `free`. A base class, since a statement behind each class would
 * keep bundlers from leaving out those that nobody imports.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see the interface above
export abstract class Disposable extends Inspectable {
  /** Gives back what the garbage collector does not see. */
  abstract free(): void;
}

// Engines without Symbol.dispose: compilers' helpers for `using` look for the registered symbol there.
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
