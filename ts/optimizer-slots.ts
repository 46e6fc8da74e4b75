/** Which optimizers have stepped a network, and in which slot of it their moments lie. */

import { BpttError } from "./errors.js";
import type { OptimizerState } from "./optimizer.js";
import type { RawRnn } from "./wasm/core.js";

/** The network as far as it matters here. */
interface Owner {
  readonly freed: boolean;
}

/** What of an optimizer's is left in a network when the optimizer itself is gone. */
const abandoned = new FinalizationRegistry<{ slots: WeakRef<OptimizerSlots>; slot: number }>(
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

  /**
   * Runs `step` with the optimizer's slot. An optimizer's first step binds it to this network; when that step fails,
   * it is as free as before.
   */
  use<Result>(optimizer: OptimizerState, step: (slot: number) => Result): Result {
    if (optimizer.network !== undefined && optimizer.network !== this.#identity) {
      throw new BpttError(
        "OPTIMIZER_BOUND",
        "optimizer: it belongs to another network, the first one it stepped",
      );
    }
    const known = this.#slots.get(optimizer);
    if (known !== undefined) return step(known);
    const { beta1, beta2, epsilon, torchForm, weightDecay } = optimizer;
    const slot = this.#raw.addAdam(beta1, beta2, epsilon, torchForm, weightDecay);
    let result: Result;
    try {
      result = step(slot);
    } catch (error) {
      this.#raw.removeOptimizer(slot);
      throw error;
    }
    this.#slots.set(optimizer, slot);
    optimizer.network = this.#identity;
    abandoned.register(optimizer, { slots: new WeakRef(this), slot });
    return result;
  }

  /** Forgets an optimizer's moments. */
  remove(slot: number): void {
    if (!this.#owner.freed) this.#raw.removeOptimizer(slot);
  }
}
