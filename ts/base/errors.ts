/**
 * The errors of the library. They carry data: programs read the fields, and the message for people is derived
 * from the fields.
 *
 * A failed check throws a TypeError (wrong kind) or a RangeError (wrong value) with the fields of {@link CheckError}.
 * Anything else that can go wrong is a {@link BpttError} with a `code`.
 */

import { show } from "./show.js";

/** A step on the way to a value: the name of a property or the index of an element. */
export type Key = string | number;

/** The place of a value: the name of an argument, or that name followed by keys (`["data", 3, "values", 17]`). */
export type Path = string | readonly Key[];

/**
 * The TypeError or RangeError of a failed check. Its message is `data[3].values[17]: expected …, received …`.
 *
 * @example
 * import { oneHot, type CheckError } from "bptt";
 *
 * try {
 *   oneHot([0, 7], 3);
 * } catch (error) {
 *   const { path, expected, received } = error as CheckError;
 *   console.log(path, expected, received); // ["ids", 1] "an id in 0..2" "7"
 * }
 */
export interface CheckError extends Error {
  /** The place of the value: the name of the argument or option, followed by property names and indices. */
  readonly path: readonly (string | number)[];
  /** The value that was expected, in words. */
  readonly expected: string;
  /** A short description of what was received, never the value itself. */
  readonly received: string;
  /** Advice on how to correct the value, if there is any. */
  readonly hint?: string;
}

/** Additional information of an error. */
export interface ErrorDetails {
  /** Advice on how to correct the value. */
  readonly hint?: string | undefined;
  /** The underlying error. */
  readonly cause?: unknown;
}

/** Returns `path` with further keys appended. */
export function at(path: Path, ...keys: Key[]): readonly Key[] {
  return typeof path === "string" ? [path, ...keys] : [...path, ...keys];
}

/** Returns a path in JavaScript syntax: `data[3].values["a b"]`. The first key is printed without quotes. */
export function formatPath(path: Path): string {
  if (typeof path === "string") return path;
  return path.map((key, k) => (k === 0 && typeof key === "string" ? key : formatKey(key))).join("");
}

/** Returns the sentence of a failed check at `place`. All messages of failed checks are made here. */
export function formatCheck(
  place: string,
  { expected, received, hint }: Omit<CheckError, keyof Error | "path">,
): string {
  const advice = hint === undefined ? "" : `; ${shorten(hint)}`;
  return `${place}: expected ${shorten(expected)}, received ${shorten(received)}${advice}`;
}

/**
 * Creates the error for a value of the wrong kind. `received` describes the value in the form that `show()`
 * returns.
 */
export function typeError(
  path: Path,
  expected: string,
  received: string,
  details?: ErrorDetails,
): TypeError & CheckError {
  return give(new TypeError(messageOf(path, expected, received, details)), path, expected, received, details);
}

/**
 * Creates the error for a value of the right kind that is not valid. `received` describes the value in the
 * form that `show()` returns.
 */
export function rangeError(
  path: Path,
  expected: string,
  received: string,
  details?: ErrorDetails,
): RangeError & CheckError {
  return give(
    new RangeError(messageOf(path, expected, received, details)),
    path,
    expected,
    received,
    details,
  );
}

/**
 * Returns true for the error of a failed check. It looks at the fields, because each entry of the package has
 * its own copy of this file.
 */
export function isCheckError(error: unknown): error is CheckError {
  return (
    (error instanceof TypeError || error instanceof RangeError) &&
    Array.isArray((error as Partial<CheckError>).path) &&
    typeof (error as Partial<CheckError>).expected === "string"
  );
}

/** Returns a copy of the error with some of its fields replaced. */
export function withFields(
  error: CheckError,
  changed: { path?: Path; hint?: string | undefined },
): CheckError {
  const { path = error.path, hint = error.hint } = changed;
  const make = error instanceof TypeError ? typeError : rangeError;
  return make(path, error.expected, error.received, { hint, cause: error.cause });
}

/**
 * Turns the error about a part that was checked on its own into an error about the whole: `root` is put
 * before the path, or replaces the first key if that key is `self`, the name of the part. Other errors are
 * returned unchanged.
 */
export function reroot(error: unknown, root: Path, self?: string): unknown {
  if (!isCheckError(error)) return error;
  const keys = error.path[0] === self ? error.path.slice(1) : error.path;
  return withFields(error, { path: at(root, ...keys) });
}

/** Longest key in a message, in characters. The names of weights in files are longer than other texts. */
const LONGEST_KEY = 160;
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

function formatKey(key: Key): string {
  if (typeof key === "number") return `[${show(key)}]`;
  if (IDENTIFIER.test(key) && key.length <= LONGEST_KEY) return `.${key}`;
  return key.length > LONGEST_KEY
    ? `[${JSON.stringify(key.slice(0, LONGEST_KEY))}…]`
    : `[${JSON.stringify(key)}]`;
}

/** Longest part of a message, in characters: parts may quote files, which can hold anything. */
const LONGEST_PART = 500;

function shorten(part: string): string {
  return part.length > LONGEST_PART ? `${part.slice(0, LONGEST_PART)}…` : part;
}

function messageOf(path: Path, expected: string, received: string, details?: ErrorDetails): string {
  const { hint } = details ?? {};
  return formatCheck(formatPath(path), { expected, received, ...(hint === undefined ? {} : { hint }) });
}

function give<E extends Error>(
  error: E,
  path: Path,
  expected: string,
  received: string,
  { hint, cause }: ErrorDetails = {},
): E & CheckError {
  const fields = {
    path: typeof path === "string" ? [path] : [...path],
    expected: shorten(expected),
    received: shorten(received),
  };
  Object.assign(error, fields, hint === undefined ? undefined : { hint });
  return withCause(error, cause) as E & CheckError;
}

/** Attaches a cause, for engines whose constructors ignore the option `cause`. */
export function withCause<E extends Error>(error: E, cause: unknown): E {
  if (cause !== undefined)
    Object.defineProperty(error, "cause", { value: cause, configurable: true, writable: true });
  return error;
}

/**
 * The codes of a {@link BpttError}:
 *
 * - `FREED`: the network was used after `free()`
 * - `BUSY`: the network was used by a getter of the data that it was reading, or a change was requested while
 *   a run trains it
 * - `INTERRUPTED`: an earlier call was cut short in the middle of a change, for example at the end of
 *   JavaScript's stack; the network can no longer be used
 * - `NOT_FINITE`: a loss or gradient is NaN or infinite, or an update would make a parameter or a moment of
 *   the optimizer so; nothing was changed
 * - `OUT_OF_MEMORY`: an allocation failed; the message says how many bytes were requested
 * - `OPTIMIZER_BOUND`: an optimizer was used with a network other than the first one that it updated
 * - `NOT_INITIALISED`: `bptt/slim` was used before `await init(…)`
 * - `WASM_UNAVAILABLE`: the module could not be fetched, compiled or instantiated, or the engine lacks a
 *   feature that it needs (`bptt/relaxed`: relaxed SIMD)
 * - `WORKER_FAILED`: the worker of a run could not be loaded, threw, or ended before the run did
 */
export type ErrorCode =
  | "FREED"
  | "BUSY"
  | "INTERRUPTED"
  | "NOT_FINITE"
  | "OUT_OF_MEMORY"
  | "OPTIMIZER_BOUND"
  | "NOT_INITIALISED"
  | "WASM_UNAVAILABLE"
  | "WORKER_FAILED";

/** The fields of a {@link BpttError} besides its code and message. */
export interface BpttErrorDetails {
  /** For `NOT_FINITE`: the name of the parameter whose gradient or update is not finite, or "loss". */
  readonly parameter?: string | undefined;
  /** For `OUT_OF_MEMORY`: the number of bytes that were requested. */
  readonly bytes?: number | undefined;
  /** The underlying error. */
  readonly cause?: unknown;
}

// Each entry of the package is bundled on its own, so the class exists more than once in a process that uses
// two entries. A brand identifies its instances, and `instanceof` tests for the brand.
const BRAND = Symbol.for("bptt.error");

/**
 * An error other than a failed check. Its `code` tells which one.
 *
 * @example
 * import { BpttError, Rnn } from "bptt";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
 * rnn.free();
 * try {
 *   rnn.forward({ inputs: [[0, 1, 2]] });
 * } catch (error) {
 *   console.log(error instanceof BpttError && error.code); // FREED
 * }
 */
export class BpttError extends Error {
  /** A stable code for programs. The message may change between versions. */
  readonly code: ErrorCode;
  /** For `NOT_FINITE`: the name of the parameter whose gradient or update is not finite, or "loss". */
  declare readonly parameter?: string;
  /** For `OUT_OF_MEMORY`: the number of bytes that were requested. */
  declare readonly bytes?: number;

  /**
   * @param code the code of the error
   * @param message a description for people
   * @param details `cause`: the underlying error; `parameter`: the name of the parameter whose gradient or
   * update is not finite; `bytes`: the number of bytes that were requested
   */
  constructor(code: ErrorCode, message: string, details: BpttErrorDetails = {}) {
    const { parameter, bytes, cause } = details;
    super(message);
    this.name = "BpttError";
    this.code = code;
    if (parameter !== undefined) this.parameter = parameter;
    if (bytes !== undefined) this.bytes = bytes;
    withCause(this, cause);
    Object.defineProperty(this, BRAND, { value: true });
  }
}

// Makes `instanceof` true for the errors of every entry of this package, not only of the entry that this
// class came from.
Object.defineProperty(BpttError, Symbol.hasInstance, {
  value(this: typeof BpttError, value: unknown): boolean {
    if (this !== BpttError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && BRAND in value;
  },
});
