/** Errors keep their class and fields on the way out of a worker. */

import { BpttError } from "bptt";
import { expect, it } from "vitest";
import { rangeError, typeError } from "../../ts/base/errors.js";
import type { FromWorker } from "../../ts/worker/protocol.js";
import { startWorker } from "../support/worker.js";
import { fromPortable, portable } from "../../ts/worker/portable-error.js";

const cause = new Error("underneath");
const FIELDS = [
  "name",
  "message",
  "path",
  "expected",
  "received",
  "hint",
  "code",
  "parameter",
  "bytes",
] as const;
const fieldsOf = (error: Error) =>
  FIELDS.map((field) => [field, (error as unknown as Record<string, unknown>)[field]]);

it.each([
  typeError(["data", 3, "a b"], "a number", '"x"', { hint: "do this", cause }),
  rangeError("ids", "an id", "7"),
  new BpttError("NOT_FINITE", "the loss is NaN", { parameter: "loss" }),
  new BpttError("OUT_OF_MEMORY", "too much", { bytes: 12, cause }),
  new TypeError("x is not a function"),
])("%s", (error) => {
  const received = fromPortable(structuredClone(portable(error)));
  expect(fieldsOf(received)).toEqual(fieldsOf(error));
  expect(received.constructor).toBe(error.constructor);
  expect((received.cause as Error | undefined)?.message).toBe((error.cause as Error | undefined)?.message);
});

it("an error of an unknown class is the worker's", () => {
  const received = fromPortable(structuredClone(portable(new SyntaxError("no"))));
  expect(received).toMatchObject({ code: "WORKER_FAILED", message: "worker: SyntaxError: no" });
});

it("the fields come out of a real worker", async () => {
  const worker = startWorker() as ReturnType<typeof startWorker> & {
    on?: (name: "message", listener: (message: FromWorker) => void) => void;
    addEventListener?: (name: "message", listener: (event: { data: FromWorker }) => void) => void;
  };
  const failed = new Promise<Error>((resolve) => {
    const hear = (message: FromWorker) => {
      if (message.bptt === "failed") resolve(fromPortable(message.error));
    };
    if (worker.on) worker.on("message", hear);
    else worker.addEventListener?.("message", ({ data }) => hear(data));
  });
  worker.postMessage({ bptt: "start", job: { task: "unknown", data: undefined } }, []);
  const error = await failed;
  worker.terminate();
  expect(error).toBeInstanceOf(RangeError);
  expect(error).toMatchObject({
    path: ["job", "task"],
    expected: 'one of "batches", "series", "text", "labels"',
    received: '"unknown"',
  });
});
