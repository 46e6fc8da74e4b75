/** Tests that errors name the wrong value: TypeErrors for kinds, RangeErrors for values. */
import {
  fromKeras,
  fromTensorFlow1,
  fromTensorFlowJs,
  toKeras,
  toOnnx,
  toTensorFlow1,
  toTensorFlowJs,
  type NetworkDescription,
} from "bptt/convert";
import { describe, expect, test } from "vitest";
import { randomNetwork } from "./networks.js";

type Call = () => unknown;
type Row = readonly [message: string, error: typeof TypeError | typeof RangeError, call: Call];

function check(rows: readonly Row[]): void {
  test.each(rows)("%s", (message, error, call) => {
    expect(call).toThrow(error);
    expect(call).toThrow(expect.objectContaining({ message }));
  });
}

const zeros = (...shape: number[]) => ({ data: new Float32Array(shape.reduce((a, b) => a * b, 1)), shape });
const CONFIG = { cell: "gru", inputSize: 2, hiddenSize: 3, outputSize: 4 } as const;

/** Returns a valid description with a change. */
function changed(change: (network: NetworkDescription & { config: Record<string, unknown> }) => void): never {
  const network = randomNetwork({ ...CONFIG });
  change(network as never);
  return network as never;
}

describe("networks", () => {
  const without = (name: string) => changed(({ parameters }) => Reflect.deleteProperty(parameters, name));
  const withConfig = (config: Record<string, unknown>) =>
    changed((network) => Object.assign(network.config, config));
  const rows: Row[] = [
    ["network: expected an object, received undefined", TypeError, () => toOnnx(undefined as never)],
    [
      "network.parameters: expected an object, received undefined",
      TypeError,
      () => toKeras({ config: CONFIG } as never),
    ],
    [
      'network.cell: expected one of "tanh", "relu", "gru", "lstm", received undefined',
      TypeError,
      () => toKeras({ parameters: {} } as never),
    ],
    [
      'network.config.cell: expected one of "tanh", "relu", "gru", "lstm", received "elman"',
      RangeError,
      () => toOnnx(withConfig({ cell: "elman" })),
    ],
    [
      "network.config.hiddenSize: expected an integer >= 1, received 0",
      RangeError,
      () => toOnnx(withConfig({ hiddenSize: 0 })),
    ],
    [
      "network.config.resetAfter: expected true or false, received 1",
      TypeError,
      () => toOnnx(withConfig({ resetAfter: 1 })),
    ],
    [
      "network.parameters.w_hh_l0: expected an array of shape (3, 9) (H, G·H), received no such parameter",
      RangeError,
      () => toOnnx(without("w_hh_l0")),
    ],
    [
      "network.parameters.b_hn_l0: expected an array of shape (3) (H), received no such parameter",
      RangeError,
      () => toTensorFlowJs(without("b_hn_l0")),
    ],
    [
      "network.parameters.w_ih_l1: expected an array of shape (3, 9) (D·H, G·H), received no such parameter",
      RangeError,
      () => toOnnx(withConfig({ layers: 2 ** 31 - 1 })),
    ],
    [
      'network.parameters: expected the parameters of the network only, received "b_hn_l0"; they are "w_ih_l0", "w_hh_l0", "b_h_l0", "w_ho", "b_o"',
      RangeError,
      () => toTensorFlowJs(withConfig({ resetAfter: false })),
    ],
    [
      "network.parameters.w_ih_l0: expected shape (2, 9) (I, G·H), received (9, 2)",
      RangeError,
      () => toKeras(changed(({ parameters }) => (parameters["w_ih_l0"] = zeros(9, 2)))),
    ],
    [
      "network.parameters.b_o[1]: expected a finite number (float32), received NaN",
      RangeError,
      () => toKeras(changed(({ parameters }) => (parameters["b_o"]!.data[1] = NaN))),
    ],
    [
      "network.parameters.b_o: expected an array of numbers of rank 1 or 2, received 4",
      TypeError,
      () => toKeras(changed(({ parameters }) => (parameters["b_o"] = 4 as never))),
    ],
    [
      'options: expected known options only, received "input"; known are inputs, sequenceLengths, initialState',
      TypeError,
      () =>
        toOnnx(
          changed(() => {}),
          { input: 1 } as never,
        ),
    ],
    [
      'inputs: expected one of "ids", "features", received "dense"',
      RangeError,
      () =>
        toOnnx(
          changed(() => {}),
          { inputs: "dense" as never },
        ),
    ],
    [
      "network: expected a gru with resetAfter false, received resetAfter true; TensorFlow 1's GRUCell resets before the recurrent product",
      RangeError,
      () => toTensorFlow1(changed(() => {})),
    ],
  ];
  check(rows);
  test("an unknown name of a config", () => {
    expect(() => toKeras(withConfig({ hidden: 3 }))).toThrow(
      /^network\.config: expected known options only, received "hidden"; known are cell, /,
    );
  });
});

describe("Keras weights", () => {
  const gru = [zeros(2, 9), zeros(3, 9), zeros(2, 9)];
  const options = { cell: "gru" } as const;
  check([
    [
      "weights: expected an array of weight arrays, received undefined",
      TypeError,
      () => fromKeras(undefined as never, options),
    ],
    ["options: expected an object, received undefined", TypeError, () => fromKeras(gru, undefined as never)],
    [
      "weights: expected 3 arrays (1 × 3), or 1 or 2 more of a Dense layer, received 2",
      RangeError,
      () => fromKeras(gru.slice(0, 2), options),
    ],
    [
      "weights: expected 3 arrays (1 × 3), or 1 or 2 more of a Dense layer, received 6",
      RangeError,
      () => fromKeras([...gru, ...gru], options),
    ],
    [
      "weights: expected 12 arrays (2 × 2 directions × 3), or 1 or 2 more of a Dense layer, received 3",
      RangeError,
      () => fromKeras(gru, { cell: "gru", layers: 2, bidirectional: true }),
    ],
    [
      "weights[0]: expected shape (2, 12) (inputs, 4·U), received (2, 9)",
      RangeError,
      () => fromKeras(gru, { cell: "lstm" }),
    ],
    [
      "weights[2]: expected shape (9) (3·U), received (8)",
      RangeError,
      () => fromKeras([zeros(2, 9), zeros(3, 9), zeros(8)], options),
    ],
    [
      "weights[3]: expected shape (3, 9) (inputs, 3·U), received (2, 9)",
      RangeError,
      () => fromKeras([...gru, ...gru], { cell: "gru", layers: 2 }),
    ],
    [
      "weights[3]: expected a Dense kernel of 3 rows, received (4, 5)",
      RangeError,
      () => fromKeras([...gru, zeros(4, 5)], options),
    ],
    [
      "weights[4]: expected shape (5) (V), received (6)",
      RangeError,
      () => fromKeras([...gru, zeros(3, 5), zeros(6)], options),
    ],
    [
      "weights[1][1]: expected 2 numbers, received 1",
      RangeError,
      () => fromKeras([[[1, 2]], [[1, 2], [3]], [1]], { cell: "tanh" }),
    ],
    [
      "weights[0]: expected rank 1 or 2, received shape (1, 1, 1)",
      RangeError,
      () => fromKeras([[[[1]]], [[1]], [1]] as never, { cell: "tanh" }),
    ],
  ]);
});

describe("TensorFlow 1 variables", () => {
  const cell = {
    "rnn/gru_cell/gates/kernel:0": zeros(5, 6),
    "rnn/gru_cell/gates/bias:0": zeros(6),
    "rnn/gru_cell/candidate/kernel:0": zeros(5, 3),
  };
  const whole = { ...cell, "rnn/gru_cell/candidate/bias:0": zeros(3) };
  const rnn = (scope: string) => ({
    [`${scope}/basic_rnn_cell/kernel`]: zeros(5, 2),
    [`${scope}/basic_rnn_cell/bias`]: zeros(2),
  });
  check([
    ["variables: expected an object, received null", TypeError, () => fromTensorFlow1(null as never)],
    [
      'variables: expected the variables of a cell ("…/basic_rnn_cell/…", "…/basic_lstm_cell/…", "…/lstm_cell/…", "…/gru_cell/…"), received none',
      RangeError,
      () => fromTensorFlow1({ "dense/kernel": zeros(2, 2) }),
    ],
    [
      'variables: expected "…/gru_cell/candidate/bias", received only "gates/kernel", "gates/bias", "candidate/kernel" in that scope',
      RangeError,
      () => fromTensorFlow1(cell),
    ],
    [
      'variables["global_step:0"]: expected a variable of a cell or of an output layer (3, V), received shape (1)',
      RangeError,
      () => fromTensorFlow1({ ...whole, "global_step:0": [1] }),
    ],
    [
      'variables["rnn/gru_cell/kernel"]: expected a variable of a gru_cell, received "kernel"',
      RangeError,
      () => fromTensorFlow1({ ...whole, "rnn/gru_cell/kernel": zeros(5, 3) }),
    ],
    [
      'variables["rnn/gru_cell/gates/bias:0"]: expected shape (6) (2·H), received (5)',
      RangeError,
      () => fromTensorFlow1({ ...whole, "rnn/gru_cell/gates/bias:0": zeros(5) }),
    ],
    [
      "variables: expected one kind of cell in each of 3 layers and 1 directions, received basic_rnn_cell in layer 2",
      RangeError,
      () => fromTensorFlow1(rnn("rnn/multi_rnn_cell/cell_2")),
    ],
    [
      'variables["bidirectional_rnn/fw/multi_rnn_cell/cell_1/basic_rnn_cell/kernel"]: expected layers that are each bidirectional, received a stack of layers for each direction; stack_bidirectional_dynamic_rnn makes layers that are each bidirectional',
      RangeError,
      () => fromTensorFlow1(rnn("bidirectional_rnn/fw/multi_rnn_cell/cell_1")),
    ],
    [
      'activation: expected one of "tanh", "relu", received "elu"',
      RangeError,
      () => fromTensorFlow1(whole, { activation: "elu" as never }),
    ],
  ]);
});

describe("layers models", () => {
  const layer = (class_name: string, config: Record<string, unknown> = {}) => ({
    class_name,
    config: { name: "a", ...config },
  });
  const load = (...layers: object[]) =>
    fromTensorFlowJs({
      modelTopology: { class_name: "Sequential", config: { layers } },
      weightSpecs: [],
      weightData: new ArrayBuffer(0),
    });
  const rnn = (config: Record<string, unknown> = {}) =>
    layer("SimpleRNN", { units: 2, return_sequences: true, ...config });
  const gru = (config: Record<string, unknown>) =>
    layer("GRU", { units: 2, recurrent_activation: "sigmoid", ...config });
  const both = (config: Record<string, unknown>, inner = rnn()) =>
    layer("Bidirectional", { layer: inner, ...config });
  const at = (k: number, rest: string) => `model.modelTopology.config.layers[${k}]${rest}`;
  check([
    [
      "model.modelTopology: expected the layers of a layers model, received undefined; a graph model has none",
      RangeError,
      () => fromTensorFlowJs({}),
    ],
    [
      'model.modelTopology.class_name: expected "Sequential" or "Functional", received "Tuned"',
      RangeError,
      () =>
        fromTensorFlowJs({
          modelTopology: { class_name: "Tuned", config: {} },
          weightSpecs: [],
          weightData: [],
        }),
    ],
    [
      at(
        0,
        ': expected a layer that bptt has (SimpleRNN, GRU, LSTM, Bidirectional, Dense, TimeDistributed(Dense), Embedding), received Conv1D "a"',
      ),
      RangeError,
      () => load(layer("Conv1D")),
    ],
    [
      "model.modelTopology: expected a recurrent layer (SimpleRNN, GRU, LSTM), received none",
      RangeError,
      () => load(layer("InputLayer")),
    ],
    [
      at(0, '.config.activation: expected "tanh" or "relu" in SimpleRNN "a", received "elu"'),
      RangeError,
      () => load(rnn({ activation: "elu" })),
    ],
    [
      at(0, '.config.activation: expected "tanh" in GRU "a", received "relu"'),
      RangeError,
      () => load(gru({ activation: "relu" })),
    ],
    [
      at(0, '.config.go_backwards: expected false in SimpleRNN "a", received true'),
      RangeError,
      () => load(rnn({ go_backwards: true })),
    ],
    [
      at(0, '.config.units: expected an integer >= 1 in SimpleRNN "a", received undefined'),
      RangeError,
      () => load(rnn({ units: undefined })),
    ],
    [
      at(0, '.config.merge_mode: expected "concat" in Bidirectional "a", received "sum"'),
      RangeError,
      () => load(both({ merge_mode: "sum" })),
    ],
    [
      at(0, '.config.layer.config.return_sequences: expected true in SimpleRNN "a", received false'),
      RangeError,
      () => load(both({}, rnn({ return_sequences: false }))),
    ],
    [
      at(1, '.config.units: expected units 2, as in the first recurrent layer, received 3 in SimpleRNN "a"'),
      RangeError,
      () => load(rnn(), rnn({ units: 3 })),
    ],
    [
      at(1, ': expected the cell "tanh", as in the first recurrent layer, received "gru" in GRU "a"'),
      RangeError,
      () => load(rnn(), gru({})),
    ],
    [
      at(0, '.config.return_sequences: expected true in SimpleRNN "a", received false'),
      RangeError,
      () => load(rnn({ return_sequences: false }), rnn()),
    ],
    [
      at(1, '.config.activation: expected "linear" or "softmax" in Dense "a", received "sigmoid"'),
      RangeError,
      () => load(rnn(), layer("Dense", { activation: "sigmoid" })),
    ],
    [
      at(2, ': expected no recurrent layer after the Dense one, received SimpleRNN "a"'),
      RangeError,
      () => load(rnn(), layer("Dense"), rnn()),
    ],
    [
      at(0, '.config.mask_zero: expected false in Embedding "a", received true'),
      RangeError,
      () => load(layer("Embedding", { mask_zero: true }), rnn()),
    ],
    [
      at(0, ': expected weights with the kernel of SimpleRNN "a", received no weights'),
      RangeError,
      () => load(rnn()),
    ],
  ]);

  const chain = (...layers: object[]) =>
    fromTensorFlowJs({
      modelTopology: { class_name: "Model", config: { layers, output_layers: [["z", 0, 0]] } },
      weightSpecs: [],
      weightData: new ArrayBuffer(0),
    });
  const node = (name: string, ...from: string[]) => ({
    ...rnn({ name }),
    name,
    inbound_nodes: [from.map((one) => [one, 0, 0, {}])],
  });
  const where = "model.modelTopology.config.layers: expected layers in one chain, received ";
  check([
    [
      `${where}2 layers that lead into one ("x", "y")`,
      RangeError,
      () => chain(node("x"), node("y"), node("z", "x", "y")),
    ],
    [`${where}"x" outside it`, RangeError, () => chain(node("x"), node("z"))],
    [`${where}a link to "q", which is no layer`, RangeError, () => chain(node("z", "q"))],
    [`${where}a loop at "z"`, RangeError, () => chain(node("z", "z"))],
    [
      `${where}2 layers that lead into one ("x", "y")`,
      RangeError,
      () =>
        chain(node("x"), node("y"), {
          ...node("z"),
          inbound_nodes: [[["x", 0, 0, { initial_state: [["y", 0, 0]] }]]],
        }),
    ],
  ]);

  const spec = (name: string, shape: unknown, more: object = {}) => ({
    name,
    shape,
    dtype: "float32",
    ...more,
  });
  const weights = (specs: object[], bytes: number) =>
    fromTensorFlowJs({
      modelTopology: { class_name: "Sequential", config: [rnn()] },
      weightSpecs: specs as never,
      weightData: new ArrayBuffer(bytes),
    });
  check([
    [
      "model.weightData: expected an ArrayBuffer or Uint8Array, received undefined",
      TypeError,
      () => fromTensorFlowJs({ modelTopology: { class_name: "Sequential", config: [] }, weightSpecs: [] }),
    ],
    [
      'model.weightData["a/kernel"]: expected 24 bytes at byte 0, received 20 bytes of data',
      RangeError,
      () => weights([spec("a/kernel", [3, 2])], 20),
    ],
    [
      "model.weightData: expected 24 bytes, received 28",
      RangeError,
      () => weights([spec("a/kernel", [3, 2])], 28),
    ],
    [
      'model.weightSpecs[0].dtype: expected "float32" for "a/kernel", received "int32"',
      RangeError,
      () => weights([spec("a/kernel", [1], { dtype: "int32" })], 4),
    ],
    [
      'model.weightSpecs[0].dtype: expected "float32" for "a/kernel", received a quantized weight',
      RangeError,
      () => weights([spec("a/kernel", [1], { quantization: {} })], 4),
    ],
    [
      'model.weightSpecs[1].name: expected each name once, received "a/kernel" again',
      RangeError,
      () => weights([spec("a/kernel", [1]), spec("a/kernel", [1])], 8),
    ],
    [
      "model.weightSpecs[0].shape[0]: expected an integer >= 0, received -1",
      RangeError,
      () => weights([spec("a/kernel", [-1])], 4),
    ],
    [
      at(
        0,
        ': expected 3 weights of SimpleRNN "a", received 4 ("kernel", "recurrent_kernel", "bias", "gamma")',
      ),
      RangeError,
      () =>
        weights(
          [
            spec("a/kernel", [1, 2]),
            spec("a/recurrent_kernel", [2, 2]),
            spec("a/bias", [2]),
            spec("a/gamma", [1]),
          ],
          36,
        ),
    ],
    [
      `model.weightData: expected only weights of the layers, received also "b/bias"`,
      RangeError,
      () =>
        weights(
          [
            spec("a/kernel", [1, 2]),
            spec("a/recurrent_kernel", [2, 2]),
            spec("a/bias", [2]),
            spec("b/bias", [1]),
          ],
          36,
        ),
    ],
  ]);
});
