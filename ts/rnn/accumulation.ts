/**
 * Gradients that are summed over several calls. The sum is in the core's arena of gradients, which every
 * other pass overwrites. It is therefore moved aside before such a pass and restored before the next
 * addition.
 */

import { floats } from "../base/tensor.js";
import { f32 } from "../wasm/memory.js";

/**
 * Returns the place of the arena in float32 memory. It is called at each use, because memory may have grown.
 */
export type Arena = () => { readonly start: number; readonly length: number };

/** The sum of gradients of one network. */
export class Accumulation {
  readonly #arena: Arena;
  #where: "nowhere" | "arena" | "aside" = "nowhere";
  #aside: Float32Array | undefined;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** True if anything was added since the start or the last `clear`. */
  get started(): boolean {
    return this.#where !== "nowhere";
  }

  /** Moves the sum out of the arena before a pass that overwrites it. */
  putAside(): void {
    if (this.#where !== "arena") return;
    const { start, length } = this.#arena();
    this.#aside ??= floats(length, "gradients");
    this.#aside.set(f32().subarray(start, start + length));
    this.#where = "aside";
  }

  /** Restores the sum before a pass that adds to the arena. Returns true if there is a sum. */
  bringBack(): boolean {
    if (this.#where === "aside" && this.#aside) f32().set(this.#aside, this.#arena().start);
    if (this.#where === "aside") this.#where = "arena";
    return this.#where === "arena";
  }

  /** Records that a pass has added to the arena or started a sum there. */
  added(): void {
    this.#where = "arena";
  }

  /** Discards the sum. */
  clear(): void {
    this.#where = "nowhere";
    this.#aside = undefined;
  }
}
