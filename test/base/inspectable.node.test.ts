/** Tests objects of the library in consoles and in Vue. */

import { inspect } from "node:util";
import { isProxy, reactive, ref } from "@vue/reactivity";
import { Adam, CharRnn, fit, RmsProp, Rnn, Sgd, Vocabulary } from "bptt";
import { describe, expect, it } from "vitest";

const make = () => new Rnn({ cell: "gru", inputSize: 3, hiddenSize: 4, outputSize: 3 });
const BATCH = { inputs: [[0, 1]], targets: [[1, 2]] };

describe("console.log", () => {
  it("prints a summary of a network, without its parameters, and of a freed one", () => {
    const rnn = make();
    expect(inspect(rnn)).toMatch(/^Rnn \{.*cell: 'gru',\s+inputSize: 3,\s+hiddenSize: 4,\s+outputSize: 3/s);
    expect(inspect(rnn)).not.toContain("Float32Array");
    expect(inspect({ a: { b: { rnn } } })).toContain("[Rnn]");
    rnn.free();
    expect(inspect(rnn)).toMatch(/^Rnn \{/);
  });

  it("prints a summary of the other classes", async () => {
    expect(inspect(new CharRnn({ text: "gohome", cell: "lstm", hiddenSize: 3 }))).toMatch(/^CharRnn \{/);
    expect(inspect(new Vocabulary(["a", "b"]))).toMatch(/^Vocabulary \{.*'a'.*size: 2/s);
    expect(inspect(new Adam({ learningRate: 0.25 }))).toMatch(/^Adam \{.*learningRate: 0.25.*steps: 0/s);
    const run = fit(make(), [BATCH], { steps: 1 });
    expect(inspect(run)).toMatch(/^Run \{.*paused: false/s);
    await run;
  });
});

describe("Vue", () => {
  it("leaves the objects as they are in reactive and ref", async () => {
    const run = fit(make(), [BATCH], { steps: 1 });
    await run;
    const model = new CharRnn({ text: "gohome", cell: "lstm", hiddenSize: 3 });
    const rnn = make();
    const objects = [
      rnn,
      model,
      new Vocabulary(["a"]),
      new Adam(),
      new Sgd(),
      new RmsProp(),
      rnn.session(),
      run,
    ];
    for (const object of objects) {
      expect(ref(object).value).toBe(object);
      expect(reactive({ object }).object).toBe(object);
    }
    expect(isProxy(reactive({}))).toBe(true);
    expect(ref(rnn).value.evaluate(BATCH).loss).toBeGreaterThan(0);
  });
});
