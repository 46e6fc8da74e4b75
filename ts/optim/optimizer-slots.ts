/** The optimizers that have updated a network, and the slots of the network that hold their moments. */

import { finalizer, weak } from "../base/finalization.js";
import { BpttError } from "../base/errors.js";
import { addRule, type OptimizerState } from "./optimizer.js";
import { rateAt } from "./schedule.js";
import type { RawRnn } from "../wasm/raw-rnn.js";

/** The part of a network that is used here. */
interface Owner {
  readonly freed: boolean;
}

/** Removes the moments of an optimizer that was garbage collected. */
const abandoned = /* @__PURE__ */ finalizer<{ slots: { deref(): OptimizerSlots | undefined }; slot: number }>(
  ({ slots, slot }) => slots.deref()?.remove(slot),
);

/** The optimizers of one network. */
export class OptimizerSlots {
  readonly #owner: Owner;
  readonly #raw: RawRnn;
  readonly #identity = {};
  readonly #slots = new WeakMap<OptimizerState, number>();

  constructor(owner: Owner, raw: RawRnn) {
    this.#owner = owner;
    this.#raw = raw;
  }

  /** Refuses an optimizer that is bound to another network. */
  expectOwn(optimizer: OptimizerState): void {
    if (optimizer.network !== undefined && optimizer.network !== this.#identity) {
      throw new BpttError(
        "OPTIMIZER_BOUND",
        "optimizer: it belongs to another network, the first one that it updated",
      );
    }
  }

  /** Returns the slot of an optimizer's moments, or undefined if it has none yet. */
  slotOf(optimizer: OptimizerState): number | undefined {
    this.expectOwn(optimizer);
    return this.#slots.get(optimizer);
  }

  /**
   * Performs one update at the learning rate for the optimizer's count of updates, and increments the count
   * after it.
   */
  update<Result>(optimizer: OptimizerState, step: (slot: number, learningRate: number) => Result): Result {
    const rate = rateAt(optimizer.learningRate, optimizer.steps);
    const result = this.use(optimizer, (slot) => step(slot, rate));
    optimizer.steps++;
    return result;
  }

  /**
   * Runs `work` with the optimizer's slot. The first call binds the optimizer to this network. If `work`
   * fails in that call, the optimizer stays unbound.
   */
  use<Result>(optimizer: OptimizerState, work: (slot: number) => Result): Result {
    const known = this.slotOf(optimizer);
    if (known !== undefined) return work(known);
    const slot = addRule(this.#raw, optimizer.rule);
    let result: Result;
    try {
      result = work(slot);
    } catch (error) {
      this.#raw.removeOptimizer(slot);
      throw error;
    }
    this.#slots.set(optimizer, slot);
    optimizer.network = this.#identity;
    abandoned.register(optimizer, { slots: weak(this), slot }, optimizer);
    return result;
  }

  /** Frees the memory of an optimizer's moments. */
  forget(optimizer: OptimizerState): void {
    const slot = this.#slots.get(optimizer);
    if (slot === undefined) return;
    this.#slots.delete(optimizer);
    abandoned.unregister(optimizer);
    this.remove(slot);
  }

  /** Frees the memory of a slot. */
  remove(slot: number): void {
    if (!this.#owner.freed) this.#raw.removeOptimizer(slot);
  }
}
