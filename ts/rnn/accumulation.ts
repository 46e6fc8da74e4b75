/**
 * Gradients that add up over calls. They lie in the core's arena of gradients, which every other pass overwrites:
 * before one does, the sum is put aside, and back when the adding goes on.
 */

import { floats } from "../base/tensor.js";
import { f32 } from "../wasm/memory.js";

/** The arena, as float32 index and length; asked for anew each time, as memory may have grown. */
export type Arena = () => { readonly start: number; readonly length: number };

/** The sum of gradients of one network. */
export class Accumulation {
  readonly #arena: Arena;
  #where: "nowhere" | "arena" | "aside" = "nowhere";
  #aside: Float32Array | undefined;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Whether anything has been added since the start or the last `clear`. */
  get started(): boolean {
    return this.#where !== "nowhere";
  }

  /** Before a pass that overwrites the arena. */
  putAside(): void {
    if (this.#where !== "arena") return;
    const { start, length } = this.#arena();
    this.#aside ??= floats(length, "gradients");
    this.#aside.set(f32().subarray(start, start + length));
    this.#where = "aside";
  }

  /** Before a pass that adds to the arena. Returns whether there is something to add to. */
  bringBack(): boolean {
    if (this.#where === "aside" && this.#aside) f32().set(this.#aside, this.#arena().start);
    if (this.#where === "aside") this.#where = "arena";
    return this.#where === "arena";
  }

  /** After a pass that has added to the arena, or begun the sum there. */
  added(): void {
    this.#where = "arena";
  }

  /** Forgets the sum. */
  clear(): void {
    this.#where = "nowhere";
    this.#aside = undefined;
  }
}
