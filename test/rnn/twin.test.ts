/**
 * The library against the f64 twin on random networks and batches: every cell, up to three layers, one and two
 * directions, shapes around and across the SIMD width, ids and features, lengths down to 0, weights of steps and of
 * values with zeros, every loss in both scalar forms, with and without output layer.
 * What a mask hides is filled with rubbish: ids of −1, features of NaN, targets of −100.
 *
 * fast-check draws sizes and a seed and shrinks a failure to a small one; the numbers come from the seed.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Adam, sequenceLoss, type LossFlags } from "bptt";
import * as twin from "../reference/adam.js";
import {
  accuracy,
  lossAndGradients,
  binaryAccuracy,
  coverage,
  lossOf,
  meanAbsoluteError,
  weightsOf,
  type Batch,
} from "../reference/batch.js";
import { sequenceLoss as twinLoss } from "../reference/loss.js";
import { backward, cellOf, classesOf, directionsOf, forward, stacksOf, type Net } from "../reference/rnn.js";
import { expectAllClose, expectClose, expectNear, largest, type Tolerance } from "../support/compare.js";
import {
  dense,
  expectState,
  ids,
  numbersOf,
  partsOf,
  toBatch,
  toInputs,
  toState,
  withRnn,
} from "../support/library.js";
import {
  FAMILY,
  integers,
  randomNet,
  seeded,
  uniform,
  weightsWithZeros,
  type Random,
} from "../support/random.js";
import { LOGITS, LOSS, NORM } from "../support/tolerance.js";

/** The same cases every time; another seed is another set. */
const SEED = 20230928;

const LOSSES = ["meanSquaredError", "meanAbsoluteError", "quantile", "binaryCrossEntropy"] as const;

const options = fc.record({
  seed: fc.nat(2 ** 31 - 1),
  cell: fc.constantFrom(...FAMILY),
  layers: fc.constantFrom(1, 1, 2, 3),
  bidirectional: fc.boolean(),
  B: fc.integer({ min: 1, max: 5 }),
  T: fc.integer({ min: 1, max: 9 }),
  I: fc.integer({ min: 1, max: 9 }),
  H: fc.integer({ min: 1, max: 19 }),
  V: fc.integer({ min: 0, max: 11 }),
  dense: fc.boolean(),
  lengths: fc.boolean(),
  weights: fc.boolean(),
  state: fc.boolean(),
  sum: fc.boolean(),
  loss: fc.constantFrom(undefined, undefined, ...LOSSES),
});

const cases = options.map((options) => {
  const { cell, layers, bidirectional, I, H, V } = options;
  const random = seeded(options.seed);
  const net = randomNet(random, { ...cell, layers, bidirectional, I, H, V });
  return { options, net, batch: randomBatch(random, net, options) };
});

/** A batch whose hidden parts are rubbish. */
function randomBatch(
  random: Random,
  net: Net,
  options: Record<"B" | "T", number> &
    Record<"dense" | "lengths" | "weights" | "state" | "sum", boolean> & {
      readonly loss?: (typeof LOSSES)[number] | undefined;
    },
): Batch {
  const { B, T } = options;
  const { I, H } = net;
  const V = classesOf(net);
  const { loss } = options;
  const quantiles = loss === "quantile" ? QUANTILES.findLast((levels) => V % levels.length === 0) : undefined;
  const K = loss === undefined ? 1 : V / (quantiles?.length ?? 1);
  const weightedValues = loss !== undefined && random() < 0.5;
  const per = weightedValues ? K : 1; // weights of a step
  const sequenceLengths = options.lengths ? integers(random, B, T + 1) : undefined;
  const weights = options.weights ? weightsWithZeros(random, B * T * per) : undefined;
  const past = (k: number): boolean =>
    sequenceLengths !== undefined && k % T >= sequenceLengths[Math.floor(k / T)]!;
  const unread = (k: number): boolean =>
    past(Math.floor(k / K)) || weights?.[weightedValues ? k : Math.floor(k / K)] === 0;
  const target = (t: number): number => (loss === "binaryCrossEntropy" ? Math.abs(t) : t);
  const inputs = options.dense
    ? { features: uniform(random, B * T * I).map((x, k) => (past(Math.floor(k / I)) ? NaN : x)) }
    : { ids: integers(random, B * T, I).map((id, k) => (past(k) ? -1 : id)) };
  const targets =
    loss === undefined
      ? integers(random, B * T, V).map((target, k) => (unread(k) ? -100 : target))
      : uniform(random, B * T * K).map((t, k) => (unread(k) ? NaN : target(t)));
  const states = stacksOf(net) * B * H;
  const initialState = options.state ? uniform(random, states, 0.9) : undefined;
  const initialCell = options.state ? uniform(random, states, 0.9) : undefined;
  const masks = { weights, weightedValues, sequenceLengths, sum: options.sum, loss, quantiles };
  return { B, T, ...inputs, targets, ...masks, initialState, initialCell };
}

/** Levels to choose from: the last whose number divides the outputs. */
const QUANTILES = [[0.5], [0.25, 0.75], [0.1, 0.5, 0.9]];

/** Runs the property and makes sure that it ran. */
function forAll<T>(arbitrary: fc.Arbitrary<T>, runs: number, check: (value: T) => void): void {
  let count = 0;
  const property = fc.property(arbitrary, (value) => {
    check(value);
    count++;
  });
  fc.assert(property, { seed: SEED, numRuns: runs });
  expect(count).toBe(runs);
}

/**
 * Gradients: 1e-5 of the array's largest element (see tolerance.ts). Where all elements of an array are what is left
 * of larger terms (one hidden unit, say), that is too strict: such terms are as large as the other gradients, so that
 * a tenth of it is allowed of the largest gradient of all.
 */
function gradientTolerance(gradients: Readonly<Record<string, Float64Array>>): Tolerance {
  return { relative: 1e-5, absolute: 1e-6 * Math.max(...Object.values(gradients).map(largest)) };
}

describe("one pass", () => {
  it("forward: outputs, logits, state", () => {
    forAll(cases, 300, ({ net, batch }) => {
      const { B, T } = batch;
      const width = directionsOf(net) * net.H;
      const want = forward(net, batch);
      withRnn(net, (rnn) => {
        const { outputs, logits, state } = rnn.forward(toInputs(batch, net));
        expect([outputs.shape, logits.shape]).toEqual([
          [B, T, width],
          [B, T, net.V || width],
        ]);
        const parts = "h" in state ? [state.h, state.c] : [state];
        for (const { shape } of parts) expect(shape).toEqual([stacksOf(net), B, net.H]);
        expectClose("outputs", outputs.data, want.outputs, LOGITS);
        expectClose("logits", logits.data, want.logits, LOGITS);
        expectState("state", state, want.state, want.cell, net, LOGITS);
      });
    });
  });

  it("gradients: loss, every gradient by name, initial state, final state, trace", () => {
    forAll(cases, 300, ({ net, batch }) => {
      const want = lossAndGradients(net, batch);
      const { dinitialState, dinitialCell, dhidden } = want;
      const tolerance = gradientTolerance({ ...want.gradients, dinitialState, dinitialCell });
      withRnn(net, (rnn) => {
        const before = rnn.parameters;
        const got = rnn.gradients(toBatch(batch, net), { trace: true });
        expectNear("loss", got.loss, want.loss, LOSS);
        expectAllClose("gradients", numbersOf(got.gradients), want.gradients, tolerance);
        const initial = got.initialStateGradient;
        expectState("initialStateGradient", initial, dinitialState, dinitialCell, net, tolerance);
        expectState("state", got.state, want.forward.state, want.forward.cell, net, LOGITS);
        expect(rnn.parameters).toEqual(before);

        const { hidden, gates, hiddenGradients } = got.trace!;
        const shape = [batch.T, stacksOf(net), batch.B];
        expect(hidden.shape).toEqual([...shape, net.H]);
        expect(gates.shape).toEqual([...shape, cellOf(net).G * net.H]);
        expect(hiddenGradients.shape).toEqual(hidden.shape);
        expectClose("trace.hidden", hidden.data, want.forward.hidden, LOGITS);
        expectClose("trace.gates", gates.data, want.forward.gates, LOGITS);
        expectClose("trace.hiddenGradients", hiddenGradients.data, dhidden, tolerance);
        expect("cells" in got.trace!).toBe(net.cell === "lstm");
      });
    });
  });

  it("backward: every gradient of Σ outputs·r₁ + Σ logits·r₂ + Σ state·r₃, of dense inputs too", () => {
    const parts = fc.tuple(cases, fc.boolean(), fc.boolean(), fc.boolean());
    forAll(parts, 300, ([{ net, batch, options }, hasOutputs, hasLogits, hasState]) => {
      const { B, T, features } = batch;
      const { I, H } = net;
      const width = directionsOf(net) * H;
      const V = classesOf(net);
      const random = seeded(options.seed + 1);
      const states = stacksOf(net) * B * H;
      const doutputs = hasOutputs ? uniform(random, B * T * width) : undefined;
      const dlogits = hasLogits ? uniform(random, B * T * V) : undefined;
      const dstate = hasState ? uniform(random, states) : undefined;
      const dcell = hasState ? uniform(random, states) : undefined;
      const want = backward(net, batch, forward(net, batch), { doutputs, dlogits, dstate, dcell });
      const { gradients, dinitialState, dinitialCell, dfeatures } = want;
      const tolerance = gradientTolerance({ ...gradients, dinitialState, dinitialCell, dfeatures });
      withRnn(net, (rnn) => {
        const got = rnn.backward({
          ...toInputs(batch, net),
          ...(doutputs && { outputsGradient: dense(doutputs, [B, T, width]) }),
          ...(dlogits && { logitsGradient: dense(dlogits, [B, T, V]) }),
          ...(dstate && { stateGradient: toState(net, B, dstate, dcell) }),
        });
        expectAllClose("gradients", numbersOf(got.gradients), gradients, tolerance);
        const initial = got.initialStateGradient;
        expectState("initialStateGradient", initial, dinitialState, dinitialCell, net, tolerance);
        if (features) {
          expect(got.inputsGradient?.shape).toEqual([B, T, I]);
          expectClose("inputsGradient", got.inputsGradient!.data, dfeatures, tolerance);
        } else {
          expect(got.inputsGradient).toBeUndefined();
        }
      });
    });
  });

  it("evaluate: the loss, its metric, and the loss that sequenceLoss makes of the logits", () => {
    forAll(cases, 300, ({ net, batch }) => {
      const want = lossOf(net, batch).loss;
      const weights = weightsOf(batch);
      withRnn(net, (rnn) => {
        const given = toBatch(batch, net);
        const result = rnn.evaluate(given);
        expectNear("loss", result.loss, want, LOSS);
        const { loss: _, ...metric } = result;
        switch (batch.loss) {
          case "meanSquaredError":
            expectNear("error", result.meanAbsoluteError!, meanAbsoluteError(net, batch), LOSS);
            return;
          case "meanAbsoluteError":
            expect(metric).toEqual({});
            return;
          case "quantile":
            expectClose("coverage", result.coverage!, coverage(net, batch), { absolute: 1e-6 });
            return;
          case "binaryCrossEntropy":
            expectNear("accuracy", result.accuracy!, binaryAccuracy(net, batch), { absolute: 1e-6 });
            return;
          case undefined: // classes
        }
        expectNear("accuracy", result.accuracy!, accuracy(net, batch), { absolute: 1e-6 });
        const shape = [batch.B, batch.T];
        const targets = ids(Array.from(batch.targets), shape);
        const { sequenceLengths } = given;
        const options = {
          weights: dense(batch.weights ?? weights, shape),
          ...(sequenceLengths && { sequenceLengths }),
          ...(batch.sum && SUMS),
        };
        const own: unknown = sequenceLoss(rnn.forward(toInputs(batch, net)).logits, targets, options);
        expect(own).toBe(result.loss);
      });
    });
  });

  it("accumulated gradients: the sum over batches of different shapes, after any other calls", () => {
    const two = fc.tuple(cases, options);
    forAll(two, 100, ([{ net, batch }, other]) => {
      const second = randomBatch(seeded(other.seed), net, other);
      const [a, b] = [batch, second].map((one) => lossAndGradients(net, one));
      const sum = Object.fromEntries(
        Object.entries(a!.gradients).map(([name, g]) => [name, g.map((x, k) => x + b!.gradients[name]![k]!)]),
      );
      const tolerance = gradientTolerance({ ...a!.gradients, ...b!.gradients });
      withRnn(net, (rnn) => {
        const [first, last] = [batch, second].map((one) => toBatch(one, net));
        const { loss } = rnn.gradients(first!, { accumulate: true });
        rnn.gradients(last!); // which does not count
        rnn.evaluate(last!);
        const got = rnn.gradients(last!, { accumulate: true });
        expectNear("loss", loss, a!.loss, LOSS);
        expectNear("loss", got.loss, b!.loss, LOSS);
        expectAllClose("gradients", numbersOf(got.gradients), sum, tolerance);
        rnn.backward(toInputs(second, net));
        const { gradientNorm } = rnn.applyGradients("accumulated", new Adam());
        expectNear("norm", gradientNorm, twin.globalNorm(sum), { ...NORM, absolute: 1e-6 });
      });
    });
  });

  it("never counts a step past a length, for any weight", () => {
    const net = randomNet(seeded(1), { I: 3, H: 4, V: 6 });
    withRnn(net, (rnn) => {
      const batch = {
        inputs: [[0, 1, -9]],
        targets: [[-1, -1, -100]],
        weights: [[0, 0, 2]],
        sequenceLengths: [2],
      };
      expect(rnn.evaluate(batch)).toEqual({ loss: 0, accuracy: 0 });
      expect(rnn.gradients(batch).loss).toBe(0);
    });
  });
});

const SUMS = {
  averageAcrossTimesteps: false,
  averageAcrossBatch: false,
  sumOverTimesteps: true,
  sumOverBatch: true,
};
const LEGAL: LossFlags[] = [
  { averageAcrossTimesteps: true, averageAcrossBatch: true },
  { averageAcrossTimesteps: true, averageAcrossBatch: false },
  { averageAcrossTimesteps: false, averageAcrossBatch: true },
  { averageAcrossTimesteps: false, averageAcrossBatch: false },
  { averageAcrossTimesteps: false, averageAcrossBatch: false, sumOverTimesteps: true },
  { averageAcrossTimesteps: false, averageAcrossBatch: false, sumOverBatch: true },
  SUMS,
];

describe("sequenceLoss", () => {
  it("under every legal combination of flags", () => {
    const arbitrary = fc.record({
      seed: fc.nat(2 ** 31 - 1),
      B: fc.integer({ min: 1, max: 5 }),
      T: fc.integer({ min: 1, max: 9 }),
      V: fc.integer({ min: 1, max: 19 }),
      size: fc.constantFrom(1, 10, 100),
    });
    forAll(arbitrary, 200, ({ seed, B, T, V, size }) => {
      const random = seeded(seed);
      const logits = uniform(random, B * T * V, size);
      const targets = integers(random, B * T, V);
      const weights = weightsWithZeros(random, B * T);
      for (const flags of LEGAL) {
        const want = twinLoss(logits, targets, weights, { B, T, V }, flags);
        const options = { weights: dense(weights, [B, T]), ...flags };
        const got: unknown = sequenceLoss(dense(logits, [B, T, V]), ids(targets, [B, T]), options);
        // One xent is the difference of numbers as large as the logits: u of them, a few times.
        const tolerance = { absolute: 1e-6 * size, relative: 2e-6 };
        if (want.shape.length === 0) {
          expectNear("loss", got as number, want.loss[0]!, tolerance);
        } else {
          const tensor = got as { data: Float32Array; shape: number[] };
          expect(tensor.shape).toEqual(want.shape);
          expectClose("loss", tensor.data, want.loss, tolerance);
        }
      }
    });
  });
});

function copyOf(net: Net): Net {
  const parameters = Object.entries(net.parameters).map(([name, theta]) => [name, theta.slice()] as const);
  return { ...net, parameters: Object.fromEntries(parameters) };
}

describe("training", () => {
  /**
   * After each step the twin continues from the library's weights and state, because a network that has become chaotic
   * (weights grow in training) would amplify the first rounding error. Only the moments are the twin's throughout.
   *
   * A rounding error δg of a gradient moves a weight by at most lr·δg/ε in a step: with ε ≥ 1e-3 and δg = 1e-7, 1e-4·lr.
   * (With ε = 1e-8 an element whose gradient cancels to nearly 0 takes a whole step of lr in a direction that the
   * rounding decides. Such ε are tested with given gradients, in golden-adam.test.ts.)
   */
  it("20 steps in both forms of Adam, with clipping, decay and carried state", () => {
    const settings = fc.record({
      learningRate: fc.constantFrom(0, 0.001, 0.01, 0.05),
      beta1: fc.constantFrom(0, 0.9),
      beta2: fc.constantFrom(0.9, 0.999),
      epsilon: fc.constantFrom(1e-2, 1e-3),
      epsilonMode: fc.constantFrom("tensorflow" as const, "torch" as const),
      weightDecay: fc.constantFrom(0, 0.1),
    });
    const arbitrary = fc.tuple(cases, settings, fc.constantFrom(false as const, 0.05, 1), fc.boolean());
    forAll(arbitrary, 100, ([{ net: start, batch }, options, clipNorm, carryState]) => {
      const net = copyOf(start); // the twin trains it in place
      const given = toBatch(batch, net);
      const adam = new Adam(options);
      const twinAdam = new twin.Adam(options);
      const ofWeights = { absolute: 3e-4 * options.learningRate + 1e-6 };
      let { initialState, initialCell } = batch;
      withRnn(net, (rnn) => {
        for (let step = 0; step < 20; step++) {
          const want = lossAndGradients(net, { ...batch, initialState, initialCell });
          const { clipped, norm } = twin.clipByGlobalNorm(
            want.gradients,
            clipNorm === false ? Infinity : clipNorm,
          );
          twinAdam.step(net.parameters, clipped);

          // With carryState an initialState is for the first step; later ones start where the last one ended.
          const { initialState: first, ...rest } = given;
          const own = carryState && step > 0 ? rest : { ...rest, ...(first && { initialState: first }) };
          const got = rnn.trainStep(own, adam, { clipNorm, carryState, returnState: true });
          expectNear(`loss ${step}`, got.loss, want.loss, LOSS);
          expectNear(`norm ${step}`, got.gradientNorm, norm, { ...NORM, absolute: 1e-6 });
          expectState(`state ${step}`, got.state!, want.forward.state, want.forward.cell, net, LOGITS);
          const weights = numbersOf(rnn.parameters);
          expectAllClose(`weights ${step}`, weights, net.parameters, ofWeights);

          for (const [name, theta] of Object.entries(net.parameters)) theta.set(weights[name]!);
          if (carryState) ({ h: initialState, c: initialCell } = partsOf(got.state!));
        }
      });
    });
  });
});
