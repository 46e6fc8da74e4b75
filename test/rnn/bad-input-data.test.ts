/** Ids, features, weights, targets, states and lengths that are not what they should be. */

import { sequenceLoss } from "bptt";
import { describe } from "vitest";
import { any, check, step, withInputs } from "../support/bad-input.js";
import { GOOD, type Trainee } from "../support/twins.js";

describe("ids", () => {
  const text = (got: string) => `inputs[0][2]: expected an id in 0..3, received ${got}`;
  const id = (third: unknown) =>
    withInputs([
      [0, 1, third],
      [3, 2, 1],
    ]);
  check([
    ["out of range", id(4), RangeError, text("4")],
    ["negative", id(-1), RangeError, text("-1")],
    ["fractional", id(0.5), RangeError, text("0.5")],
    ["NaN", id(NaN), RangeError, text("NaN")],
    ["infinite", id(Infinity), RangeError, text("Infinity")],
    ["a string", id("2"), TypeError, text('"2"')],
    ["null", id(null), TypeError, text("null")],
    ["a bigint", id(2n), TypeError, text("2n")],
    ["true", id(true), TypeError, text("true")],
    ["a symbol", id(Symbol("id")), TypeError, text("Symbol(id)")],
    ["an object with valueOf", id({ valueOf: () => 2 }), TypeError, text("an object")],
    ["a boxed number", id(Object(2)), TypeError, text("an object (Number)")],
    ["a row too deep", id([2]), TypeError, text("an array of length 1")],
    ["a hole", withInputs([Object.assign(new Array(3), [0, 1]), [3, 2, 1]]), TypeError, text("undefined")],
    ["in a typed array", withInputs([Int32Array.of(0, 1, 7), Int32Array.of(3, 2, 1)]), RangeError, text("7")],
    [
      "in an unsigned array",
      withInputs([Uint32Array.of(0, 1, 2 ** 32 - 1), [3, 2, 1]]),
      RangeError,
      text("4294967295"),
    ],
    [
      "in a flat tensor",
      withInputs({ data: Int8Array.of(0, 1, -7, 3, 2, 1), shape: [2, 3] }),
      RangeError,
      text("-7"),
    ],
    [
      "in a flat plain tensor",
      withInputs({ data: [0, 1, 1.5, 3, 2, 1], shape: [2, 3] }),
      RangeError,
      text("1.5"),
    ],
  ]);
});

describe("shape of inputs", () => {
  const wanted = "inputs: expected integer ids (B,T) or dense features (B,T,I)";
  const floats = `${wanted}, received floats of rank 2`;
  const detached = new Int32Array(3);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  check([
    [
      "ragged",
      withInputs([
        [0, 1, 2],
        [3, 2],
      ]),
      RangeError,
      "inputs[1]: expected 3 ids as in inputs[0] (sequenceLengths allows rows of different lengths), received 2",
    ],
    [
      "ragged features",
      withInputs([[[1, 2, 3, 4]], [[1, 2, 3]]]),
      RangeError,
      "inputs[1][0]: expected 4 numbers, received 3",
    ],
    ["ragged rows", withInputs([[[1, 2, 3, 4]], []]), RangeError, "inputs[1]: expected 1 rows, received 0"],
    [
      "a missing row",
      withInputs([[0, 1, 2], null]),
      TypeError,
      "inputs[1]: expected 3 integers, received null",
    ],
    [
      "a row that is a number",
      withInputs([[0, 1, 2], 3]),
      TypeError,
      "inputs[1]: expected 3 integers, received 3",
    ],
    [
      "no rows",
      withInputs([]),
      RangeError,
      "inputs: expected at least one row and one time step, received shape (0)",
    ],
    [
      "no steps",
      withInputs([[], []]),
      RangeError,
      "inputs: expected at least one row and one time step, received shape (2, 0)",
    ],
    [
      "no features",
      withInputs([[[]]]),
      RangeError,
      "inputs: expected at least one row and one time step, received shape (1, 1, 0)",
    ],
    [
      "flat without rows",
      withInputs({ data: new Int32Array(0), shape: [0, 3] }),
      RangeError,
      "inputs: expected at least one row and one time step, received shape (0, 3)",
    ],
    ["rank 1", withInputs([0, 1, 2]), RangeError, `${wanted}, received rank 1`],
    ["rank 1, typed", withInputs(Int32Array.of(0, 1, 2)), RangeError, `${wanted}, received rank 1`],
    [
      "rank 4, flat",
      withInputs({ data: [1], shape: [1, 1, 1, 1] }),
      RangeError,
      `${wanted}, received rank 4`,
    ],
    [
      "rank 4, nested",
      withInputs([[[[1], [1], [1], [1]]]]),
      TypeError,
      "inputs[0][0][0]: expected a number, received an array of length 1",
    ],
    ["a Float32Array of rank 2", withInputs({ data: new Float32Array(6), shape: [2, 3] }), TypeError, floats],
    ["Float64Array rows", withInputs([new Float64Array(3), new Float64Array(3)]), TypeError, floats],
    [
      "a float row among ids",
      withInputs([[0, 1, 2], new Float32Array(3)]),
      TypeError,
      "inputs[1]: expected integers, received Float32Array of length 3",
    ],
    [
      "other feature count",
      withInputs([[[1, 2, 3]]]),
      RangeError,
      "inputs: expected features (B,T,4), received shape (1, 1, 3)",
    ],
    [
      "a shape that lies",
      withInputs({ data: Int32Array.of(0, 1), shape: [2, 3] }),
      RangeError,
      "inputs.shape: expected a shape of 2 values, as many as in data, received (2, 3)",
    ],
    [
      "a shape of 2^30 rows",
      withInputs({ data: new Int32Array(6), shape: [2 ** 30, 3] }),
      RangeError,
      "inputs.shape: expected a shape of 6 values, as many as in data, received (1073741824, 3)",
    ],
    [
      "a shape with a fraction",
      withInputs({ data: new Int32Array(3), shape: [1.5, 2] }),
      RangeError,
      "inputs.shape[0]: expected an integer >= 0, received 1.5",
    ],
    [
      "a shape of strings",
      withInputs({ data: new Int32Array(6), shape: ["2", 3] }),
      TypeError,
      'inputs.shape[0]: expected an integer >= 0, received "2"',
    ],
    [
      "no shape",
      withInputs({ data: new Int32Array(6), shape: undefined }),
      TypeError,
      "inputs.shape: expected an array of sizes, received undefined",
    ],
    [
      "no data",
      withInputs({ data: null, shape: [2, 3] }),
      TypeError,
      "inputs.data: expected an array of numbers, received null",
    ],
    [
      "bigints",
      withInputs({ data: new BigInt64Array(6), shape: [2, 3] }),
      TypeError,
      "inputs.data: expected an array of numbers, received BigInt64Array of length 6",
    ],
    [
      "a detached buffer",
      withInputs({ data: detached, shape: [1, 3] }),
      RangeError,
      "inputs.shape: expected a shape of 0 values, as many as in data, received (1, 3)",
    ],
    ["a string", withInputs("gohom"), TypeError, `${wanted}, received "gohom"`],
    ["a Map", withInputs(new Map()), TypeError, `${wanted}, received an object (Map)`],
    ["nothing", withInputs(undefined), TypeError, `${wanted}, received undefined`],
  ]);
});

describe("numbers that are none", () => {
  const features = (x: unknown) => ({
    ...GOOD,
    inputs: [
      [
        [0, 0, 0, 0],
        [0, 0, x, 0],
        [0, 0, 0, 0],
      ],
    ],
    targets: [[0, 1, 2]],
  });
  const run = (batch: object) => (trainee: Trainee) => trainee.rnn.trainStep(any(batch), trainee.adam);
  const flat = (x: number) => ({
    ...features(0),
    inputs: { data: Float64Array.of(0, 0, 0, 0, 0, 0, x, 0, 0, 0, 0, 0), shape: [1, 3, 4] },
  });
  const finite = (where: string, got: string) =>
    `${where}: expected a finite number (float32), received ${got}`;
  check([
    ["NaN in features", run(features(NaN)), RangeError, finite("inputs[0][1][2]", "NaN")],
    ["infinity in features", run(features(-Infinity)), RangeError, finite("inputs[0][1][2]", "-Infinity")],
    ["NaN in flat features", run(flat(NaN)), RangeError, finite("inputs[0][1][2]", "NaN")],
    ["too large for float32", run(flat(1e39)), RangeError, finite("inputs[0][1][2]", "1e+39")],
    [
      "a string in features",
      run(features("1")),
      TypeError,
      'inputs[0][1][2]: expected a number, received "1"',
    ],
    [
      "NaN in weights",
      step({
        weights: [
          [1, 1, 1],
          [1, NaN, 1],
        ],
      }),
      RangeError,
      finite("weights[1][1]", "NaN"),
    ],
    [
      "infinity in weights",
      step({
        weights: [
          [1, 1, Infinity],
          [1, 1, 1],
        ],
      }),
      RangeError,
      finite("weights[0][2]", "Infinity"),
    ],
    [
      "NaN in typed weights",
      step({ weights: [new Float32Array(3), Float32Array.of(1, 2, NaN)] }),
      RangeError,
      finite("weights[1][2]", "NaN"),
    ],
    [
      "NaN in the state",
      step({ initialState: { data: Float32Array.of(0, 0, 0, 0, 0, 0, NaN, 0, 0, 0), shape: [1, 2, 5] } }),
      RangeError,
      finite("initialState[0][1][1]", "NaN"),
    ],
    [
      "NaN in parameters",
      ({ rnn }) => rnn.setParameters({ b_h_l0: [0, 0, 0, NaN, 0] }),
      RangeError,
      finite("parameters.b_h_l0[3]", "NaN"),
    ],
    [
      "infinity in parameters",
      ({ rnn }) =>
        rnn.setParameters({
          b_o: [0, 0, 0],
          w_ho: [
            [0, 0, 0],
            [0, 0, 0],
            [0, 0, -Infinity],
            [0, 0, 0],
            [0, 0, 0],
          ],
        }),
      RangeError,
      finite("parameters.w_ho[2][2]", "-Infinity"),
    ],
    ["NaN in logits", () => sequenceLoss([[[0, NaN]]], [[0]]), RangeError, finite("logits[0][0][1]", "NaN")],
    [
      "NaN in an outputs gradient",
      ({ rnn }) => rnn.backward({ inputs: [[0]], outputsGradient: [[[0, 0, NaN, 0, 0]]] }),
      RangeError,
      finite("outputsGradient[0][0][2]", "NaN"),
    ],
    [
      "NaN in a gradient to apply",
      ({ rnn, adam }) => rnn.applyGradients({ b_h_l0: [0, 0, NaN, 0, 0] }, adam),
      "NOT_FINITE",
      "the gradient of b_h_l0 is NaN or infinite; nothing was changed",
    ],
  ]);
});

describe("wrong lengths", () => {
  const shape = (name: string, want: string, got: string) =>
    `${name}: expected shape ${want}, received ${got}`;
  const lengths = (value: unknown) => step({ sequenceLengths: value });
  check([
    [
      "targets short",
      step({
        targets: [
          [0, 1],
          [0, 1],
        ],
      }),
      RangeError,
      shape("targets", "(2, 3)", "(2, 2)"),
    ],
    [
      "targets ragged",
      step({
        targets: [
          [0, 1, 2],
          [0, 1],
        ],
      }),
      RangeError,
      "targets[1]: expected 3 ids as in targets[0] (sequenceLengths allows rows of different lengths), received 2",
    ],
    ["targets of one row", step({ targets: [[0, 1, 2]] }), RangeError, shape("targets", "(2, 3)", "(1, 3)")],
    [
      "targets flat",
      step({ targets: { data: new Int32Array(6), shape: [6] } }),
      RangeError,
      shape("targets", "(2, 3)", "(6)"),
    ],
    ["targets of rank 3", step({ targets: [[[0]]] }), RangeError, shape("targets", "(2, 3)", "(1, 1, 1)")],
    [
      "targets that are floats",
      step({ targets: { data: new Float32Array(6), shape: [2, 3] } }),
      TypeError,
      "targets: expected integer classes (B,T), received floats of rank 2",
    ],
    [
      "targets missing",
      step({ targets: undefined }),
      TypeError,
      "targets: expected integer classes (B,T), received undefined",
    ],
    [
      "targets >= classes",
      step({
        targets: [
          [0, 1, 2],
          [0, 1, 3],
        ],
      }),
      RangeError,
      "targets[1][2]: expected a class in 0..2, received 3",
    ],
    [
      "targets negative",
      step({
        targets: [
          [0, 1, 2],
          [0, 1, -1],
        ],
      }),
      RangeError,
      "targets[1][2]: expected a class in 0..2, received -1",
    ],
    [
      "targets fractional",
      step({
        targets: [
          [0, 1, 2],
          [0, 1, 0.1],
        ],
      }),
      RangeError,
      "targets[1][2]: expected a class in 0..2, received 0.1",
    ],
    ["weights short", step({ weights: [[1, 1, 1]] }), RangeError, shape("weights", "(2, 3)", "(1, 3)")],
    [
      "weights ragged",
      step({
        weights: [
          [1, 1, 1],
          [1, 1],
        ],
      }),
      RangeError,
      "weights[1]: expected 3 numbers, received 2",
    ],
    ["weights of rank 1", step({ weights: [1, 1, 1] }), RangeError, shape("weights", "(2, 3)", "(3)")],
    [
      "weights that are a number",
      step({ weights: 1 }),
      TypeError,
      "weights: expected numbers of shape (2, 3), received 1",
    ],
    [
      "initialState of another batch",
      step({ initialState: { data: new Float32Array(5), shape: [1, 1, 5] } }),
      RangeError,
      shape("initialState", "(1, 2, 5)", "(1, 1, 5)"),
    ],
    [
      "initialState of rank 2",
      step({ initialState: [[0, 0, 0, 0, 0]] }),
      RangeError,
      shape("initialState", "(1, 2, 5)", "(1, 5)"),
    ],
    [
      "initialState ragged",
      step({ initialState: [[[0, 0, 0, 0, 0], [0]]] }),
      RangeError,
      "initialState[0][1]: expected 5 numbers, received 1",
    ],
    ["sequenceLengths short", lengths([3]), RangeError, shape("sequenceLengths", "(2)", "(1)")],
    ["sequenceLengths nested", lengths([[3], [3]]), RangeError, shape("sequenceLengths", "(2)", "(2, 1)")],
    [
      "sequenceLengths too long",
      lengths([3, 4]),
      RangeError,
      "sequenceLengths[1]: expected a length in 0..3, received 4",
    ],
    [
      "sequenceLengths negative",
      lengths([-1, 3]),
      RangeError,
      "sequenceLengths[0]: expected a length in 0..3, received -1",
    ],
    [
      "sequenceLengths fractional",
      lengths([1.5, 3]),
      RangeError,
      "sequenceLengths[0]: expected a length in 0..3, received 1.5",
    ],
    [
      "sequenceLengths of floats",
      lengths(Float32Array.of(3, 3)),
      TypeError,
      "sequenceLengths: expected integers, received Float32Array of length 2",
    ],
    [
      "sequenceLengths that are strings",
      lengths(["3", 3]),
      TypeError,
      'sequenceLengths[0]: expected a length in 0..3, received "3"',
    ],
    [
      "a gradient short",
      ({ rnn }) => rnn.backward({ inputs: [[0, 1]], logitsGradient: [[[1, 1, 1]]] }),
      RangeError,
      shape("logitsGradient", "(1, 2, 3)", "(1, 1, 3)"),
    ],
    [
      "a state gradient short",
      ({ rnn }) => rnn.backward({ inputs: [[0]], stateGradient: [[[1]]] }),
      RangeError,
      shape("stateGradient", "(1, 1, 5)", "(1, 1, 1)"),
    ],
  ]);
});
