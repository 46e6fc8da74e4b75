/** Options, settings and names that are not what they should be. */

import { Adam, RmsProp, Sgd, Rnn, sequenceLoss } from "bptt";
import { describe } from "vitest";
import { any, check, step, type Case, type Kind } from "../support/bad-input.js";
import { GOOD, SIZES, type Trainee } from "../support/twins.js";

const { inputs, targets } = GOOD;

describe("options of a network", () => {
  const make = (change: object) => () => new Rnn({ ...SIZES, ...change });
  const hidden = (value: unknown, kind: Kind, message: string): Case => [
    `hiddenSize ${String(value)}`,
    make({ hiddenSize: value }),
    kind,
    `hiddenSize: expected an integer ${message}`,
  ];
  check([
    hidden(0, RangeError, ">= 1, received 0"),
    hidden(1.5, RangeError, ">= 1, received 1.5"),
    hidden(-1, RangeError, ">= 1, received -1"),
    hidden(2 ** 31, RangeError, "<= 2147483647, received 2147483648"),
    hidden("5", TypeError, '>= 1, received "5"'),
    hidden(NaN, RangeError, ">= 1, received NaN"),
    hidden(Infinity, RangeError, "<= 2147483647, received Infinity"),
    hidden(undefined, TypeError, ">= 1, received undefined"),
    [
      "no options",
      () => new Rnn(any(undefined)),
      TypeError,
      "options: expected an object, received undefined",
    ],
    ["null for options", () => new Rnn(any(null)), TypeError, "options: expected an object, received null"],
    [
      "empty options",
      () => new Rnn(any({})),
      TypeError,
      "inputSize: expected an integer >= 1, received undefined",
    ],
    [
      "an array for options",
      () => new Rnn(any([])),
      TypeError,
      "options: expected an object, received an array of length 0",
    ],
    [
      "an unknown option",
      make({ hidden: 5 }),
      TypeError,
      'options: expected known options only, received "hidden"; known are cell, inputSize, hiddenSize, outputSize, layers, bidirectional, dropout, init, recurrentInit, forgetBias, resetAfter, seed',
    ],
    [
      "an unknown cell",
      make({ cell: "rnn" }),
      RangeError,
      'cell: expected one of "tanh", "relu", "gru", "lstm", received "rnn"',
    ],
    [
      "a cell that is no string",
      make({ cell: 1 }),
      TypeError,
      'cell: expected one of "tanh", "relu", "gru", "lstm", received 1',
    ],
    [
      "dropout 1",
      make({ dropout: 1 }),
      RangeError,
      "dropout: expected a finite number >= 0 and < 1, received 1",
    ],
    [
      "an unknown init",
      make({ init: "zeros" }),
      RangeError,
      'init: expected one of "glorot-uniform", "uniform-hidden", received "zeros"',
    ],
    ["outputSize 0", make({ outputSize: 0 }), RangeError, "outputSize: expected an integer >= 1, received 0"],
    [
      "outputSize null",
      make({ outputSize: null }),
      TypeError,
      "outputSize: expected an integer >= 1, received null",
    ],
    ["seed -1", make({ seed: -1 }), RangeError, "seed: expected an integer in 0..4294967295, received -1"],
    [
      "seed 2^32",
      make({ seed: 2 ** 32 }),
      RangeError,
      "seed: expected an integer in 0..4294967295, received 4294967296",
    ],
    ["seed 0.5", make({ seed: 0.5 }), RangeError, "seed: expected an integer in 0..4294967295, received 0.5"],
    [
      "seed null",
      make({ seed: null }),
      TypeError,
      "seed: expected an integer in 0..4294967295, received null",
    ],
    [
      "seed a bigint",
      make({ seed: 1n }),
      TypeError,
      "seed: expected an integer in 0..4294967295, received 1n",
    ],
  ]);
});

describe("options of a batch and of a step", () => {
  const flags = (change: object) => step(change);
  const mixed = "expected averages or sums, not both, received";
  const isTrue = "the averages are true unless set to false";
  const one = "expected both averages or both sums, since training needs one number, received";
  const options = (value: unknown) => (trainee: Trainee) =>
    trainee.rnn.trainStep(GOOD, trainee.adam, any(value));
  const clip = (value: unknown, kind: Kind, message: string): Case => [
    `clipNorm ${String(value)}`,
    options({ clipNorm: value }),
    kind,
    `clipNorm: expected ${message}`,
  ];
  const none = { averageAcrossTimesteps: false, averageAcrossBatch: false };
  const range = "a finite number in 1e-30..1e+30";
  check([
    [
      "sums with averages",
      flags({ sumOverTimesteps: true, sumOverBatch: true }),
      RangeError,
      `averageAcrossTimesteps: ${mixed} averageAcrossTimesteps, averageAcrossBatch, sumOverTimesteps, sumOverBatch; ${isTrue}`,
    ],
    [
      "average and sum on different axes",
      flags({ averageAcrossBatch: false, sumOverBatch: true }),
      RangeError,
      `averageAcrossTimesteps: ${mixed} averageAcrossTimesteps, sumOverBatch; ${isTrue}`,
    ],
    [
      "flags that leave a vector",
      flags({ averageAcrossBatch: false }),
      RangeError,
      `averageAcrossTimesteps: ${one} averageAcrossTimesteps, which leaves a vector`,
    ],
    [
      "flags that leave a matrix",
      flags(none),
      RangeError,
      `averageAcrossTimesteps: ${one} none, which leaves a matrix (B,T)`,
    ],
    [
      "a flag that is a number",
      flags({ sumOverBatch: 1 }),
      TypeError,
      "sumOverBatch: expected true or false, received 1",
    ],
    [
      "illegal flags of sequenceLoss",
      () => sequenceLoss([[[0]]], [[0]], { sumOverBatch: true }),
      RangeError,
      `averageAcrossTimesteps: ${mixed} averageAcrossTimesteps, averageAcrossBatch, sumOverBatch; ${isTrue}`,
    ],
    [
      "an unknown loss",
      step({ loss: "hinge" }),
      RangeError,
      'loss: expected one of "crossEntropy", "meanSquaredError", "meanAbsoluteError", "quantile", "binaryCrossEntropy", received "hinge"',
    ],
    [
      "an unknown name",
      step({ target: [[0]] }),
      TypeError,
      'batch: expected known options only, received "target"; known are inputs, sequenceLengths, initialState, targets, weights, loss, quantiles, averageAcrossTimesteps, averageAcrossBatch, sumOverTimesteps, sumOverBatch',
    ],
    [
      "no batch",
      ({ rnn, adam }) => rnn.trainStep(any(undefined), adam),
      TypeError,
      "batch: expected an object, received undefined",
    ],
    [
      "no optimizer",
      ({ rnn }) => rnn.trainStep(GOOD, any(undefined)),
      TypeError,
      "optimizer: expected an optimizer (new Adam(…)), received undefined",
    ],
    [
      "an object for an optimizer",
      ({ rnn }) => rnn.trainStep(GOOD, any({ learningRate: 1 })),
      TypeError,
      "optimizer: expected an optimizer (new Adam(…)), received an object",
    ],
    clip(0, RangeError, `${range}, received 0`),
    clip(-1, RangeError, `${range}, received -1`),
    clip(NaN, RangeError, `${range}, received NaN`),
    clip(Infinity, RangeError, `${range}, received Infinity`),
    clip(1e-300, RangeError, `${range}, received 1e-300`),
    clip("1", TypeError, 'a number, or false for none, received "1"'),
    clip(true, TypeError, "a number, or false for none, received true"),
    [
      "an unknown option",
      options({ clip: 1 }),
      TypeError,
      'options: expected known options only, received "clip"; known are clipNorm, returnState, carryState',
    ],
    ["options that are none", options(5), TypeError, "options: expected an object, received 5"],
    ["carryState 1", options({ carryState: 1 }), TypeError, "carryState: expected true or false, received 1"],
    [
      "returnState null",
      options({ returnState: null }),
      TypeError,
      "returnState: expected true or false, received null",
    ],
    [
      "carryState with another batch",
      ({ rnn, adam }) => rnn.trainStep({ inputs: [[0]], targets: [[0]] }, adam, { carryState: true }),
      RangeError,
      "carryState: expected a batch of 2 rows as in the previous call, received 1; to start again pass initialState: rnn.zeroState(1)",
    ],
    ["zeroState 0", ({ rnn }) => rnn.zeroState(0), RangeError, "batch: expected an integer >= 1, received 0"],
    [
      "zeroState of a string",
      ({ rnn }) => rnn.zeroState(any("1")),
      TypeError,
      'batch: expected an integer >= 1, received "1"',
    ],
    [
      "an unknown name for backward",
      ({ rnn }) => rnn.backward(any({ inputs, targets })),
      TypeError,
      'options: expected known options only, received "targets"; known are inputs, sequenceLengths, initialState, outputsGradient, logitsGradient, stateGradient',
    ],
  ]);
});

describe("settings of Adam", () => {
  const adam = (name: string, value: unknown, kind: Kind, message: string): Case => [
    `${name} ${String(value)}`,
    () => new Adam({ [name]: value }),
    kind,
    `${name}: expected a finite number ${message}`,
  ];
  const cases = [-0.1, NaN, Infinity, 1e31].map((value) =>
    adam("learningRate", value, RangeError, `in 0..1e+30, received ${value}`),
  );
  check([
    ...cases,
    adam("learningRate", "0.1", TypeError, 'in 0..1e+30, received "0.1"'),
    adam("beta1", 1, RangeError, ">= 0 and < 1, received 1"),
    adam("beta1", -0.5, RangeError, ">= 0 and < 1, received -0.5"),
    adam("beta2", NaN, RangeError, ">= 0 and < 1, received NaN"),
    adam("beta2", [0.9], TypeError, ">= 0 and < 1, received an array of length 1"),
    adam("epsilon", 0, RangeError, "in 1e-30..1e+30, received 0"),
    adam("epsilon", -1e-8, RangeError, "in 1e-30..1e+30, received -1e-8"),
    adam("epsilon", Infinity, RangeError, "in 1e-30..1e+30, received Infinity"),
    adam("weightDecay", -1, RangeError, "in 0..1e+30, received -1"),
    [
      "beta2 that is 1 in float32",
      () => new Adam({ beta2: 1 - 1e-9 }),
      RangeError,
      "beta2: expected a number that is below 1 in float32 too, received 0.999999999",
    ],
    [
      "an unknown epsilonMode",
      () => new Adam({ epsilonMode: any("keras") }),
      RangeError,
      'epsilonMode: expected one of "tensorflow", "torch", received "keras"',
    ],
    [
      "an unknown setting",
      () => new Adam(any({ lr: 1 })),
      TypeError,
      'options: expected known options only, received "lr"; known are learningRate, beta1, beta2, epsilon, epsilonMode, weightDecay',
    ],
    [
      "a number for options",
      () => new Adam(any(0.1)),
      TypeError,
      "options: expected an object, received 0.1",
    ],
    [
      "a learning rate set later",
      (trainee) => (trainee.adam.learningRate = NaN),
      RangeError,
      "learningRate: expected a finite number in 0..1e+30, received NaN",
    ],
  ]);
});

describe("settings of Sgd and RmsProp", () => {
  const sgd = (options: unknown) => () => new Sgd(any(options));
  const rmsProp = (options: unknown) => () => new RmsProp(any(options));
  const below = "expected a finite number >= 0 and < 1, received";
  check([
    [
      "Sgd: a rate",
      sgd({ learningRate: -1 }),
      RangeError,
      "learningRate: expected a finite number in 0..1e+30, received -1",
    ],
    [
      "Sgd: a schedule of no kind",
      sgd({ learningRate: {} }),
      TypeError,
      'learningRate.kind: expected one of "constant", "linear", "cosine", "stepDecay", "warmup", received undefined',
    ],
    [
      "Sgd: a schedule without steps",
      sgd({ learningRate: { kind: "linear", from: 1, to: 0 } }),
      TypeError,
      "learningRate.steps: expected an integer >= 1, received undefined",
    ],
    ["Sgd: momentum 1", sgd({ momentum: 1 }), RangeError, `momentum: ${below} 1`],
    ["Sgd: momentum in words", sgd({ momentum: "0.9" }), TypeError, `momentum: ${below} "0.9"`],
    [
      "Sgd: Nesterov without momentum",
      sgd({ nesterov: true }),
      RangeError,
      "momentum: expected a number > 0 with nesterov, received 0",
    ],
    [
      "Sgd: nesterov 1",
      sgd({ nesterov: 1, momentum: 0.9 }),
      TypeError,
      "nesterov: expected true or false, received 1",
    ],
    [
      "Sgd: a decay",
      sgd({ weightDecay: NaN }),
      RangeError,
      "weightDecay: expected a finite number in 0..1e+30, received NaN",
    ],
    [
      "Sgd: an unknown setting",
      sgd({ dampening: 0 }),
      TypeError,
      'options: expected known options only, received "dampening"; known are learningRate, momentum, nesterov, weightDecay',
    ],
    ["RmsProp: alpha 1", rmsProp({ alpha: 1 }), RangeError, `alpha: ${below} 1`],
    [
      "RmsProp: alpha that is 1 in float32",
      rmsProp({ alpha: 1 - 1e-9 }),
      RangeError,
      "alpha: expected a number that is below 1 in float32 too, received 0.999999999",
    ],
    [
      "RmsProp: epsilon 0",
      rmsProp({ epsilon: 0 }),
      RangeError,
      "epsilon: expected a finite number in 1e-30..1e+30, received 0",
    ],
    ["RmsProp: momentum", rmsProp({ momentum: -0.1 }), RangeError, `momentum: ${below} -0.1`],
    [
      "RmsProp: an unknown setting",
      rmsProp({ centered: true }),
      TypeError,
      'options: expected known options only, received "centered"; known are learningRate, alpha, epsilon, momentum, weightDecay',
    ],
    ["RmsProp: a number", rmsProp(5), TypeError, "options: expected an object, received 5"],
  ]);
});

describe("parameters and gradients by name", () => {
  const set =
    (values: unknown) =>
    ({ rnn }: Trainee) =>
      rnn.setParameters(any(values));
  const names = "there are w_ih_l0, w_hh_l0, b_h_l0, w_ho, b_o";
  const good = [1, 2, 3, 4, 5];
  check([
    [
      "an unknown name",
      set({ b_h_l0: good, w_xx: [1] }),
      RangeError,
      `parameters: expected the name of a parameter, received "w_xx"; ${names}`,
    ],
    [
      "a name of Object.prototype",
      set(JSON.parse('{"__proto__": [1]}')),
      RangeError,
      `parameters: expected the name of a parameter, received "__proto__"; ${names}`,
    ],
    [
      "a wrong shape",
      set({ b_h_l0: good, b_o: [1, 2] }),
      RangeError,
      "parameters.b_o: expected shape (3), received (2)",
    ],
    [
      "a wrong rank",
      set({ b_h_l0: good, w_hh_l0: new Float32Array(25) }),
      RangeError,
      "parameters.w_hh_l0: expected shape (5, 5), received (25)",
    ],
    [
      "a transposed shape",
      set({ w_ih_l0: { data: new Float32Array(20), shape: [5, 4] } }),
      RangeError,
      "parameters.w_ih_l0: expected shape (4, 5), received (5, 4)",
    ],
    [
      "undefined",
      set({ b_h_l0: good, b_o: undefined }),
      TypeError,
      "parameters.b_o: expected numbers of shape (3), received undefined",
    ],
    [
      "a string among numbers",
      set({ b_h_l0: good, b_o: [1, "2", 3] }),
      TypeError,
      'parameters.b_o[1]: expected a number, received "2"',
    ],
    ["no parameters", set(undefined), TypeError, "parameters: expected an object, received undefined"],
    [
      "gradients of an unknown name",
      ({ rnn, adam }) => rnn.applyGradients({ b_h: good }, adam),
      RangeError,
      `gradients: expected the name of a parameter, received "b_h"; ${names}`,
    ],
    [
      "gradients of a wrong shape",
      ({ rnn, adam }) => rnn.applyGradients({ b_h_l0: good, b_o: good }, adam),
      RangeError,
      "gradients.b_o: expected shape (3), received (5)",
    ],
  ]);
});
