/** The core's weighted cross-entropy over sequences of logits that a user passes. */

import { core } from "./core.js";
import { CoreObject } from "./core-object.js";
import { RawAxis, type RawSequenceLossBuffer } from "./enumerations.js";
import { placeAt, type BufferPlace } from "./memory.js";

const AXES = { keep: RawAxis.Keep, average: RawAxis.Average, sum: RawAxis.Sum } as const;

/** The treatment of an axis. */
export type Axis = keyof typeof AXES;

/** The buffers of one computation. */
export class RawSequenceLoss extends CoreObject {
  constructor(batch: number, time: number, classes: number) {
    super(() => core().sequence_loss_new(batch, time, classes), core().sequence_loss_free);
  }

  place(buffer: RawSequenceLossBuffer): BufferPlace {
    return placeAt(this.core.sequence_loss_address(this.at, buffer));
  }

  /** Computes the loss and returns the number of results. */
  compute(overTime: Axis, overBatch: Axis): number {
    return this.core.sequence_loss_compute(this.at, AXES[overTime], AXES[overBatch]);
  }

  /** The last result in double precision: the loss, if no axis is kept. */
  get last(): number {
    return this.core.sequence_loss_last(this.at);
  }
}
