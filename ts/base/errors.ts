/**
 * The library's own error: a message for people and a stable `code` for programs.
 *
 * Wrong kinds are TypeErrors and wrong values RangeErrors (check.ts); everything else that can go wrong is one of
 * these. Each entry of the package is bundled on its own, so the class exists more than once in a process that uses
 * two of them: identity is therefore by brand, and `instanceof` asks for the brand as well.
 */

/**
 * What a {@link BpttError} can be about.
 *
 * - `FREED`: the network was used after `free()`
 * - `BUSY`: the network was used from within a getter of the very data it was reading, or changed while a run trains it
 * - `NOT_FINITE`: a loss or gradient became NaN or infinite; nothing was changed
 * - `OUT_OF_MEMORY`: a size that does not fit; the message says how much was asked for
 * - `OPTIMIZER_BOUND`: an optimizer was handed to another network than the first it stepped
 * - `NOT_INITIALISED`: `bptt/slim` was used before `await init(…)`
 * - `WASM_UNAVAILABLE`: the module could not be fetched, compiled or instantiated here, or the engine lacks what it needs
 *   (`bptt/relaxed`: relaxed SIMD)
 * - `WORKER_FAILED`: the worker of a run could not be loaded, threw, or ended before the run did
 */
export type ErrorCode =
  | "FREED"
  | "BUSY"
  | "NOT_FINITE"
  | "OUT_OF_MEMORY"
  | "OPTIMIZER_BOUND"
  | "NOT_INITIALISED"
  | "WASM_UNAVAILABLE"
  | "WORKER_FAILED";

const BRAND = Symbol.for("bptt.error");

/**
 * An error that is neither of kind (TypeError) nor of value (RangeError): told apart by its `code`.
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
  /** Stable, for programs; the message may change. */
  readonly code: ErrorCode;
  /** Of `NOT_FINITE`: the parameter whose gradient it is, or "loss". */
  declare readonly parameter?: string;

  /**
   * @param code what it is about
   * @param message what happened, for people
   * @param options `cause`: the error underneath; `parameter`: whose gradient is not finite
   */
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; parameter?: string }) {
    super(message);
    this.name = "BpttError";
    this.code = code;
    if (options?.parameter !== undefined) this.parameter = options.parameter;
    if (options?.cause !== undefined)
      Object.defineProperty(this, "cause", { value: options.cause, configurable: true, writable: true });
    Object.defineProperty(this, BRAND, { value: true });
  }
}

// instanceof holds for the errors of every entry of this package, not only of the one this class came from.
Object.defineProperty(BpttError, Symbol.hasInstance, {
  value(this: typeof BpttError, value: unknown): boolean {
    if (this !== BpttError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && BRAND in value;
  },
});

/**
 * Turns the core's errors (plain `Error`s that carry a `code` and say what they are about) into {@link BpttError}s; lets all others through.
 * `sizes` says in the user's words what did not fit.
 */
export function fromCore(error: unknown, sizes?: string): unknown {
  if (!(error instanceof Error) || BRAND in error || !("code" in error)) return error;
  const { code, message: what } = error;
  if (code === "NOT_FINITE" && "parameter" in error) {
    const parameter = String(error.parameter);
    return new BpttError(code, `${what} is NaN or infinite; nothing was changed`, { parameter });
  }
  if (code === "OUT_OF_MEMORY" && "bytes" in error) {
    const message = `out of memory: ${what} asked for ${String(error.bytes)} bytes`;
    return new BpttError(code, sizes === undefined ? message : `${sizes}: ${message}`);
  }
  return error;
}
