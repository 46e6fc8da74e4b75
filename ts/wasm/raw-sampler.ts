/** The core's sampling of ids from logits. */

import { core } from "./core.js";
import { CoreObject } from "./core-object.js";
import type { RawSamplerBuffer } from "./enumerations.js";
import { placeAt, type Place } from "./memory.js";

/** The buffers of one draw. */
export class RawSampler extends CoreObject {
  constructor(batch: number, classes: number) {
    super(core().sampler_new(batch, classes), core().sampler_free);
  }

  place(buffer: RawSamplerBuffer): Place {
    return placeAt(this.core.sampler_address(this.at, buffer));
  }

  /** Samples an id for each row. */
  draw(temperature: number, seed: number, draw: number): void {
    this.core.sampler_draw(this.at, temperature, seed, draw);
  }
}
