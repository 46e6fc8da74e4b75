/**
 * Checks the class and the whole text of the error for each case of bad input. After each case, a network in the middle
 * of its training must continue with the same bits as an untouched one.
 */

import type { BpttError, CheckError, RnnOptions } from "bptt";
import { expect, it } from "vitest";
import { formatPath } from "../../ts/base/errors.js";
import { expectSameNextStep, GOOD, twins, type Trainee } from "./twins.js";

/** A class, or the code of a coded error. */
export type Kind = typeof TypeError | typeof RangeError | BpttError["code"];
export type Case = [name: string, run: (trainee: Trainee) => unknown, kind: Kind, message: string];

/** One test a case; of a network of other `options` where they are given. */
export function check(cases: Case[], options?: RnnOptions): void {
  it.each(cases)("%s", (_, run, kind, message) => {
    const { subject, twin } = twins(options);
    let error: unknown;
    try {
      run(subject);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toBe(message);
    if (typeof kind === "string") expect((error as BpttError).code).toBe(kind);
    else expectFields(error, kind);
    expectSameNextStep(subject, twin);
    subject.rnn.free();
    twin.rnn.free();
  });
}

/** Checks that the error has the fields of a failed check, of which its message is made. */
export function expectFields(error: unknown, kind: typeof TypeError | typeof RangeError): void {
  expect(error).toBeInstanceOf(kind);
  const { path, expected, received, hint, message } = error as CheckError;
  expect(path.every((key) => typeof key === "string" || Number.isInteger(key))).toBe(true);
  const sentence = `${formatPath(path)}: expected ${expected}, received ${received}`;
  expect(message).toBe(hint === undefined ? sentence : `${sentence}; ${hint}`);
}

/** Passes a value past the type checker. */
export const any = (value: unknown) => value as never;

/** A training step of the good batch with something changed. */
export const step = (change: object) => (trainee: Trainee) =>
  trainee.rnn.trainStep({ ...GOOD, ...change }, trainee.adam);

/** The same with other inputs. */
export const withInputs = (inputs: unknown) => step({ inputs });
