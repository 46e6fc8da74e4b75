/**
 * Samples ids from logits for generation: p = softmax(logits / temperature), one id per row.
 *
 * The core's counter-based generator makes the random numbers. The same seed, step and row give the same
 * uniform number on every machine and engine, independent of earlier samples.
 */

import { integer, number, seed as readSeed } from "../base/check.js";
import { rangeError, type Path } from "../base/errors.js";
import { copySource, rowMajor } from "./numbers.js";
import { readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { showShape } from "../base/show.js";
import { open, type Source } from "../base/source.js";
import type { Numbers2 } from "../base/tensor.js";
import { RawSamplerBuffer } from "../wasm/enumerations.js";
import { fromCore } from "../wasm/failure.js";
import { f32, i32 } from "../wasm/memory.js";
import { RawSampler, type RawDraw } from "../wasm/raw-sampler.js";

const SAMPLE = {
  /**
   * Divides the logits. Values below 1 make likely ids more likely; 0 selects the largest logit, the first of
   * equal ones. Default 1.
   */
  temperature: {
    read: (value: unknown, path: Path) => number(value, path, { min: 0, max: 1e30 }),
    fallback: 1,
  },
  /** Seed of the random numbers: an integer from 0 to 2³² − 1. Default 0. */
  seed: { read: readSeed, fallback: 0 },
  /**
   * Index of the draw in the stream of the seed, which the caller increments from call to call: an integer
   * from 0. Default 0.
   */
  step: { read: (value: unknown, path: Path) => integer(value, path, { min: 0 }), fallback: 0 },
} satisfies Declaration;

/** Options of {@link sample}. */
export interface SampleOptions extends OptionsOf<typeof SAMPLE> {}

/**
 * Samples an id from each row of logits.
 *
 * @param logits (B, V), such as the result of a session's `step`. A class with the logit −Infinity is never
 *   sampled.
 * @param options temperature, seed and step
 * @returns (B) ids in 0 … V − 1
 * @throws TypeError when a value is of the wrong kind
 * @throws RangeError when a value or size is wrong, a logit is NaN or +Infinity, or all logits of a row are
 *   −Infinity; the message names the place
 * @throws BpttError `OUT_OF_MEMORY`
 *
 * @example
 * import { Rnn, sample } from "bptt";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 });
 * const session = rnn.session();
 * let ids = new Int32Array([0]);
 * for (let step = 0; step < 3; step++) {
 *   ids = sample(session.step(ids), { temperature: 0.8, seed: 1, step });
 *   console.log(ids[0]);
 * }
 */
export function sample(logits: Numbers2, options: SampleOptions = {}): SampledIds {
  const settings = readOptions(options, SAMPLE);
  const source = open(logits, "logits", "numbers (B,V)");
  const { shape } = source;
  if (shape.length !== 2 || shape.includes(0)) {
    throw rangeError("logits", "a shape (B,V) without zeros", showShape(shape));
  }
  const [batch, classes] = shape as [number, number];
  return sampleFrom(source, [batch, classes], { ...settings, topK: Infinity, topP: 1 });
}

/** The ids that {@link sample} returns: an Int32Array over an ArrayBuffer. See `Bytes` for its form. */
export type SampledIds = ReturnType<Int32ArrayConstructor["of"]>;

/** Samples an id from each row of opened logits (B, V). */
export function sampleFrom(
  source: Source,
  [batch, classes]: readonly [number, number],
  settings: RawDraw,
): SampledIds {
  const shape = [batch, classes];
  let raw: RawSampler | undefined;
  try {
    raw = new RawSampler(batch, classes);
    const at = raw.place(RawSamplerBuffer.Logits).start;
    copySource(source, { ...rowMajor(shape, at), accepts: "negativeInfinity" });
    for (let b = 0; b < batch; b++) {
      const row = f32().subarray(at + b * classes, at + (b + 1) * classes);
      if (row.every((x) => x === -Infinity)) {
        throw rangeError(["logits", b], "at least one finite number", "only -Infinity");
      }
    }
    raw.draw(settings);
    const { start } = raw.place(RawSamplerBuffer.Ids);
    return i32().slice(start, start + batch);
  } catch (error) {
    throw fromCore(error, `logits ${showShape(shape)}`);
  } finally {
    raw?.free();
  }
}
