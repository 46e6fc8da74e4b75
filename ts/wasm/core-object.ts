/**
 * The objects of the core as classes. A class holds an address and calls the functions of crate/src/wasm with
 * it.
 */

import { finalizer } from "../base/finalization.js";
import { core, expectStack, type Exports } from "./core.js";
import { failure } from "./failure.js";

/** Frees the objects that were dropped without `free`. */
const abandoned = /* @__PURE__ */ finalizer<() => void>((free) => free());

/** An object that lives in the core's memory. */
export abstract class CoreObject {
  protected readonly core: Exports = core();
  protected at: number;
  readonly #free: (at: number) => void;

  /**
   * Takes the core's functions that create the object and free it. The first one returns its address, or 0
   * after a failure.
   */
  protected constructor(make: () => number, free: (at: number) => void) {
    expectStack();
    const at = make();
    if (at === 0) throw failure();
    this.at = at;
    this.#free = free;
    abandoned.register(this, () => free(at), this);
  }

  /** Frees the object. Any later call of a method traps. */
  free(): void {
    expectStack();
    const { at } = this;
    this.at = 0;
    abandoned.unregister(this);
    this.#free(at);
  }
}
