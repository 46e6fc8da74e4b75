/**
 * The one wasm instance of this entry: made at first use by the loader the entry registered, or ahead of it by
 * `init` (load-given.ts). The raw classes leave this folder only through here.
 */

import {
  initSync,
  learningRate,
  RawBuffer,
  RawCurve,
  RawRnn,
  RawSampler,
  RawSequenceLoss,
} from "../../crate/pkg/bptt.js";
import { BpttError } from "../errors.js";

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

/** What keeps wasm from running here, in words, as a coded error. */
export function unavailable(cause: unknown): BpttError {
  const reason = cause instanceof Error ? cause.message : "unknown reason";
  return new BpttError("WASM_UNAVAILABLE", `bptt: ${diagnosis(reason)}`, { cause });
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

// (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt)): valid only where simd128 is known
const SIMD_PROBE = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  11,
];

function diagnosis(reason: string): string {
  if (typeof WebAssembly !== "object") return "this engine has no WebAssembly";
  if (!WebAssembly.validate(new Uint8Array(SIMD_PROBE))) {
    return `this engine lacks WebAssembly SIMD (Node 16.4, Chrome 91, Firefox 89, Safari 16.4 and later have it)`;
  }
  const policy = /unsafe-eval|content.security.policy|disallowed by embedder/i.test(reason);
  const hint = policy ? "; the page's Content-Security-Policy must allow 'wasm-unsafe-eval'" : "";
  return `the WebAssembly module cannot be loaded: ${reason}${hint}`;
}
