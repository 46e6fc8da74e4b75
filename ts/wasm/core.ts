/**
 * The one wasm instance of this entry: made at first use by the loader the entry registered, or ahead of it by
 * `init` (load-given.ts). The classes of raw-*.ts call its exports.
 */

import { initSync, type InitOutput } from "../../crate/pkg/bptt.js";
import { BpttError } from "../base/errors.js";
import { unavailable } from "./unavailable.js";

let instance: InitOutput | undefined;
let compiled: WebAssembly.Module | undefined;
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

/** Returns the instance, made of a compiled module unless there is one already. */
export function instantiate(module: WebAssembly.Module): InitOutput {
  if (instance) return instance;
  // A module that is not ours must not reach initSync, which would keep it for good.
  try {
    const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
    if (!names.has("memory") || !names.has("rnn_new")) {
      throw new BpttError("WASM_UNAVAILABLE", "bptt: this WebAssembly module is not bptt.wasm");
    }
    instance = initSync({ module });
    const pointer: unknown = Reflect.get(instance, "__stack_pointer");
    if (pointer instanceof WebAssembly.Global) stackStart = Number(pointer.value);
    compiled = module;
    return instance;
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** What the instance exports. */
export function core(): InitOutput {
  return instance ?? ready();
}

/** The module that the instance is of: for a worker, which need not compile it again. */
export function compiledModule(): WebAssembly.Module {
  core();
  return compiled as WebAssembly.Module;
}

/** The instance's memory. */
export function memory(): WebAssembly.Memory {
  return core().memory;
}

function ready(): InitOutput {
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

/** Whether a call may have been cut short since the stack pointer of the module was last restored. */
export const stack = { suspect: false };
let stackStart: number | undefined;

/** Restores the stack pointer of the module. The module never calls JavaScript, so that its stack is empty whenever this runs. */
export function restoreStack(): void {
  const pointer: unknown = Reflect.get(core(), "__stack_pointer");
  if (pointer instanceof WebAssembly.Global && stackStart !== undefined) pointer.value = stackStart;
  stack.suspect = false;
}
