/**
 * Loads a module that a user passes: bytes, a buffer, a response, an address, or a compiled module. `file:`
 * addresses are read by Node's file system, in a way that bundlers for browsers do not see.
 */

import { BpttError, rangeError, typeError } from "../base/errors.js";
import { nodeModule } from "../base/platform.js";
import { show } from "../base/show.js";
import { hasLoader, instantiate, isReady, memory } from "./core.js";
import { unavailable } from "./unavailable.js";

/** The part of a `Response` or `Blob` that is used here, so that the DOM's types are not needed. */
export interface ResponseLike {
  /** True if the status is one of success. Undefined for a Blob. */
  readonly ok?: boolean;
  /** The HTTP status, for the message of an error. */
  readonly status?: number;
  /** The address of the response, for the message of an error. */
  readonly url?: string;
  /** The bytes. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** A compiled `WebAssembly.Module`. TypeScript's own type for it is empty too. */
export type CompiledModule = object;

/**
 * A source of the module, as {@link init} takes it: bytes, a buffer, a response or blob, a URL, an address,
 * or a compiled module.
 */
export type WasmSource =
  ArrayBuffer | ArrayBufferView | ResponseLike | { readonly href: string } | string | CompiledModule;

/**
 * Loads the WebAssembly module. `bptt/slim` requires this call before any other. The entries `bptt` and
 * `bptt/relaxed` contain their module, so there the call only moves compilation ahead of the first use and
 * off the main thread. Calls after the module was instantiated do nothing.
 *
 * The module that is passed is used with any entry: `bptt/bptt.wasm` gives the same bits
 * everywhere, `bptt/relaxed.wasm` is faster and does not.
 *
 * @param source the bytes of `bptt/bptt.wasm` or `bptt/relaxed.wasm`, a Response or address that yields them,
 * or the compiled module; optional in entries that contain a module
 * @throws TypeError when `source` is none of these
 * @throws BpttError `WASM_UNAVAILABLE` when the module cannot be fetched, compiled or instantiated
 *
 * @example
 * import { init, Rnn } from "bptt/slim";
 *
 * await init(new URL(import.meta.resolve("bptt/bptt.wasm")));
 * console.log(new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 }).hiddenSize); // 5
 */
export async function init(source?: WasmSource | PromiseLike<WasmSource>): Promise<void> {
  if (isReady()) return;
  if (source === undefined && hasLoader()) return void memory();
  if (source === undefined) throw typeError("init", WANTED, "undefined");
  const given: unknown = await source;
  let module: WebAssembly.Module;
  if (isModule(given)) module = given;
  else {
    const bytes = await read(given);
    requireWasm(bytes);
    try {
      module = await WebAssembly.compile(bytes);
    } catch (cause) {
      throw unavailable(cause);
    }
  }
  instantiate(module);
}

const WANTED = "the bytes of bptt.wasm, an ArrayBuffer, a Response, a URL or a WebAssembly.Module";

/** Throws where the bytes are something else, such as the page that a server sends for a missing file. */
function requireWasm(bytes: Uint8Array): void {
  const start = String.fromCharCode(...bytes.subarray(0, 16));
  if (start.startsWith("\0asm")) return;
  throw new BpttError(
    "WASM_UNAVAILABLE",
    `bptt: these bytes are not WebAssembly, they begin with ${show(start)}; is the address right?`,
  );
}

async function read(given: unknown): Promise<Uint8Array<ArrayBuffer>> {
  if (isArrayBuffer(given)) return new Uint8Array(given);
  // a copy, because engines refuse DataViews and shared memory
  if (ArrayBuffer.isView(given))
    return new Uint8Array(given.buffer, given.byteOffset, given.byteLength).slice();
  if (typeof given === "string") return readAddress(parse(given));
  if (typeof given === "object" && given !== null) {
    if ("arrayBuffer" in given && typeof given.arrayBuffer === "function")
      return readResponse(given as ResponseLike);
    if ("href" in given && typeof given.href === "string") return readAddress(given.href);
  }
  throw typeError("init", WANTED, show(given));
}

// The tag identifies objects of other realms (iframes, vm contexts) and needs no WebAssembly.
function isModule(value: unknown): value is WebAssembly.Module {
  return Object.prototype.toString.call(value) === "[object WebAssembly.Module]";
}

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  return Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

/** Returns an absolute address. A relative address is resolved against the page's. */
function parse(address: string): string {
  const base = (globalThis as { location?: { href?: string } }).location?.href;
  try {
    return new URL(address, base).href;
  } catch (cause) {
    throw rangeError("init", "an absolute URL", show(address), { cause });
  }
}

async function readAddress(href: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const files = href.startsWith("file:") ? nodeModule<NodeFiles>("fs/promises") : undefined;
    if (files) return await files.readFile(new URL(href));
    return await readResponse(await fetch(href));
  } catch (cause) {
    throw unavailable(cause);
  }
}

async function readResponse(response: ResponseLike): Promise<Uint8Array<ArrayBuffer>> {
  if (response.ok === false) {
    throw new BpttError("WASM_UNAVAILABLE", `bptt: fetching ${response.url} gave status ${response.status}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

interface NodeFiles {
  readFile(url: URL): Promise<Uint8Array<ArrayBuffer>>;
}
