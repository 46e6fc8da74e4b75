/**
 * The wasm instance of this entry, of which there is one. It is created at first use by the loader that the
 * entry registered, or earlier by `init` (load-given.ts). The classes of raw-*.ts call its exports.
 */

import { initSync, type InitOutput } from "../../crate/pkg/bptt.js";
import { BpttError } from "../base/errors.js";
import { unavailable } from "./unavailable.js";

/**
 * The exports of the module: the functions of crate/src/wasm, and the one that the set-up adds
 * (scripts/setup/wasm-stack.mjs).
 */
export type Exports = InitOutput & { readonly expect_stack: () => void };

let instance: Exports | undefined;
let compiled: WebAssembly.Module | undefined;
let loader: (() => WebAssembly.Module) | undefined;

/** Registers the loader to use when `init` was not called. The entry calls this once. */
export function setLoader(load: () => WebAssembly.Module): void {
  loader = load;
}

/** Returns true if the entry has its own module. */
export function hasLoader(): boolean {
  return loader !== undefined;
}

/** Returns true if the instance exists. */
export function isReady(): boolean {
  return instance !== undefined;
}

/** Returns the instance, and creates it from a compiled module if there is none. */
export function instantiate(module: WebAssembly.Module): Exports {
  if (instance) return instance;
  // A foreign module must not reach initSync, which would keep it forever.
  try {
    const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
    if (!names.has("memory") || !names.has("rnn_new")) {
      throw new BpttError("WASM_UNAVAILABLE", "bptt: this WebAssembly module is not bptt.wasm");
    }
    instance = initSync({ module }) as Exports;
    compiled = module;
    return instance;
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** Returns the exports of the instance. */
export function core(): Exports {
  return instance ?? ready();
}

/** Returns the module of the instance, for a worker, which then does not have to compile it again. */
export function compiledModule(): WebAssembly.Module {
  core();
  return compiled as WebAssembly.Module;
}

/** Returns the memory of the instance. */
export function memory(): WebAssembly.Memory {
  return core().memory;
}

function ready(): Exports {
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
  return instantiate(module);
}

/**
 * Throws a RangeError if the engine's stack has no room for a call of the module. It is called before each
 * change, because a change that the end of the stack cuts short leaves weights half updated, or lists of free
 * memory out of order.
 */
export function expectStack(): void {
  (instance ?? ready()).expect_stack();
}
