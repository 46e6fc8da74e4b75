/** Converts errors to plain data and back. Structured clones lose the class and the fields of an error. */

import { BpttError, isCheckError, rangeError, typeError, type ErrorCode } from "../base/errors.js";
import type { PortableError } from "./protocol.js";

const CLASSES = /* @__PURE__ */ new Map<string, new (message: string, options?: ErrorOptions) => Error>([
  ["TypeError", TypeError],
  ["RangeError", RangeError],
]);

/** Returns the parts of an error that can be sent. */
export function portable(error: unknown): PortableError {
  if (!(error instanceof Error)) return { kind: "Error", message: String(error) };
  const { name: kind, message, cause } = error;
  const sent = { kind, message, ...(cause !== undefined && { cause: causeOf(cause) }) };
  if (isCheckError(error)) {
    const { path, expected, received, hint } = error;
    return { ...sent, check: { path: [...path], expected, received, hint } };
  }
  if (!(error instanceof BpttError)) return sent;
  const { code, parameter, bytes } = error;
  return { ...sent, coded: { code, parameter, bytes } };
}

/** Restores an error that was sent. */
export function fromPortable({ kind, message, cause: reason, check, coded }: PortableError): Error {
  const cause = reason === undefined ? undefined : new Error(reason);
  if (check !== undefined) {
    const make = kind === "TypeError" ? typeError : rangeError;
    return make(check.path, check.expected, check.received, { hint: check.hint, cause });
  }
  if (coded !== undefined) {
    const { code, parameter, bytes } = coded;
    return new BpttError(code as ErrorCode, message, { parameter, bytes, cause });
  }
  const known = CLASSES.get(kind);
  return known
    ? new known(message, { cause })
    : new BpttError("WORKER_FAILED", `worker: ${kind}: ${message}`, { cause });
}

function causeOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
