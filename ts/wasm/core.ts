/**
 * The one wasm instance of this entry: made at first use by the loader the entry registered, or ahead of it by
 * `init` (load-given.ts). The raw classes leave this folder only through here.
 */

import { initSync, learningRate, RawBuffer, RawCurve, RawRnn, RawSampler, RawSequenceLoss } from "../../crate/pkg/bptt.js";
import { BpttError } from "../errors.js";
import { unavailable } from "./unavailable.js";

export { RawBuffer, RawCurve };
export type { RawRnn, RawSequenceLoss };

let instance: WebAssembly.Memory | undefined;
let loader: (() => WebAssembly.Module) | undefined;

/** Registers how the module is come by when none was given: called once, by the entry. */
export function setLoader(load: () => WebAssembly.Module): void {
  loader = load;
}

/** Whether the entry brought its own module. */
export function hasLoader(): boolean {
  return loader !== undefined;
}

/** Whether the instance is there. */
export function isReady(): boolean {
  return instance !== undefined;
}

/** Makes the instance from a compiled module; does nothing when there is one already. */
export function instantiate(module: WebAssembly.Module): void {
  if (instance) return;
  // A module that is not ours must not reach initSync, which would keep it for good.
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  if (!names.has("memory") || !names.has("rawrnn_new")) {
    throw new BpttError("WASM_UNAVAILABLE", "bptt: this WebAssembly module is not bptt.wasm");
  }
  try {
    instance = initSync({ module }).memory;
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** The raw class of networks. */
export function rawRnn(): typeof RawRnn {
  ready();
  return RawRnn;
}

/** The raw class of the sequence loss. */
export function rawSequenceLoss(): typeof RawSequenceLoss {
  ready();
  return RawSequenceLoss;
}

/** The raw class of draws from logits. */
export function rawSampler(): typeof RawSampler {
  ready();
  return RawSampler;
}

/** The core's evaluation of schedules. */
export function rawLearningRate(): typeof learningRate {
  ready();
  return learningRate;
}

/** The instance's memory. */
export function memory(): WebAssembly.Memory {
  return instance ?? ready();
}

function ready(): WebAssembly.Memory {
  if (instance) return instance;
  if (!loader) {
    throw new BpttError(
      "NOT_INITIALISED",
      "bptt/slim: call `await init(…)` with bptt.wasm before anything else",
    );
  }
  let module: WebAssembly.Module;
  try {
    module = loader();
  } catch (cause) {
    throw unavailable(cause);
  }
  instantiate(module);
  return instance as unknown as WebAssembly.Memory;
}
