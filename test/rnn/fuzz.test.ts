/**
 * Passes random garbage to every public function. Every call that fails throws a TypeError, a RangeError or an error with a
 * code, whose message begins with the place of the value, and it changes nothing.
 */

import {
  Adam,
  learningRateAt,
  RmsProp,
  Sgd,
  BpttError,
  init,
  oneHot,
  Rnn,
  sample,
  sequenceLoss,
  tensor,
  Vocabulary,
  type Batch,
  type RnnOptions,
} from "bptt";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectSameNextStep, GOOD, SIZES, twins } from "../support/twins.js";

const RUNS = 400;
const SEED = 20; // any: fixed so that a failure comes again

/** Anything at all; sparse arrays, typed arrays, bigints, dates, sets, objects without prototype and boxed values too. */
const garbage = fc.oneof(
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  }),
  fc.constantFrom<unknown>(
    -0,
    NaN,
    Infinity,
    2 ** 31,
    2 ** 53,
    1e-320,
    null,
    undefined,
    Symbol("s"),
    () => 1,
    new Proxy([[0, 1]], {}),
    new Proxy(
      {},
      {
        ownKeys: () => ["inputs"],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      },
    ),
    { data: new Int32Array(4), shape: [2 ** 30, 4] },
    { data: new Float32Array(0), shape: [0] },
    { valueOf: () => 1, toString: () => "1" },
    new DataView(new ArrayBuffer(4)),
    new BigInt64Array(2),
  ),
);

/** Sizes that cost nothing, and sizes that no memory holds; what lies between would only be slow. */
const size = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -2, max: 6 }) },
  fc.integer({ min: 2 ** 30, max: 2 ** 33 }),
  garbage.filter((x) => typeof x !== "number"),
);

const number = fc.oneof(fc.constantFrom(0, 0.1, 1, 3), fc.double(), garbage);

/** Rows that are nearly right: right values mostly, now and then garbage, rows of different lengths. */
function rows(element: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const row = fc.array(element, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    fc.array(row, { maxLength: 3 }),
    fc.array(
      row.map((values) => Int32Array.from(values.map(Number.isInteger) as never)),
      { maxLength: 3 },
    ),
    fc.array(fc.array(row, { maxLength: 3 }), { maxLength: 3 }),
    fc.record({
      data: fc.oneof(
        row,
        row.map((r) => Float32Array.from({ length: r.length })),
      ),
      shape: fc.array(size, { maxLength: 4 }),
    }),
    garbage,
  );
}

const id = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 2 }) },
  { weight: 1, arbitrary: garbage },
);
const value = fc.oneof(
  { weight: 20, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: garbage },
);
const flag = fc.oneof(fc.boolean(), garbage);

/** The good batch with some of its properties changed or made up. */
const batch = fc.oneof(
  garbage,
  fc
    .record(
      {
        inputs: fc.oneof(rows(id), rows(value)),
        targets: fc.oneof(rows(id), rows(value)),
        weights: fc.oneof(rows(value), fc.array(rows(value))),
        quantiles: fc.oneof(fc.constantFrom([0.1, 0.5, 0.9], [0.5]), rows(value), garbage),
        sequenceLengths: fc.oneof(fc.array(id), garbage),
        initialState: fc.oneof(rows(value), fc.record({ h: rows(value), c: rows(value) })),
        loss: fc.oneof(
          fc.constantFrom(
            "crossEntropy",
            "meanSquaredError",
            "meanAbsoluteError",
            "quantile",
            "binaryCrossEntropy",
          ),
          garbage,
        ),
        averageAcrossTimesteps: flag,
        averageAcrossBatch: flag,
        sumOverTimesteps: flag,
        sumOverBatch: flag,
        [`anything`]: garbage,
      },
      { requiredKeys: [] },
    )
    .map((change) => ({ ...GOOD, ...change })),
);

/** Calls, and lets pass what a public function may throw. True: it threw. */
function survives(call: () => unknown): boolean {
  try {
    call();
    return false;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError || error instanceof BpttError))
      throw error;
    if (error instanceof BpttError) expect(typeof error.code).toBe("string");
    else expect(error.message).toMatch(/^[\w.[\]() ,]+: /);
    return true;
  }
}

/** A network must not notice calls that failed; a call that succeeded may have changed it, so the pair is then created again. */
function networkSurvives(
  call: (rnn: Rnn, adam: Adam, args: unknown[]) => unknown,
  ...args: fc.Arbitrary<unknown>[]
): void {
  survivesAs(undefined, call, ...args);
}

/** The same with a network of other options. */
function survivesAs(
  options: RnnOptions | undefined,
  call: (rnn: Rnn, adam: Adam, args: unknown[]) => unknown,
  ...args: fc.Arbitrary<unknown>[]
): void {
  let pair = twins(options);
  fc.assert(
    fc.property(fc.tuple(...args), (values) => {
      const failed = survives(() => call(pair.subject.rnn, pair.subject.adam, values));
      if (failed) {
        expectSameNextStep(pair.subject, pair.twin);
        return;
      }
      pair.subject.rnn.free();
      pair.twin.rnn.free();
      pair = twins(options);
    }),
    { numRuns: RUNS, seed: SEED },
  );
}

describe("a network survives", () => {
  it("any batch", () => {
    networkSurvives((rnn, adam, [b]) => rnn.trainStep(b as Batch, adam), batch);
    networkSurvives((rnn, _, [b]) => rnn.gradients(b as Batch), batch);
    networkSurvives((rnn, _, [b]) => rnn.evaluate(b as Batch), batch);
    networkSurvives((rnn, _, [b]) => rnn.forward(b as Batch), batch);
  });

  it("any optimizer and options", () => {
    const options = fc.oneof(
      garbage,
      fc.record({ clipNorm: number, carryState: flag, returnState: flag }, { requiredKeys: [] }),
    );
    networkSurvives((rnn, adam, [o]) => rnn.trainStep(GOOD, adam, o as never), options);
    networkSurvives((rnn, _, [optimizer]) => rnn.trainStep(GOOD, optimizer as never), garbage);
    networkSurvives((rnn, adam, [o]) => rnn.applyGradients({ b_o: [1, 2, 3] }, adam, o as never), options);
  });

  it("any gradients of one's own", () => {
    const gradients = fc.record(
      {
        inputs: rows(id),
        outputsGradient: rows(value),
        logitsGradient: rows(value),
        stateGradient: rows(value),
      },
      { requiredKeys: ["inputs"] },
    );
    networkSurvives((rnn, _, [g]) => rnn.backward(g as never), fc.oneof(garbage, gradients));
  });

  it("any parameters", () => {
    const named = fc.record(
      {
        w_ih_l0: rows(value),
        b_h_l0: fc.oneof(fc.array(value, { minLength: 5, maxLength: 5 }), garbage),
        b_o: fc.array(value),
        x: garbage,
      },
      { requiredKeys: [] },
    );
    networkSurvives((rnn, _, [p]) => rnn.setParameters(p as never), fc.oneof(garbage, named));
    networkSurvives((rnn, adam, [p]) => rnn.applyGradients(p as never, adam), fc.oneof(garbage, named));
  });

  it("any session", () => {
    const ids = fc.oneof(id, fc.array(id), rows(id));
    networkSurvives(
      (rnn, _, [o]) => rnn.session(o as never).free(),
      fc.oneof(garbage, fc.record({ batch: size, state: rows(value) }, { requiredKeys: [] })),
    );
    networkSurvives(
      (rnn, _, [batch, x, o]) => {
        const session = rnn.session({ batch: batch as number });
        try {
          const before = session.state();
          if (survives(() => session.step(x as never))) expect(session.state()).toEqual(before);
          const later = session.state();
          if (survives(() => session.reset(o as never))) expect(session.state()).toEqual(later);
        } finally {
          session.free();
        }
      },
      fc.constantFrom(1, 2),
      ids,
      fc.oneof(garbage, fc.record({ state: rows(value) })),
    );
  });

  it("any batch size", () => {
    networkSurvives((rnn, _, [n]) => rnn.zeroState(n as number), size);
  });
});

describe.each([
  { cell: "gru", layers: 2, dropout: 0.5 },
  { cell: "gru", resetAfter: false, bidirectional: true },
  { cell: "lstm", layers: 2, bidirectional: true, dropout: 0.5 },
] as Partial<RnnOptions>[])("a network with %o survives", (change) => {
  const options = { ...SIZES, ...change };

  it("any batch, gradients' options and names", () => {
    survivesAs(options, (rnn, adam, [b]) => rnn.trainStep(b as Batch, adam), batch);
    survivesAs(options, (rnn, _, [b]) => rnn.evaluate(b as Batch), batch);
    const asked = fc.oneof(garbage, fc.record({ trace: flag, accumulate: flag }, { requiredKeys: [] }));
    survivesAs(options, (rnn, _, [b, o]) => rnn.gradients(b as Batch, o as never), batch, asked);
    const names = fc.oneof(
      garbage,
      fc.array(fc.oneof(fc.constantFrom("w_hh_l0", "b_o", "w_ih_l1"), garbage), { maxLength: 3 }),
    );
    survivesAs(options, (rnn, _, [n]) => rnn.freeze(n as never), names);
    survivesAs(options, (rnn, adam, [g]) => rnn.applyGradients(g as never, adam), names);
  });

  it("any dense session", () => {
    const features = fc.oneof(rows(value), fc.array(value, { minLength: 4, maxLength: 4 }), garbage);
    const state = fc.record({ state: fc.oneof(rows(value), fc.record({ h: rows(value), c: rows(value) })) });
    survivesAs(
      options,
      (rnn, _, [x, o]) => {
        const session = rnn.session({ dense: true });
        try {
          const before = session.state();
          if (survives(() => session.step(x as never))) expect(session.state()).toEqual(before);
          const later = session.state();
          if (survives(() => session.reset(o as never))) expect(session.state()).toEqual(later);
        } finally {
          session.free();
        }
      },
      features,
      fc.oneof(garbage, state),
    );
  });
});

describe("garbage makes no other error", () => {
  const property = (call: (...args: unknown[]) => unknown, ...args: fc.Arbitrary<unknown>[]) => {
    fc.assert(
      fc.property(fc.tuple(...args), (values) => void survives(() => call(...values))),
      { numRuns: RUNS, seed: SEED },
    );
  };

  it("in the constructors", () => {
    const options = {
      cell: fc.oneof(fc.constantFrom("tanh", "relu", "gru", "lstm"), garbage),
      inputSize: size,
      hiddenSize: size,
      outputSize: size,
      layers: size,
      bidirectional: flag,
      dropout: number,
      init: fc.oneof(fc.constantFrom("glorot-uniform", "uniform-hidden"), garbage),
      recurrentInit: fc.oneof(fc.constantFrom("same", "orthogonal"), garbage),
      forgetBias: number,
      resetAfter: flag,
      seed: number,
    };
    property((o) => new Rnn(o as never).free(), fc.oneof(garbage, fc.record(options, { requiredKeys: [] })));
    const sizes = { inputSize: size, hiddenSize: size, outputSize: size, seed: number };
    property((o) => new Rnn(o as never).free(), fc.record(sizes));
    const settings = {
      learningRate: number,
      beta1: number,
      beta2: number,
      epsilon: number,
      epsilonMode: garbage,
      weightDecay: number,
    };
    property((o) => new Adam(o as never), fc.oneof(garbage, fc.record(settings, { requiredKeys: [] })));
    property((rate) => (new Adam().learningRate = rate as number), number);
    const momentum = { learningRate: number, momentum: number, weightDecay: number };
    const sgd = { ...momentum, nesterov: flag };
    property((o) => new Sgd(o as never), fc.oneof(garbage, fc.record(sgd, { requiredKeys: [] })));
    const rmsProp = { ...momentum, alpha: number, epsilon: number };
    property((o) => new RmsProp(o as never), fc.oneof(garbage, fc.record(rmsProp, { requiredKeys: [] })));
    const plain = fc.record(
      {
        kind: fc.oneof(fc.constantFrom("constant", "linear", "cosine", "stepDecay", "warmup"), garbage),
        value: number,
        from: number,
        to: number,
        steps: size,
        factor: number,
        every: size,
        then: number,
      },
      { requiredKeys: ["kind"] },
    );
    const schedule = fc.oneof(
      garbage,
      plain,
      fc.record({ kind: fc.constant("warmup"), steps: size, then: plain }),
    );
    property((o, step) => learningRateAt(o as never, step as number), schedule, size);
  });

  it("in the functions", () => {
    const flags = {
      averageAcrossTimesteps: flag,
      averageAcrossBatch: flag,
      sumOverTimesteps: flag,
      sumOverBatch: flag,
      weights: rows(value),
    };
    const options = fc.oneof(garbage, fc.record(flags, { requiredKeys: [] }));
    property((l, t, o) => sequenceLoss(l as never, t as never, o as never), rows(value), rows(id), options);
    const draws = fc.oneof(
      garbage,
      fc.record({ temperature: number, seed: size, step: size }, { requiredKeys: [] }),
    );
    property((l, o) => sample(l as never, o as never), rows(value), draws);
    property((ids, depth) => oneHot(ids as never, depth as number), fc.oneof(rows(id), fc.array(id)), size);
    property(
      (data, shape) => tensor(data as never, shape as never),
      fc.oneof(fc.array(value), garbage),
      fc.oneof(fc.array(size), garbage),
    );
  });

  it("in the vocabulary", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.array(fc.oneof(fc.string(), garbage)), garbage);
    const options = fc.oneof(
      fc.constant(undefined),
      fc.record({ unknown: fc.oneof(fc.string(), garbage) }),
      garbage,
    );
    property((tokens, o) => new Vocabulary(tokens as never, o as never), text, options);
    property((t, o) => Vocabulary.from(t as never, o as never), text, options);
    const vocabulary = new Vocabulary(["a", "b", "\u{1f600}"]);
    property((t, o) => vocabulary.encode(t as never, o as never), text, options);
    property((ids) => vocabulary.decode(ids as never), fc.oneof(fc.array(id), rows(id)));
    property((token) => vocabulary.has(token as never), garbage);
  });

  it("in init, which does nothing once there is an instance", async () => {
    new Rnn({ inputSize: 1, hiddenSize: 1 }).free();
    const nothing = fc.asyncProperty(garbage, async (source) => {
      expect(await init(source as never)).toBeUndefined();
    });
    await fc.assert(nothing, { numRuns: 50, seed: SEED });
  });
});
