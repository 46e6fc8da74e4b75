/** Tests the checkers and the words of their messages, from which every public message is made. */

import { describe, expect, it } from "vitest";
import { boolean, integer, number, oneOf, size } from "../../ts/base/check.js";
import { objectWith } from "../../ts/base/options.js";
import { show, showShape } from "../../ts/base/show.js";
import { caught } from "../support/caught.js";

describe("checkers return the value", () => {
  it("when it is right", () => {
    expect(integer(3, "n", { min: 1 })).toBe(3);
    expect(size(2 ** 31 - 1, "n")).toBe(2 ** 31 - 1);
    expect(number(0.5, "x", { min: 0, below: 1 })).toBe(0.5);
    expect(boolean(false, "flag", true)).toBe(false);
    expect(boolean(undefined, "flag", true)).toBe(true);
    expect(oneOf("b", "choice", ["a", "b"])).toBe("b");
    const options = { a: 1 };
    expect(objectWith(options, "options", { a: true, b: true })).toBe(options);
  });

  it.each([
    [
      () => integer("5", "hiddenSize", { min: 1 }),
      TypeError,
      'hiddenSize: expected an integer >= 1, received "5"',
    ],
    [
      () => integer(0, "hiddenSize", { min: 1 }),
      RangeError,
      "hiddenSize: expected an integer >= 1, received 0",
    ],
    [() => integer(1.5, "n"), RangeError, "n: expected an integer, received 1.5"],
    [() => integer(NaN, "n"), RangeError, "n: expected an integer, received NaN"],
    [() => integer(7, "id", { min: 0, max: 3 }), RangeError, "id: expected an integer in 0..3, received 7"],
    [() => size(2 ** 31, "n"), RangeError, "n: expected an integer <= 2147483647, received 2147483648"],
    [() => number(null, "x"), TypeError, "x: expected a finite number, received null"],
    [
      () => number(1, "x", { min: 0, below: 1 }),
      RangeError,
      "x: expected a finite number >= 0 and < 1, received 1",
    ],
    [() => number(-Infinity, "x"), RangeError, "x: expected a finite number, received -Infinity"],
    [() => boolean(1, "flag", true), TypeError, "flag: expected true or false, received 1"],
    [() => oneOf("c", "choice", ["a", "b"]), RangeError, 'choice: expected one of "a", "b", received "c"'],
    [() => oneOf(3, "choice", ["a"]), TypeError, 'choice: expected "a", received 3'],
    [
      () => objectWith([], "options", {}),
      TypeError,
      "options: expected an object, received an array of length 0",
    ],
    [
      () => objectWith({ c: 1 }, "options", { a: true, b: true }),
      TypeError,
      'options: expected known options only, received "c"; known are a, b',
    ],
  ])("else throw: %s", (run, kind, message) => {
    const error = caught(run);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toBe(message);
  });
});

describe("show", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const revocable = Proxy.revocable({}, {});
  revocable.revoke();

  it("says anything in a few words", () => {
    const cases: [unknown, string][] = [
      [-0, "-0"],
      [0, "0"],
      [NaN, "NaN"],
      [undefined, "undefined"],
      [null, "null"],
      [12n, "12n"],
      [2n ** 200000n, "a large bigint"],
      ["a\n", '"a\\n"'],
      [Symbol("s"), "Symbol(s)"],
      [() => 1, "a function"],
      [cyclic, "an object"],
      [[1, 2], "an array of length 2"],
      [new Float32Array(3), "Float32Array of length 3"],
      [new Map(), "an object (Map)"],
      [Object.create(null), "an object"],
      [revocable.proxy, "an unreadable object"],
    ];
    for (const [value, words] of cases) expect(show(value)).toBe(words);
  });

  it("is short and survives hostile values", () => {
    const hostile = [
      "x".repeat(1e6),
      Symbol("y".repeat(1e6)),
      new Array(2 ** 32 - 1),
      { [Symbol.toStringTag]: "z".repeat(1e6) },
      {
        get [Symbol.toStringTag](): string {
          throw new Error("no");
        },
      },
      new Proxy([], {
        get() {
          throw new Error("no");
        },
      }),
      Object.defineProperty(new Float32Array(2), "length", { value: 1e9 }),
    ];
    for (const value of hostile) expect(show(value).length).toBeLessThan(80);
  });

  it("names shapes", () => {
    expect(showShape([1, 5])).toBe("(1, 5)");
    expect(showShape(new Array(1000).fill(1))).toBe("a shape of 1000 axes");
  });
});
