/** Errors on their way from a worker: copies of them lose their class and whatever they carry. */

import { BpttError, type ErrorCode } from "../base/errors.js";
import type { PortableError } from "./protocol.js";

const CLASSES = new Map<string, new (message: string) => Error>([
  ["TypeError", TypeError],
  ["RangeError", RangeError],
]);

/** What can be sent of an error. */
export function portable(error: unknown): PortableError {
  if (!(error instanceof Error))
    return { kind: "Error", message: String(error), code: undefined, parameter: undefined };
  const { name, message, code, parameter } = error as Error & { code?: string; parameter?: string };
  return { kind: name, message, code, parameter };
}

/** The error that was sent. */
export function fromPortable({ kind, message, code, parameter }: PortableError): Error {
  if (code !== undefined) {
    return new BpttError(code as ErrorCode, message, parameter === undefined ? {} : { parameter });
  }
  const known = CLASSES.get(kind);
  return known ? new known(message) : new BpttError("WORKER_FAILED", `worker: ${kind}: ${message}`);
}
