/**
 * The objects of the core as classes. A class holds an address and calls the functions of crate/src/wasm with
 * it.
 */

import type { InitOutput } from "../../crate/pkg/bptt.js";
import { finalizer } from "../base/finalization.js";
import { core } from "./core.js";
import { failure } from "./failure.js";

/** Frees the objects that were dropped without `free`. */
const abandoned = /* @__PURE__ */ finalizer<() => void>((free) => free());

/** An object that lives in the core's memory. */
export abstract class CoreObject {
  protected readonly core: InitOutput = core();
  protected at: number;
  readonly #free: (at: number) => void;

  /**
   * Takes the address that the core returned, which is 0 after a failure, and the core's function that frees
   * the object.
   */
  protected constructor(at: number, free: (at: number) => void) {
    if (at === 0) throw failure();
    this.at = at;
    this.#free = free;
    abandoned.register(this, () => free(at), this);
  }

  /** Frees the object. Any later call of a method traps. */
  free(): void {
    const { at } = this;
    this.at = 0;
    abandoned.unregister(this);
    this.#free(at);
  }
}
