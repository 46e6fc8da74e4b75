/**
 * Tests data that runs code or changes while it is read: the worst outcome is an error, and nothing is
 * half-changed.
 */

import { Adam, Rnn, type Session } from "bptt";
import { describe, expect, it } from "vitest";
import { any, check, withInputs } from "../support/bad-input.js";
import { expectSameNextStep, GOOD, SIZES, twins } from "../support/twins.js";

/** Returns a row of three whose element at `index` runs `code` when it is read. */
function trapped(index: number, code: () => unknown): number[] {
  return Object.defineProperty([0, 1, 2], index, { get: code, configurable: true, enumerable: true });
}

describe("data that runs code", () => {
  it("lets the user's own error through", () => {
    const { subject, twin } = twins();
    const mine = new Error("mine");
    const fail = () => {
      throw mine;
    };
    const places: object[] = [
      { inputs: [trapped(1, fail), [0, 1, 2]] },
      { inputs: new Proxy([[0, 1, 2]], { get: fail }) },
      { targets: [[0, 1, 2], trapped(2, fail)] },
      { weights: [trapped(0, fail), [1, 1, 1]] },
      Object.defineProperty({}, "sequenceLengths", { get: fail, enumerable: true }),
      { initialState: Object.defineProperty({ data: [0] }, "shape", { get: fail, enumerable: true }) },
    ];
    for (const change of places) {
      const batch = Object.defineProperties({ ...GOOD }, Object.getOwnPropertyDescriptors(change));
      expect(() => subject.rnn.trainStep(batch, subject.adam)).toThrow(mine);
    }
    expectSameNextStep(subject, twin);
  });

  it("may use another network meanwhile, even one that lets the memory grow", () => {
    const { subject, twin } = twins();
    const nested = () => {
      const other = new Rnn({ inputSize: 4, hiddenSize: 300 });
      other.trainStep({ inputs: [[0, 1]], targets: [[0, 1]] }, new Adam());
      other.free();
      return 2;
    };
    const inputs = [trapped(1, nested), [3, 2, 1]];
    const got = subject.rnn.trainStep({ ...GOOD, inputs }, subject.adam);
    const want = twin.rnn.trainStep({ ...GOOD, inputs: [[0, 2, 2], [3, 2, 1]] }, twin.adam); // prettier-ignore
    expect(got).toEqual(want);
    expectSameNextStep(subject, twin);
  });

  check([
    [
      "a step from within a step",
      ({ rnn, adam }) =>
        rnn.trainStep({ ...GOOD, inputs: [trapped(1, () => rnn.trainStep(GOOD, adam)), [0, 1, 2]] }, adam),
      "BUSY",
      "rnn.trainStep: this network is reading its arguments; one of their getters called it",
    ],
    [
      "free from within a step",
      ({ rnn, adam }) => rnn.trainStep({ ...GOOD, weights: [trapped(1, () => rnn.free()), [1, 1, 1]] }, adam),
      "BUSY",
      "rnn.free: this network is reading its arguments; one of their getters called it",
    ],
    [
      "parameters set from within setParameters",
      ({ rnn }) => rnn.setParameters({ b_o: trapped(1, () => rnn.setParameters({ b_o: [1, 2, 3] })) }),
      "BUSY",
      "rnn.setParameters: this network is reading its arguments; one of their getters called it",
    ],
  ]);
});

describe("a session's data that runs code", () => {
  const busy = expect.objectContaining({ code: "BUSY" });

  it.each<[string, (rnn: Rnn, session: Session) => unknown]>([
    ["the network", (rnn) => rnn.free()],
    ["the session", (_, session) => session.free()],
  ])("cannot free %s meanwhile", (_, free) => {
    const { subject, twin } = twins();
    const { rnn } = subject;
    const session = rnn.session({ batch: 3 });
    const code = () => free(rnn, session);
    expect(() => session.step(trapped(1, code))).toThrow(busy);
    const row = Object.defineProperty([0, 0, 0, 0, 0], 1, { get: code });
    expect(() => session.reset({ state: [[row, row, row]] })).toThrow(busy);
    expect(() => rnn.session({ state: [[row]] })).toThrow(busy);
    session.step([0, 1, 2]);
    expectSameNextStep(subject, twin);
    session.free();
    session.free();
    rnn.free();
    session.free();
    twin.rnn.free();
  });
});

describe("data that changes or lies", () => {
  const longer = Object.defineProperty(new Int32Array(2), "length", { value: 3 });
  class Longer extends Int32Array {
    override get length(): number {
      return 3;
    }
  }
  const vanishing = () => {
    const row = Int32Array.of(0, 1, 2);
    const first = trapped(1, () => {
      structuredClone(row.buffer, { transfer: [row.buffer] });
      return 1;
    });
    return [first, row];
  };
  const shrinking = () => {
    const row: number[] = [];
    row.push(0, 1, 2);
    return [trapped(0, () => ((row.length = 1), 0)), row];
  };
  check([
    [
      "an own length",
      withInputs([longer, longer]),
      RangeError,
      "targets: expected shape (2, 2), received (2, 3)",
    ],
    [
      "a subclass with a length",
      withInputs([new Longer(2), new Longer(2)]),
      RangeError,
      "targets: expected shape (2, 2), received (2, 3)",
    ],
    [
      "a buffer detached meanwhile",
      (t) => withInputs(vanishing())(t),
      RangeError,
      "inputs[1]: expected 3 ids as in inputs[0] (sequenceLengths allows rows of different lengths), received 0",
    ],
    [
      "a row that shrinks meanwhile",
      (t) => withInputs(shrinking())(t),
      RangeError,
      "inputs[1]: expected 3 ids as in inputs[0] (sequenceLengths allows rows of different lengths), received 1",
    ],
    [
      "a proxy with a fractional length",
      withInputs(
        new Proxy([[0, 1, 2]], { get: (rows, key) => (key === "length" ? 1.5 : Reflect.get(rows, key)) }),
      ),
      RangeError,
      "inputs: expected a length in 0..2147483647, received 1.5",
    ],
    [
      "a proxy whose length is a symbol",
      withInputs(new Proxy([[0, 1, 2]], { get: () => Symbol("s") })),
      TypeError,
      "inputs: expected a length that is a number, received Symbol(s)",
    ],
    [
      "a proxy of a typed array",
      withInputs(new Proxy(new Int32Array(3), {})),
      TypeError,
      "inputs: expected integer ids (B,T) or dense features (B,T,I), received an object",
    ],
  ]);

  it("refuses revoked proxies in the engine's words", () => {
    const { subject, twin } = twins();
    const { rnn, adam } = subject;
    const { proxy, revoke } = Proxy.revocable([[0]], {});
    revoke();
    const uses = [
      () => rnn.trainStep({ ...GOOD, inputs: proxy }, adam),
      () => rnn.trainStep({ ...GOOD, weights: proxy }, adam),
      () => rnn.trainStep(any(proxy), adam),
      () => rnn.trainStep(GOOD, any(proxy)),
      () => rnn.setParameters(any(proxy)),
    ];
    for (const use of uses) expect(use).toThrow(TypeError);
    expectSameNextStep(subject, twin);
  });

  it("reads each property of a batch once", () => {
    const reads: Record<string, number> = {};
    const batch = new Proxy(
      {
        ...GOOD,
        weights: [
          [1, 1, 1],
          [1, 1, 1],
        ],
      },
      {
        // prettier-ignore
        get: (target, key) => {
        reads[String(key)] = (reads[String(key)] ?? 0) + 1;
        return Reflect.get(target, key);
      },
      },
    );
    const { subject } = twins();
    subject.rnn.trainStep(batch, subject.adam);
    expect(Object.values(reads).every((count) => count === 1)).toBe(true);
    expect(reads.inputs).toBe(1);
  });

  it("reads shared memory", () => {
    if (typeof SharedArrayBuffer === "undefined") return; // a page that is not cross-origin isolated has none
    const ids = new Int32Array(new SharedArrayBuffer(12));
    ids.set([0, 1, 2]);
    const rnn = new Rnn(SIZES);
    expect(rnn.forward({ inputs: [ids] })).toEqual(rnn.forward({ inputs: [[0, 1, 2]] }));
  });
});
