// Turns the panics of a published module into bare traps.
//
// The panic handler of the release build traps without a message (crate/src/runtime.rs), but each check still passes a message and
// its source location to a panic function. To save those bytes, the bodies of the panic functions become `unreachable`, which
// wasm-opt then inlines at their calls, and the locations become zeros, which are not stored. The checks do not change. This
// step needs the names of the functions; wasm-opt removes them afterwards. The debug build keeps its messages.

import binaryen from "binaryen";
import { SetupError } from "./log.mjs";

/** Matches functions that take a panic's message and never return, by their names without hashes. */
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

/** @param {string} name with hashes */
function plain(name) {
  return name.replaceAll(/\[[0-9a-f]+\]/g, "").replace(/::h[0-9a-f]{16}$/, "");
}

/** Matches those whose arguments are a message's address and length, then the location. */
const WITH_MESSAGE = /^core::(panicking::panic|(option|result)::expect_failed)$/;

/** Bytes of a `core::panic::Location`: address and length of the file's name, line, column. */
const PLACE_BYTES = 16;

/** @typedef {{ address: number, size: number }} Range */

/** @param {Uint8Array} bytes @returns {Uint8Array} */
export function trapPanics(bytes) {
  const before = binaryen.readBinary(bytes);
  const panics = functionNames(before).filter((name) => PANICS.some((panic) => panic.test(plain(name))));
  if (panics.length === 0)
    throw new SetupError("No function of the module panics by its name: fix scripts/setup/wasm-traps.mjs.");
  const { places, messages } = given(before.emitStackIR(), new Set(panics));
  before.dispose();

  const module = binaryen.readBinary(without(bytes, places, messages));
  // The declarations put this class into modules, but it belongs to the library.
  const functions = /** @type {binaryen.Module["Function"]} */ (Reflect.get(binaryen, "Function"));
  for (const name of panics) functions.setBody(module.getFunction(name), module.unreachable());
  binaryen.setDebugInfo(true); // names are kept, for looking at the module before wasm-opt
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
 * Returns the arguments of panics: constants right before the call. An address that occurs anywhere else is
 * left out.
 * @param {string} text the module's instructions, one per line
 * @param {Set<string>} panics
 * @returns {{ places: Range[], messages: Range[] }}
 */
function given(text, panics) {
  /** @type {Map<number, number>} */
  const mentions = new Map();
  /** @type {Map<number, Range & { calls: number, place: boolean }>} */
  const found = new Map();
  const note = (/** @type {number} */ address, /** @type {number} */ size, /** @type {boolean} */ place) => {
    const entry = found.get(address) ?? { address, size, place, calls: 0 };
    entry.calls++;
    found.set(address, entry);
  };
  /** @type {number[]} */
  let constants = [];
  for (const line of text.split("\n")) {
    const constant = /^\s*i32\.const (\d+)$/.exec(line)?.[1];
    if (constant !== undefined) {
      constants.push(Number(constant));
      mentions.set(Number(constant), (mentions.get(Number(constant)) ?? 0) + 1);
      continue;
    }
    const called = /^\s*call \$(?:"([^"]*)"|(\S+))$/.exec(line);
    const name = called?.[1] ?? called?.[2] ?? "";
    const [message, size, place] = constants.slice(-3);
    if (panics.has(name) && constants.length > 0) note(constants.at(-1) ?? 0, PLACE_BYTES, true);
    if (panics.has(name) && WITH_MESSAGE.test(plain(name)) && place !== undefined)
      note(message ?? 0, size ?? 0, false);
    constants = [];
  }
  const alone = [...found.values()].filter(({ address, calls }) => mentions.get(address) === calls);
  return { places: alone.filter(({ place }) => place), messages: alone.filter(({ place }) => !place) };
}

/**
 * Returns the module with zeros in place of the arguments of panics and of the files' names in the locations.
 * @param {Uint8Array} bytes @param {Range[]} places @param {Range[]} messages
 */
function without(bytes, places, messages) {
  const copy = bytes.slice();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (const segment of segments(bytes)) {
    const inside = (/** @type {Range} */ { address, size }) =>
      address >= segment.address && address + size <= segment.address + segment.size;
    const at = (/** @type {number} */ address) => segment.start + address - segment.address;
    const files = places.filter(inside).map(({ address }) => ({
      address: view.getUint32(at(address), true),
      size: view.getUint32(at(address) + 4, true),
    }));
    for (const range of [...places, ...messages, ...files].filter(inside))
      copy.fill(0, at(range.address), at(range.address) + range.size);
    clearText(copy.subarray(segment.start, segment.start + segment.size));
  }
  return copy;
}

/**
 * Replaces text by zeros: the parts of messages that core formats, and its table of digits. The core itself has no text.
 * @param {Uint8Array} data
 */
function clearText(data) {
  const text = Buffer.from(data).toString("latin1");
  for (const { 0: run, index } of text.matchAll(/[ -~]{9,}/g)) data.fill(0, index, index + run.length);
}

/**
 * Returns the active segments of the data section, in WebAssembly's binary format.
 * @param {Uint8Array} bytes
 */
function segments(bytes) {
  let at = 8; // after the magic number and version
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
