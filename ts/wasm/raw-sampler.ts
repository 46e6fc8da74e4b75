/** The core's sampling of ids from logits. */

import { core } from "./core.js";
import { CoreObject } from "./core-object.js";
import { setArguments } from "./arguments.js";
import { RawDrawArgument, type RawSamplerBuffer } from "./enumerations.js";
import { failure } from "./failure.js";
import { placeAt, type BufferPlace } from "./memory.js";

/** The settings of a draw. */
export interface RawDraw {
  readonly temperature: number;
  /** The number of most probable ids that are kept; Infinity for all. */
  readonly topK: number;
  /**
   * The total probability that the kept ids must reach, where the fewest of the most probable ids are kept; 1
   * for all.
   */
  readonly topP: number;
  readonly seed: number;
  /** The number of the draw. */
  readonly step: number;
}

/** The buffers of one draw. */
export class RawSampler extends CoreObject {
  constructor(batch: number, classes: number) {
    super(() => core().sampler_new(batch, classes), core().sampler_free);
  }

  place(buffer: RawSamplerBuffer): BufferPlace {
    return placeAt(this.core.sampler_address(this.at, buffer));
  }

  /** Samples an id for each row. The logits must be written again before the next draw. */
  draw({ temperature, topK, topP, seed, step }: RawDraw): void {
    setArguments<RawDrawArgument>({
      [RawDrawArgument.Temperature]: temperature,
      [RawDrawArgument.TopK]: topK,
      [RawDrawArgument.TopP]: topP,
      [RawDrawArgument.Seed]: seed,
      [RawDrawArgument.Number]: step,
    });
    if (this.core.sampler_draw(this.at) === 0) throw failure();
  }
}
