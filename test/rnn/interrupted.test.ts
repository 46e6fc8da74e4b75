/** Calls near the end of JavaScript's stack make whole updates or none, or leave a network that refuses further use. */

import { Adam, Rnn, type RnnOptions } from "bptt";
import { expect, it } from "vitest";
import { core, restoreStack, stack } from "../../ts/wasm/core.js";

const SIZES: RnnOptions = { cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 };
const BATCH = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };

/** Calls `work` as deep in the stack as it can be called. */
function atTheEnd(work: () => void): void {
  const dive = (): void => {
    try {
      dive();
    } catch {
      work();
    }
  };
  try {
    dive();
  } catch {
    // Even the outermost call may fail.
  }
}

type Parameters = Rnn["parameters"];

const areSame = (some: Parameters, others: Parameters) =>
  Object.entries(some).every(([name, { data }]) =>
    data.every((value, i) => Object.is(value, others[name]!.data[i])),
  );

it("a network has whole updates, or is INTERRUPTED in every use", () => {
  for (let round = 0; round < 8; round++) {
    const rnn = new Rnn(SIZES);
    const twin = new Rnn(SIZES);
    const [adam, other] = [new Adam(), new Adam()];
    for (let step = 0; step < 2; step++) {
      rnn.trainStep(BATCH, adam);
      twin.trainStep(BATCH, other);
    }
    let done = false;
    atTheEnd(() => {
      if (done) return;
      rnn.trainStep(BATCH, adam);
      done = true;
    });
    let code: unknown;
    let isWhole = false;
    try {
      const { parameters } = rnn;
      // A call may also fail after its update is complete, so there may be more updates than calls that returned.
      for (let updates = 0; updates < 20 && !isWhole; updates++) {
        isWhole = areSame(parameters, twin.parameters);
        if (!isWhole) twin.trainStep(BATCH, other);
      }
    } catch (error) {
      ({ code } = error as { code?: unknown });
    }
    if (!isWhole) {
      expect(code).toBe("INTERRUPTED");
      expect(() => rnn.evaluate(BATCH)).toThrow(expect.objectContaining({ code }));
      expect(() => rnn.save()).toThrow(expect.objectContaining({ code }));
    }
    rnn.free();
    twin.free();
  }
});

it("the stack pointer of the module is restored", () => {
  const pointer = () => Number((Reflect.get(core(), "__stack_pointer") as WebAssembly.Global).value);
  const rnn = new Rnn(SIZES);
  restoreStack(); // calls of the test before were cut short
  const before = pointer();
  stack.suspect = true;
  (Reflect.get(core(), "__stack_pointer") as WebAssembly.Global).value = before - 64;
  rnn.evaluate(BATCH);
  expect(pointer()).toBe(before);
  rnn.free();
});
