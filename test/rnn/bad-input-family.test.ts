/** Cells, layers, directions, dropout, regression, accumulation, freezing: what is not as it should be. */

import { Adam, Rnn, type RnnOptions } from "bptt";
import { describe, expect, it } from "vitest";
import { any, check, step, type Case, type Kind } from "../support/bad-input.js";
import { GOOD, SIZES, type Trainee } from "../support/twins.js";

const { inputs } = GOOD;

/** A network with all there is; the state is (2, 2, 5), h and c. */
const LSTM: RnnOptions = { ...SIZES, cell: "lstm", layers: 2, dropout: 0.5, forgetBias: 2 };
const SUMS = {
  averageAcrossTimesteps: false,
  averageAcrossBatch: false,
  sumOverTimesteps: true,
  sumOverBatch: true,
};

/** The state is (2, 2, 5). */
const BOTH: RnnOptions = { ...SIZES, cell: "gru", bidirectional: true, resetAfter: false };

describe("options of a network", () => {
  const make = (change: object) => () => new Rnn({ ...SIZES, ...change });
  const option = (change: object, kind: Kind, message: string): Case => [
    JSON.stringify(change, (_, value: unknown) => (typeof value === "number" ? String(value) : value)),
    make(change),
    kind,
    message,
  ];
  const only = (cell: string, what: string, got: unknown) =>
    what === "resetAfter"
      ? `resetAfter: expected true for cell "${cell}" (only a gru has two forms), received ${String(got)}`
      : `forgetBias: expected 1 for cell "${cell}" (only an lstm has one), received ${String(got)}`;
  check([
    option({ layers: 0 }, RangeError, "layers: expected an integer in 1..1024, received 0"),
    option({ layers: 1.5 }, RangeError, "layers: expected an integer in 1..1024, received 1.5"),
    option({ layers: "2" }, TypeError, 'layers: expected an integer in 1..1024, received "2"'),
    option({ layers: 1025 }, RangeError, "layers: expected an integer in 1..1024, received 1025"),
    option({ bidirectional: 1 }, TypeError, "bidirectional: expected true or false, received 1"),
    option({ bidirectional: null }, TypeError, "bidirectional: expected true or false, received null"),
    option({ resetAfter: "no" }, TypeError, 'resetAfter: expected true or false, received "no"'),
    option({ resetAfter: false }, RangeError, only("tanh", "resetAfter", false)),
    option({ resetAfter: false, cell: "lstm" }, RangeError, only("lstm", "resetAfter", false)),
    option({ forgetBias: 0 }, RangeError, only("tanh", "forgetBias", 0)),
    option({ forgetBias: 2, cell: "gru" }, RangeError, only("gru", "forgetBias", 2)),
    option(
      { forgetBias: 2, cell: "lstm", init: "uniform-hidden" },
      RangeError,
      'forgetBias: expected 1 with init "uniform-hidden" (which samples every bias), received 2',
    ),
    option(
      { forgetBias: NaN },
      RangeError,
      "forgetBias: expected a finite number in -1e+30..1e+30, received NaN",
    ),
    option(
      { forgetBias: "1" },
      TypeError,
      'forgetBias: expected a finite number in -1e+30..1e+30, received "1"',
    ),
    option(
      { dropout: 0.5 },
      RangeError,
      "dropout: expected 0 with one layer (it acts between layers; PyTorch only warns), received 0.5",
    ),
    option(
      { dropout: 1, layers: 2 },
      RangeError,
      "dropout: expected a finite number >= 0 and < 1, received 1",
    ),
    option({ dropout: -0.1 }, RangeError, "dropout: expected a finite number >= 0 and < 1, received -0.1"),
    option({ dropout: "0" }, TypeError, 'dropout: expected a finite number >= 0 and < 1, received "0"'),
    option(
      { recurrentInit: "identity" },
      RangeError,
      'recurrentInit: expected one of "same", "orthogonal", received "identity"',
    ),
    option(
      { recurrentInit: 1 },
      TypeError,
      'recurrentInit: expected one of "same", "orthogonal", received 1',
    ),
  ]);

  it("are fine as defaults, said aloud, with every cell", () => {
    const defaults = { layers: 1, bidirectional: false, dropout: 0, init: "glorot-uniform" } as const;
    const others = { recurrentInit: "same", forgetBias: 1, resetAfter: true, seed: 7 } as const;
    for (const cell of ["tanh", "relu", "gru", "lstm"] as const) {
      const [a, b] = [new Rnn({ ...SIZES, cell }), new Rnn({ ...SIZES, cell, ...defaults, ...others })];
      expect(b.parameters).toEqual(a.parameters);
      a.free();
      b.free();
    }
  });

  it.each([
    { layers: 1024, hiddenSize: 10_000, cell: "lstm", bidirectional: true },
    { layers: 1000, hiddenSize: 100_000, cell: "gru" },
    { hiddenSize: 20_000, cell: "lstm", recurrentInit: "orthogonal" },
  ] as Partial<RnnOptions>[])("that no memory holds: %o", (change) => {
    expect(make(change)).toThrow(expect.objectContaining({ code: "OUT_OF_MEMORY" }));
  });
});

describe("states", () => {
  const shape = "(2, 2, 5)";
  const good = { data: new Float32Array(20), shape: [2, 2, 5] };
  const short = { data: new Float32Array(10), shape: [1, 2, 5] };
  const nan = { data: new Float32Array(20).fill(NaN, 19), shape: [2, 2, 5] };
  const wanted = `initialState: expected { h, c } of shape ${shape} each for an lstm, received`;
  check(
    [
      ["one tensor for an lstm", step({ initialState: good }), TypeError, `${wanted} an object`],
      ["an array for an lstm", step({ initialState: [] }), TypeError, `${wanted} an array of length 0`],
      ["h alone", step({ initialState: { h: good } }), TypeError, `${wanted} an object`],
      ["a number", step({ initialState: 1 }), TypeError, `${wanted} 1`],
      ["null", step({ initialState: null }), TypeError, `${wanted} null`],
      [
        "an unknown part",
        step({ initialState: { h: good, c: good, o: good } }),
        TypeError,
        'initialState: expected known options only, received "o"; known are h, c',
      ],
      [
        "c of one layer",
        step({ initialState: { h: good, c: short } }),
        RangeError,
        `initialState.c: expected shape ${shape}, received (1, 2, 5)`,
      ],
      [
        "h with a NaN",
        step({ initialState: { h: nan, c: good } }),
        RangeError,
        "initialState.h[1][1][4]: expected a finite number (float32), received NaN",
      ],
      [
        "no c",
        step({ initialState: { h: good, c: undefined } }),
        TypeError,
        `initialState.c: expected numbers of shape ${shape}, received undefined`,
      ],
      [
        "a state's gradient of an lstm",
        ({ rnn }) => rnn.backward({ inputs, stateGradient: good }),
        TypeError,
        `stateGradient: expected { h, c } of shape ${shape} each for an lstm, received an object`,
      ],
      [
        "a session's state",
        ({ rnn }) => rnn.session({ batch: 2, state: { h: good, c: nan } }),
        RangeError,
        "state.c[1][1][4]: expected a finite number (float32), received NaN",
      ],
    ],
    LSTM,
  );
  describe("of a network that is no lstm", () => {
    check(
      [
        [
          "h and c",
          step({ initialState: { h: good, c: good } }),
          TypeError,
          `initialState: expected numbers of shape ${shape}, received an object`,
        ],
        [
          "of one direction",
          step({ initialState: short }),
          RangeError,
          `initialState: expected shape ${shape}, received (1, 2, 5)`,
        ],
      ],
      BOTH,
    );
  });
});

describe("a bidirectional network", () => {
  const message =
    "session: expected a network with one direction, received a bidirectional one; its second direction begins at the end";
  check(
    [
      ["has no session", ({ rnn }) => rnn.session(), RangeError, message],
      [
        "has outputs of twice the width",
        ({ rnn }) =>
          rnn.backward({ inputs, outputsGradient: { data: new Float32Array(30), shape: [2, 3, 5] } }),
        RangeError,
        "outputsGradient: expected shape (2, 3, 10), received (2, 3, 5)",
      ],
      [
        "has an output layer of twice the height",
        ({ rnn }) => rnn.setParameters({ w_ho: { data: new Float32Array(15), shape: [5, 3] } }),
        RangeError,
        "parameters.w_ho: expected shape (10, 3), received (5, 3)",
      ],
      [
        "with reset before has no b_hn",
        ({ rnn }) => rnn.setParameters({ b_hn_l0: new Float32Array(5) }),
        RangeError,
        'parameters: expected the name of a parameter, received "b_hn_l0"; there are w_ih_l0, w_hh_l0, b_h_l0, w_ih_l0_reverse, w_hh_l0_reverse, b_h_l0_reverse, w_ho, b_o',
      ],
    ],
    BOTH,
  );
});

it("messages list the first and the last names of a large network", () => {
  const rnn = new Rnn({ ...SIZES, layers: 9 });
  expect(() => rnn.setParameters({ w: [1] })).toThrow(
    'expected the name of a parameter, received "w"; there are w_ih_l0, w_hh_l0, b_h_l0, w_ih_l1, w_hh_l1, b_h_l1, w_ih_l2, w_hh_l2, b_h_l2, w_ih_l3, w_hh_l3, b_h_l3, …, w_ho, b_o',
  );
  rnn.free();
});

describe("targets that are numbers", () => {
  const loss = "meanSquaredError";
  const numbers = (fill: number) => ({ data: new Float32Array(18).fill(fill), shape: [2, 3, 3] });
  check(
    [
      ["classes", step({ loss }), RangeError, "targets: expected shape (2, 3, 3), received (2, 3)"],
      [
        "missing",
        step({ loss, targets: undefined }),
        TypeError,
        "targets: expected numbers (B,T,3), received undefined",
      ],
      [
        "of another width",
        step({ loss, targets: { data: new Float32Array(6), shape: [2, 3, 1] } }),
        RangeError,
        "targets: expected shape (2, 3, 3), received (2, 3, 1)",
      ],
      [
        "NaN",
        step({ loss, targets: numbers(NaN) }),
        RangeError,
        "targets[0][0][0]: expected a finite number (float32), received NaN",
      ],
      [
        "too large for float32",
        step({ loss, targets: { data: new Float64Array(18).fill(1e39, 17), shape: [2, 3, 3] } }),
        RangeError,
        "targets[1][2][2]: expected a finite number (float32), received 1e+39",
      ],
      [
        "strings",
        step({ loss, targets: [[["1"]]] }),
        RangeError,
        "targets: expected shape (2, 3, 3), received (1, 1, 1)",
      ],
      [
        "with another loss",
        step({ targets: numbers(0) }),
        TypeError,
        "targets: expected integer classes (B,T), received floats of rank 3",
      ],
      [
        "a loss that is no string",
        step({ loss: 1 }),
        TypeError,
        'loss: expected one of "crossEntropy", "meanSquaredError", "meanAbsoluteError", "quantile", "binaryCrossEntropy", received 1',
      ],
      [
        "whose gradient is beyond float32",
        step({
          ...SUMS,
          loss,
          targets: numbers(3e38),
          weights: { data: new Float32Array(6).fill(1e9), shape: [2, 3] },
        }),
        "NOT_FINITE",
        "the gradient of w_ih_l0 is NaN or infinite; nothing was changed",
      ],
    ],
    LSTM,
  );
});

describe("losses of values", () => {
  const values = (value: number, K = 3) => ({ data: new Float64Array(6 * K).fill(value), shape: [2, 3, K] });
  const quantile = (quantiles: unknown, more: object = {}) =>
    step({ loss: "quantile", quantiles, targets: values(0, 1), ...more });
  const levels = [0.1, 0.5, 0.9];
  const binary = "binaryCrossEntropy";
  check(
    [
      [
        "no quantiles",
        quantile(undefined),
        TypeError,
        "quantiles: expected an array of ascending numbers between 0 and 1, received undefined",
      ],
      [
        "a number for quantiles",
        quantile(0.5),
        TypeError,
        "quantiles: expected an array of ascending numbers between 0 and 1, received 0.5",
      ],
      [
        "a quantile that is no number",
        quantile([0.1, "0.5", 0.9]),
        TypeError,
        'quantiles[1]: expected a finite number, received "0.5"',
      ],
      [
        "quantiles that do not ascend",
        quantile([0.1, 0.9, 0.5]),
        RangeError,
        "quantiles[2]: expected a number > 0.9 and < 1, received 0.5",
      ],
      [
        "a quantile of 0",
        quantile([0, 0.5, 0.9]),
        RangeError,
        "quantiles[0]: expected a number > 0 and < 1, received 0",
      ],
      [
        "a quantile of 1",
        quantile([1]),
        RangeError,
        "quantiles[0]: expected a number > 0 and < 1, received 1",
      ],
      [
        "quantiles that do not divide the outputs",
        quantile([0.25, 0.75]),
        RangeError,
        "quantiles: expected a number of levels that divides the 3 outputs (K·Q), received 2",
      ],
      [
        "no levels at all",
        quantile([]),
        RangeError,
        "quantiles: expected a number of levels that divides the 3 outputs (K·Q), received 0",
      ],
      [
        "quantiles of another loss",
        step({ loss: binary, targets: values(0), quantiles: levels }),
        RangeError,
        'quantiles: expected undefined for loss "binaryCrossEntropy", received an array of length 3',
      ],
      [
        "targets as wide as the outputs",
        quantile(levels, { targets: values(0) }),
        RangeError,
        "targets: expected shape (2, 3, 1), received (2, 3, 3)",
      ],
      [
        "a label above 1",
        step({ loss: binary, targets: values(1.5) }),
        RangeError,
        "targets[0][0][0]: expected a number in 0..1, received 1.5",
      ],
      [
        "a label that is NaN, in a plain array",
        step({ loss: binary, targets: [0, 1].map(() => [0, 1, 2].map(() => [0, 1, NaN])) }),
        RangeError,
        "targets[0][0][2]: expected a number in 0..1, received NaN",
      ],
      [
        "weights of another width",
        quantile(levels, { weights: values(1) }),
        RangeError,
        "weights: expected shape (2, 3, 1), received (2, 3, 3)",
      ],
      [
        "weights of values for classes",
        step({ weights: values(1) }),
        RangeError,
        "weights: expected shape (2, 3), received (2, 3, 3)",
      ],
      [
        "a weight that is NaN",
        step({ loss: binary, targets: values(0), weights: values(NaN) }),
        RangeError,
        "weights[0][0][0]: expected a finite number (float32), received NaN",
      ],
      [
        "a target with a weight",
        step({
          loss: "meanAbsoluteError",
          targets: values(NaN),
          weights: { data: values(0).data.fill(1, 17), shape: [2, 3, 3] },
        }),
        RangeError,
        "targets[1][2][2]: expected a finite number (float32), received NaN",
      ],
    ],
    LSTM,
  );
});

describe("gradients", () => {
  const options = (value: unknown) => (trainee: Trainee) => trainee.rnn.gradients(GOOD, any(value));
  check(
    [
      ["trace 1", options({ trace: 1 }), TypeError, "trace: expected true or false, received 1"],
      [
        "accumulate null",
        options({ accumulate: null }),
        TypeError,
        "accumulate: expected true or false, received null",
      ],
      ["options that are none", options(true), TypeError, "options: expected an object, received true"],
      [
        "an unknown option",
        options({ traces: true }),
        TypeError,
        'options: expected known options only, received "traces"; known are trace, accumulate',
      ],
      [
        "nothing accumulated",
        ({ rnn, adam }) => rnn.applyGradients("accumulated", adam),
        RangeError,
        "gradients: expected accumulated gradients, received none; call gradients(batch, { accumulate: true }) first",
      ],
      [
        "another string",
        ({ rnn, adam }) => rnn.applyGradients(any("all"), adam),
        RangeError,
        'gradients: expected gradients by name, or "accumulated", received "all"',
      ],
      [
        "a bad batch to accumulate",
        ({ rnn }) => rnn.gradients({ ...GOOD, targets: [[9]] }, { accumulate: true }),
        RangeError,
        "targets: expected shape (2, 3), received (1, 1)",
      ],
    ],
    LSTM,
  );

  it("that are not finite are given up when applied, and nothing else changes", () => {
    const rnn = new Rnn(SIZES);
    const adam = new Adam();
    const before = rnn.parameters;
    const heavy = { ...GOOD, weights: { data: new Float32Array(6).fill(3e38), shape: [2, 3] } };
    for (let k = 0; k < 20; k++) rnn.gradients({ ...heavy, ...SUMS }, { accumulate: true });
    expect(() => rnn.applyGradients("accumulated", adam)).toThrow(
      expect.objectContaining({ code: "NOT_FINITE" }),
    );
    expect(rnn.parameters).toEqual(before);
    expect(() => rnn.applyGradients("accumulated", adam)).toThrow(
      "expected accumulated gradients, received none",
    );
    rnn.gradients(GOOD, { accumulate: true });
    rnn.applyGradients("accumulated", adam);
    rnn.free();
  });
});

describe("names to freeze", () => {
  const names = "there are w_ih_l0, w_hh_l0, b_h_l0, w_ih_l1, w_hh_l1, b_h_l1, w_ho, b_o";
  check(
    [
      [
        "unknown",
        ({ rnn }) => rnn.freeze("w"),
        RangeError,
        `names: expected the name of a parameter, received "w"; ${names}`,
      ],
      [
        "good and unknown",
        ({ rnn }) => rnn.freeze(["b_o", "w"]),
        RangeError,
        `names[1]: expected the name of a parameter, received "w"; ${names}`,
      ],
      [
        "no strings",
        ({ rnn }) => rnn.freeze(any(["b_o", 1])),
        TypeError,
        "names[1]: expected a parameter's name, received 1",
      ],
      [
        "nothing",
        ({ rnn }) => rnn.unfreeze(any(undefined)),
        TypeError,
        "names: expected a parameter's name or an array of names, received undefined",
      ],
      [
        "a set",
        ({ rnn }) => rnn.unfreeze(any(new Set(["b_o"]))),
        TypeError,
        "names: expected a parameter's name or an array of names, received an object (Set)",
      ],
    ],
    LSTM,
  );
});

describe("dense sessions", () => {
  const dense =
    (input: unknown, batch = 1) =>
    ({ rnn }: Trainee) =>
      rnn.session({ dense: true, batch }).step(any(input));
  check([
    [
      "dense 1",
      ({ rnn }) => rnn.session({ dense: any(1) }),
      TypeError,
      "dense: expected true or false, received 1",
    ],
    ["an id", dense(1), TypeError, "features: expected 1 rows of 4 features, received 1"],
    ["too few", dense([1, 2]), RangeError, "features: expected shape (4), received (2)"],
    [
      "one row for two",
      dense([1, 2, 3, 4], 2),
      TypeError,
      "features: expected 2 rows of 4 features, received an array of length 4",
    ],
    [
      "a NaN",
      dense([[1, 2, 3, NaN]]),
      RangeError,
      "features[0][3]: expected a finite number (float32), received NaN",
    ],
    [
      "rank 3",
      dense([[[1, 2, 3, 4]]]),
      TypeError,
      "features: expected 1 rows of 4 features, received an array of length 1",
    ],
  ]);
});
