// Turns the panics of a module into bare traps.
//
// The core's panic handler traps and prints nothing (crate/src/runtime.rs), yet each check that could fail still hands over a message
// and its place in the sources. Nobody reads them: here the functions that would take them become `unreachable`, which wasm-opt then
// puts where they were called, and the places, which nothing else refers to, become zeros, which it does not store. The
// checks themselves stay as they are. Needs the names of the functions, which wasm-opt drops afterwards.

import binaryen from "binaryen";
import { SetupError } from "./log.mjs";

/** Functions that take a panic's message and never return; names as the linker writes them, without the hashes. */
const PANICS = [
  /^core::panicking::panic/,
  /^core::panicking::assert_failed/,
  /^core::slice::index::slice_\w*fail$/,
  /^core::slice::copy_from_slice_impl::len_mismatch_fail$/,
  /^core::str::slice_error_fail/,
  /^core::(option|result)::(expect|unwrap)_failed$/,
  /^alloc::raw_vec::(handle_error|capacity_overflow)$/,
  /^alloc::alloc::handle_alloc_error$/,
  /^__rustc::__(rust|rdl)_alloc_error_handler$/,
];

/** @param {string} name */
function isPanic(name) {
  const plain = name.replaceAll(/\[[0-9a-f]+\]/g, "").replace(/::h[0-9a-f]{16}$/, "");
  return PANICS.some((panic) => panic.test(plain));
}

/** Bytes of a `core::panic::Location`: address and length of the file's name, line, column. */
const PLACE_BYTES = 16;

/** @param {Uint8Array} bytes @returns {Uint8Array} */
export function trapPanics(bytes) {
  const before = binaryen.readBinary(bytes);
  const panics = functionNames(before).filter(isPanic);
  if (panics.length === 0)
    throw new SetupError("No function of the module panics by its name: mend scripts/setup/wasm-traps.mjs.");
  const places = placesGiven(before.emitStackIR(), new Set(panics));
  before.dispose();

  const module = binaryen.readBinary(withoutPlaces(bytes, places));
  // Its declarations put this into modules; it is the library's.
  const functions = /** @type {binaryen.Module["Function"]} */ (Reflect.get(binaryen, "Function"));
  for (const name of panics) functions.setBody(module.getFunction(name), module.unreachable());
  binaryen.setDebugInfo(true); // the names stay, for whoever looks at the module before wasm-opt
  const trapping = module.emitBinary();
  module.dispose();
  return trapping;
}

/** @param {binaryen.Module} module */
function functionNames(module) {
  return Array.from({ length: module.getNumFunctions() }, (_, i) => {
    const { name, base } = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
    return base ? "" : name; // an import has no body
  });
}

/**
 * The addresses of places that panics are given: the last argument is a constant right before the call. An address that is
 * mentioned anywhere else is left out.
 * @param {string} text the module's instructions, one a line
 * @param {Set<string>} panics
 */
function placesGiven(text, panics) {
  /** @type {Map<number, number>} */
  const mentions = new Map();
  /** @type {Map<number, number>} */
  const given = new Map();
  const count = (/** @type {Map<number, number>} */ counts, /** @type {number} */ key) =>
    counts.set(key, (counts.get(key) ?? 0) + 1);
  let constant;
  for (const line of text.split("\n")) {
    const called = /^\s*call \$(?:"([^"]*)"|(\S+))$/.exec(line);
    if (constant !== undefined && called && panics.has(called[1] ?? called[2] ?? "")) count(given, constant);
    constant = /^\s*i32\.const (\d+)$/.exec(line)?.[1];
    constant = constant === undefined ? undefined : Number(constant);
    if (constant !== undefined) count(mentions, constant);
  }
  return [...given].filter(([place, calls]) => mentions.get(place) === calls).map(([place]) => place);
}

/**
 * The module with zeros in place of what panics were given.
 * @param {Uint8Array} bytes @param {number[]} places
 */
function withoutPlaces(bytes, places) {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (const { address, start, size } of segments(copy)) {
    const inside = places.filter((place) => place >= address && place + PLACE_BYTES <= address + size);
    const at = (/** @type {number} */ place) => start + place - address;
    const names = inside.map((place) => [
      view.getUint32(at(place), true),
      view.getUint32(at(place) + 4, true),
    ]);
    for (const place of inside) copy.fill(0, at(place), at(place) + PLACE_BYTES);
    for (const [name = 0, length = 0] of names)
      if (name >= address && name + length <= address + size) copy.fill(0, at(name), at(name) + length);
  }
  return copy;
}

/**
 * The active segments of the data section, in WebAssembly's binary format.
 * @param {Uint8Array} bytes
 */
function segments(bytes) {
  let at = 8; // behind magic number and version
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const found = [];
  while (at < bytes.length) {
    const section = bytes[at++];
    const end = number() + at;
    for (let left = section === 11 ? number() : 0; left > 0; left--) {
      // flags 0: an i32.const (0x41), its value, end (0x0b)
      if (number() !== 0 || bytes[at++] !== 0x41) break;
      const address = number();
      at++;
      const size = number();
      found.push({ address, start: at, size });
      at += size;
    }
    at = end;
  }
  return found;
}
