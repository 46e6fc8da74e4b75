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

describe("other proxies", () => {
  /** A proxy that wraps any objects it returns, as deep observers do, except where the language forbids it. */
  const deep = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, key, receiver) {
        const value: unknown = Reflect.get(object, key, receiver);
        const own = Reflect.getOwnPropertyDescriptor(object, key);
        if (own?.configurable === false && own.writable === false) return value;
        return typeof value === "object" && value !== null ? deep(value) : value;
      },
    });
  const kinds = { plain: <T extends object>(target: T): T => new Proxy(target, {}), deep };

  describe.each(Object.entries(kinds))("%s", (_, proxy) => {
    it("Rnn, optimizers and Session", async () => {
      const rnn = make();
      const twin = make();
      const wrapped = proxy(rnn);
      for (const [a, b] of [
        [proxy(new Adam()), new Adam()],
        [proxy(new Sgd({ learningRate: 0.1 })), new Sgd({ learningRate: 0.1 })],
        [proxy(new RmsProp()), new RmsProp()],
      ] as const) {
        expect(wrapped.trainStep(BATCH, a).loss).toBe(twin.trainStep(BATCH, b).loss);
        a.learningRate = 0.125;
        expect([a.learningRate, a.steps, a.schedule]).toEqual([0.125, 1, undefined]);
      }
      await fit(wrapped, [BATCH], { steps: 3, learningRate: 0.1 });
      await fit(twin, [BATCH], { steps: 3, learningRate: 0.1 });
      expect(rnn.parameters).toEqual(twin.parameters);
      expect(wrapped.save()).toEqual(twin.save());
      expect(wrapped.hiddenSize).toBe(4);
      const session = proxy(wrapped.session());
      expect(session.step(1)).toEqual(twin.session().step(1));
      session.free();
      wrapped.freeze(["w_hh_l0"]);
      expect(rnn.frozen).toEqual(["w_hh_l0"]);
      wrapped.free();
      expect(() => rnn.forward(BATCH)).toThrow(expect.objectContaining({ code: "FREED" }));
    });

    it("CharRnn, Vocabulary and Run", async () => {
      const vocabulary = proxy(Vocabulary.from("gohome"));
      expect([vocabulary.size, vocabulary.encode("go"), vocabulary.decode([0])]).toEqual([
        5,
        Vocabulary.from("gohome").encode("go"),
        "e",
      ]);
      const model = new CharRnn({ vocabulary, cell: "gru", hiddenSize: 3 });
      const wrapped = proxy(model);
      const run = proxy(wrapped.fit("gohome".repeat(9), { steps: 3, batchSize: 1, sequenceLength: 4 }));
      expect(run.paused).toBe(false);
      const steps: number[] = [];
      for await (const { step } of run) steps.push(step);
      expect(steps.at(-1)).toBe(3);
      expect((await run).stopped).toBe("finished");
      expect(wrapped.generate({ prompt: "go", length: 4, seed: 1 })).toBe(
        CharRnn.load(wrapped.save()).generate({ prompt: "go", length: 4, seed: 1 }),
      );
      expect([...wrapped.stream({ prompt: "g", length: 3, seed: 1 })]).toHaveLength(3);
      expect(wrapped.evaluate("gohome").loss).toBeGreaterThan(0);
      const inWorker = wrapped.fit("gohome".repeat(9), { steps: 1e6, batchSize: 1, sequenceLength: 4 });
      proxy(inWorker).stop();
      expect((await inWorker).stopped).toBe("stopped");
      wrapped.free();
    });
  });

  it("a getter of a user's class keeps its name and sees the object", () => {
    class Named extends Vocabulary {
      get first(): string {
        return this.tokens[0]!;
      }
    }
    expect(new Proxy(new Named(["a", "b"]), {}).first).toBe("a");
    expect(Rnn.prototype.forward.name).toBe("forward");
    expect(Rnn.prototype.forward.length).toBe(2);
  });
});
