/**
 * Tests learning rates and counts of optimizers, and their state: exported, restored, and continued
 * bit-identically.
 */
import { describe, expect, it } from "vitest";
import type { BpttError } from "bptt";
import { Adam, cosine, linear, RmsProp, Rnn, Sgd, stepDecay, warmup, type Batch, type Optimizer } from "bptt";
import { NETWORK } from "../../ts/rnn/network.js";
import { exportOptimizerState, restoreOptimizerState } from "../../ts/rnn/optimizer-state.js";
import { bits } from "../support/twins.js";

const SIZES = { cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 7 } as const;
const batchOf = (n: number): Batch => ({
  inputs: [[n % 4, (n * 3 + 1) % 4, (n * n) % 4]],
  targets: [[n % 3, (n + 1) % 3, (n * n) % 3]],
});

/** Optimizers with a schedule that changes at every step, or nearly. */
const MAKERS: [string, () => Optimizer][] = [
  ["Adam", () => new Adam({ learningRate: warmup(4, cosine({ from: 0.1, steps: 20 })), weightDecay: 0.01 })],
  [
    "Adam in PyTorch's form",
    () => new Adam({ learningRate: linear({ from: 0.1, to: 0, steps: 25 }), epsilonMode: "torch" }),
  ],
  ["Sgd", () => new Sgd({ learningRate: linear({ from: 0.5, to: 0.1, steps: 15 }) })],
  [
    "Sgd with momentum",
    () => new Sgd({ learningRate: cosine({ from: 0.2, steps: 30 }), momentum: 0.9, nesterov: true }),
  ],
  ["RmsProp", () => new RmsProp({ learningRate: stepDecay({ from: 0.05, factor: 0.9, every: 3 }) })],
  ["RmsProp with momentum", () => new RmsProp({ learningRate: 0.02, momentum: 0.5, weightDecay: 0.1 })],
];

function train(rnn: Rnn, optimizer: Optimizer, from: number, to: number): number[] {
  const losses: number[] = [];
  for (let n = from; n < to; n++) {
    losses.push(rnn.trainStep(batchOf(n), optimizer, { clipNorm: 0.5 }).loss);
  }
  return losses;
}

const bitsOf = (rnn: Rnn) => Object.values(rnn.parameters).flatMap(({ data }) => bits(data));

/** Returns a snapshot as a file would: its plain data through JSON, its tensors copied. */
function throughFile(snapshot: ReturnType<typeof exportOptimizerState>) {
  const { moments, ...plain } = snapshot;
  return { ...(JSON.parse(JSON.stringify(plain)) as object), moments: structuredClone(moments) };
}

describe("10 steps, export, restore, 10 steps are 20 steps to the bit", () => {
  it.each(MAKERS)("%s", (_, make) => {
    const whole = new Rnn(SIZES);
    const straight = make();
    const losses = train(whole, straight, 0, 20);

    const first = new Rnn(SIZES);
    const before = make();
    train(first, before, 0, 10);
    const snapshot = throughFile(exportOptimizerState(first[NETWORK], before));
    const parameters = first.parameters;
    first.free();

    for (const given of [undefined, make()]) {
      const second = new Rnn({ ...SIZES, seed: 8 });
      second.setParameters(parameters);
      const after = restoreOptimizerState(second[NETWORK], snapshot, given);
      if (given) expect(after).toBe(given);
      expect(after.steps).toBe(10);
      expect(after.learningRate).toBe(before.learningRate);
      expect(train(second, after, 10, 20)).toEqual(losses.slice(10));
      expect(bitsOf(second)).toEqual(bitsOf(whole));
      expect(exportOptimizerState(second[NETWORK], after)).toEqual(
        exportOptimizerState(whole[NETWORK], straight),
      );
      second.free();
    }
    whole.free();
  });

  it("and without the moments they are not", () => {
    for (const [, make] of MAKERS.filter(([name]) => name !== "Sgd")) {
      const whole = new Rnn(SIZES);
      const straight = make();
      train(whole, straight, 0, 20);
      const second = new Rnn(SIZES);
      train(second, make(), 0, 10);
      const fresh = make();
      train(second, fresh, 10, 20);
      expect(bitsOf(second)).not.toEqual(bitsOf(whole));
    }
  });
});

describe("a snapshot", () => {
  it("names the moments as PyTorch does, in the parameters' shapes", () => {
    const names = MAKERS.map(([, make]) => {
      const rnn = new Rnn(SIZES);
      const optimizer = make();
      train(rnn, optimizer, 0, 1);
      const { moments } = exportOptimizerState(rnn[NETWORK], optimizer);
      for (const arena of Object.values(moments)) {
        const shapes = Object.entries(arena).map(([name, { shape }]) => [name, shape]);
        expect(shapes).toEqual(Object.entries(rnn.parameters).map(([name, { shape }]) => [name, shape]));
      }
      return Object.keys(moments).join();
    });
    expect(names).toEqual([
      "exp_avg,exp_avg_sq",
      "exp_avg,exp_avg_sq",
      "",
      "momentum_buffer",
      "square_avg",
      "square_avg,momentum_buffer",
    ]);
  });

  it("holds products of Adam's betas", () => {
    const rnn = new Rnn(SIZES);
    const adam = new Adam({ beta1: 0.5, beta2: 0.75 });
    train(rnn, adam, 0, 3);
    expect(exportOptimizerState(rnn[NETWORK], adam).products).toEqual([0.125, 0.421875]);
  });

  it("of an optimizer that has not stepped leaves the new one unbound", () => {
    const rnn = new Rnn(SIZES);
    const snapshot = throughFile(exportOptimizerState(rnn[NETWORK], new Adam({ learningRate: 0.5 })));
    const adam = restoreOptimizerState(rnn[NETWORK], snapshot);
    expect([adam.steps, adam.learningRate]).toEqual([0, 0.5]);
    const other = new Rnn(SIZES);
    train(other, adam, 0, 1);
    expect(() => exportOptimizerState(rnn[NETWORK], adam)).toThrow(
      expect.objectContaining({ code: "OPTIMIZER_BOUND" }) as Error,
    );
  });
});

describe("a snapshot that does not fit changes nothing", () => {
  const rnn = new Rnn(SIZES);
  const adam = new Adam();
  train(rnn, adam, 0, 2);
  const good = exportOptimizerState(rnn[NETWORK], adam);
  const before = bitsOf(rnn);
  const moment = (name: string, change: (arena: Record<string, unknown>) => void) => {
    const moments = structuredClone(good.moments);
    change(moments[name]!);
    return { ...good, moments };
  };

  it.each<[string, unknown, new () => Error, string]>([
    ["nothing", undefined, TypeError, "optimizer: expected an object, received undefined"],
    [
      "an unknown name",
      { ...good, step: 3 },
      TypeError,
      'optimizer: expected known options only, received "step"',
    ],
    [
      "an unknown kind",
      { ...good, kind: "lion" },
      RangeError,
      'kind: expected one of "adam", "sgd", "rmsProp"',
    ],
    ["no options", { ...good, options: undefined }, TypeError, "options: expected an object"],
    [
      "options of another",
      { ...good, options: { nesterov: true } },
      TypeError,
      'expected known options only, received "nesterov"',
    ],
    ["a bad option", { ...good, options: { beta1: 2 } }, RangeError, "beta1: expected"],
    ["negative steps", { ...good, steps: -1 }, RangeError, "steps: expected an integer >= 0, received -1"],
    ["steps in words", { ...good, steps: "2" }, TypeError, "steps: expected"],
    [
      "no products",
      { ...good, products: undefined },
      TypeError,
      "products: expected 2 numbers, received undefined",
    ],
    ["one product", { ...good, products: [0.5] }, RangeError, "products: expected 2 numbers"],
    ["a product of 2", { ...good, products: [0.5, 2] }, RangeError, "products[1]: expected"],
    ["a product of NaN", { ...good, products: [NaN, 0.5] }, RangeError, "products[0]: expected"],
    ["a hole", { ...good, products: Array<number>(2) }, TypeError, "products[0]: expected"],
    [
      "no moments",
      { ...good, moments: {} },
      RangeError,
      "moments: expected exp_avg, exp_avg_sq, received none",
    ],
    [
      "one moment too few",
      { ...good, moments: { exp_avg: good.moments["exp_avg"] } },
      RangeError,
      'moments: expected exp_avg, exp_avg_sq, received "exp_avg"',
    ],
    [
      "one too many",
      { ...good, moments: { ...good.moments, square_avg: {} } },
      RangeError,
      "moments: expected exp_avg, exp_avg_sq, received",
    ],
    [
      "a parameter too few",
      moment("exp_avg", (a) => delete a["b_o"]),
      RangeError,
      "optimizer.moments.exp_avg.b_o: expected a tensor, received nothing",
    ],
    [
      "a parameter too many",
      moment("exp_avg", (a) => (a["x"] = [1])),
      RangeError,
      'moments.exp_avg: expected the name of a parameter, received "x"',
    ],
    [
      "a wrong shape",
      moment("exp_avg", (a) => (a["b_o"] = [1])),
      RangeError,
      "b_o: expected shape (3), received (1)",
    ],
    [
      "NaN",
      moment("exp_avg", (a) => (a["b_o"] = [1, NaN, 1])),
      RangeError,
      "b_o[1]: expected a finite number",
    ],
    [
      "a negative square",
      moment("exp_avg_sq", (a) => (a["b_o"] = [0, 1, -1])),
      RangeError,
      "exp_avg_sq.b_o[2]: expected a number >= 0, received -1",
    ],
  ])("%s", (_, snapshot, kind, message) => {
    const into = new Adam();
    for (const call of [
      () => restoreOptimizerState(rnn[NETWORK], snapshot),
      () => restoreOptimizerState(rnn[NETWORK], snapshot, into),
    ]) {
      expect(call).toThrow(kind);
      expect(call).toThrow(message);
    }
    expect(into.steps).toBe(0);
    expect(bitsOf(rnn)).toEqual(before);
    train(new Rnn(SIZES), into, 0, 1); // still unbound
  });

  it("nor one for an optimizer of another kind or other settings, or one at work", () => {
    const into = (optimizer: Optimizer) => () => restoreOptimizerState(rnn[NETWORK], good, optimizer);
    expect(into(new Sgd())).toThrow('optimizer.kind: expected "adam" as in the state, received "sgd"');
    expect(into(new Adam({ beta1: 0.5 }))).toThrow(
      "optimizer.beta1: expected 0.9 as in the state, received 0.5",
    );
    expect(into(adam)).toThrow("optimizer: expected an optimizer without updates");
    expect(() => exportOptimizerState(rnn[NETWORK], {} as never)).toThrow("optimizer: expected an optimizer");
  });

  it("nor one for a network of another size, or one that is gone", () => {
    const other = new Rnn({ ...SIZES, hiddenSize: 6 });
    expect(() => restoreOptimizerState(other[NETWORK], good)).toThrow(RangeError);
    other.free();
    const freed = expect.objectContaining({ code: "FREED" }) as BpttError;
    expect(() =>
      restoreOptimizerState(other[NETWORK], throughFile(exportOptimizerState(rnn[NETWORK], new Sgd()))),
    ).toThrow(freed);
    expect(() => exportOptimizerState(other[NETWORK], adam)).toThrow(freed);
  });
});

describe("learning rate, schedule and steps", () => {
  it("follow the updates that were done, whichever way", () => {
    const rnn = new Rnn(SIZES);
    const adam = new Adam({ learningRate: linear({ from: 1, to: 0, steps: 4 }) });
    expect([adam.steps, adam.learningRate]).toEqual([0, 1]);
    rnn.trainStep(batchOf(1), adam);
    rnn.applyGradients({ b_o: [1, 2, 3] }, adam);
    expect([adam.steps, adam.learningRate]).toEqual([2, 0.5]);
    expect(() => rnn.applyGradients({ b_o: [1, NaN, 3] }, adam)).toThrow("b_o");
    expect([adam.steps, adam.learningRate]).toEqual([2, 0.5]);
  });

  it("give each step the rate of its place: as if it were set by hand", () => {
    for (const make of [
      (learningRate: number | ReturnType<typeof cosine>) => new Adam({ learningRate }),
      (learningRate: number | ReturnType<typeof cosine>) => new Sgd({ learningRate, momentum: 0.5 }),
      (learningRate: number | ReturnType<typeof cosine>) => new RmsProp({ learningRate }),
    ]) {
      const schedule = cosine({ from: 0.1, steps: 5 });
      const [a, b] = [new Rnn(SIZES), new Rnn(SIZES)];
      const [scheduled, set] = [make(schedule), make(1)];
      for (let n = 0; n < 8; n++) {
        set.learningRate = scheduled.learningRate;
        a.trainStep(batchOf(n), scheduled);
        b.trainStep(batchOf(n), set);
      }
      expect(bitsOf(a)).toEqual(bitsOf(b));
      expect(set.schedule).toBeUndefined();
      expect(scheduled.schedule).toEqual(schedule);
    }
  });

  it("a number takes the place of a schedule, and a bad one leaves it", () => {
    const sgd = new Sgd({ learningRate: cosine({ from: 0.5, steps: 3 }) });
    expect(() => (sgd.learningRate = { kind: "cosine", from: 1, to: 0, steps: 0 })).toThrow(
      "learningRate.steps: expected",
    );
    expect(sgd.learningRate).toBe(0.5);
    sgd.learningRate *= 0.5;
    expect([sgd.learningRate, sgd.schedule]).toEqual([0.25, undefined]);
    const given = { kind: "linear" as const, from: 1, to: 0, steps: 2 };
    sgd.learningRate = given;
    given.from = 7;
    expect(sgd.learningRate).toBe(1);
  });
});
