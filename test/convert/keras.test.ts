/** Compares Keras's and TensorFlow 1's weights with the outputs that their cells computed from them. */
import { fromKeras, fromTensorFlow1, toKeras, toTensorFlow1, type WeightArray } from "bptt/convert";
import { Rnn } from "bptt";
import { describe, expect, it, test } from "vitest";
import kerasCells from "../golden/keras_cells.json";
import tfCells from "../golden/tf_cells.json";
import tfDynamic from "../golden/tf_dynamic_rnn.json";
import { expectClose } from "../support/compare.js";
import { f32, f32AsF64, type GoldenArray } from "../support/golden.js";
import { forward } from "./forward.js";
import { CONFIGS, nameOf, randomNetwork } from "./networks.js";

// Both sides are f64 from the same float32 weights; a folded bias is rounded to float32 once more (6e-8 of about 1).
const FOLDED = { absolute: 5e-7 };

const asArray = ({ shape, data }: GoldenArray): WeightArray => ({ shape, data: f32({ shape, data }) });
type Cell = { T: number; B: number; inputs: GoldenArray };
const inputsOf = (
  { B, T, inputs }: Cell,
  h: GoldenArray,
  c?: GoldenArray,
  lengths?: readonly number[] | null,
) => ({
  B,
  T,
  features: f32AsF64(inputs),
  h0: f32AsF64(h),
  ...(c && { c0: f32AsF64(c) }),
  ...(lengths && { lengths }),
});

describe("Keras's cells compute the same from the converted weights", () => {
  test.each(kerasCells.cases)("$name", (golden) => {
    const cell = golden.name === "SimpleRNN" ? "tanh" : golden.name === "LSTM" ? "lstm" : "gru";
    const weights = golden.get_weights_order.map(
      (name) => (golden.weights as Record<string, GoldenArray>)[name]!,
    );
    const network = fromKeras(weights.map(asArray), { cell });
    expect(network.config).toEqual({
      cell,
      inputSize: 4,
      hiddenSize: 6,
      layers: 1,
      bidirectional: false,
      ...(cell === "gru" && { resetAfter: golden.name === "GRU_reset_after_true" }),
    });
    const { outputs, h, c } = forward(network, inputsOf(golden, golden.initial_h, golden.initial_c));
    expectClose("outputs", outputs, golden.f64.outputs.data, FOLDED);
    expectClose("h", h, golden.f64.state.h.data, FOLDED);
    if (golden.f64.state.c) expectClose("c", c, golden.f64.state.c.data, FOLDED);
  });
});

describe("TensorFlow 1's cells compute the same from the converted variables", () => {
  test.each(tfCells.cases)("$name", (golden) => {
    const scope = golden.cell === "lstm" ? "basic_lstm_cell" : "gru_cell";
    const names: Record<string, string> = {
      gates_kernel: "gates/kernel",
      gates_bias: "gates/bias",
      candidate_kernel: "candidate/kernel",
      candidate_bias: "candidate/bias",
    };
    const variables = Object.entries(golden.weights as unknown as Record<string, GoldenArray>).map(
      ([name, array]) => [`rnn/${scope}/${names[name] ?? name}:0`, asArray(array)] as const,
    );
    const network = fromTensorFlow1(Object.fromEntries(variables));
    const { initial_h, initial_c } = golden as unknown as { initial_h: GoldenArray; initial_c?: GoldenArray };
    const initial = initial_h ?? (golden as unknown as { initial_state: GoldenArray }).initial_state;
    const lengths = golden.sequence_length as readonly number[] | null;
    const { outputs, h, c } = forward(network, inputsOf(golden, initial, initial_c, lengths));
    const { state } = golden.f64 as unknown as { state: GoldenArray & { h?: GoldenArray; c?: GoldenArray } };
    expectClose("outputs", outputs, golden.f64.outputs.data, FOLDED);
    expectClose("h", h, (state.h ?? state).data, FOLDED);
    if (state.c) expectClose("c", c, state.c.data, FOLDED);
  });

  test.each(tfDynamic.cases)("$name", (golden) => {
    const { w_ih: _, w_hh: __, ...weights } = golden.weights as unknown as Record<string, GoldenArray>;
    const variables = {
      "rnn/basic_rnn_cell/kernel": asArray(weights["kernel"]!),
      "rnn/basic_rnn_cell/bias": asArray(weights["bias"]!),
    };
    const activation = golden.name.includes("relu") ? "relu" : "tanh";
    const network = fromTensorFlow1(variables, { activation });
    const answer = forward(
      network,
      inputsOf(golden, golden.initial_state, undefined, golden.sequence_length),
    );
    expectClose("outputs", answer.outputs, golden.f64.outputs.data, FOLDED);
    expectClose("state", answer.h, golden.f64.state.data, FOLDED);
  });
});

describe("there and back gives the same numbers", () => {
  // b_h of z and r is a sum of Keras's two rows, so that the conversion back splits it as (sum, 0): the same
  // network
  test.each(CONFIGS)("Keras, $cell $layers $bidirectional $resetAfter", (config) => {
    const network = randomNetwork(config);
    const { cell, layers = 1, bidirectional = false } = config;
    expect(fromKeras(toKeras(network), { cell, layers, bidirectional })).toEqual(network);
  });

  test.each(CONFIGS.filter(({ cell, resetAfter }) => cell !== "gru" || resetAfter === false))(
    "TensorFlow 1, $cell $layers $bidirectional",
    (config) => {
      const network = randomNetwork(config);
      const activation = config.cell === "relu" ? "relu" : "tanh";
      // a forget bias of 0: adding and subtracting 1 rounds
      const variables = toTensorFlow1(network, { forgetBias: 0 });
      expect(fromTensorFlow1(variables, { activation, forgetBias: 0 })).toEqual(network);
      expect(nameOf(config)).not.toBe("");
    },
  );

  it("a forget bias is taken out and folded in again", () => {
    const network = randomNetwork({ cell: "lstm", inputSize: 2, hiddenSize: 2 });
    const bias = network.parameters["b_h_l0"]!.data;
    const stored = toTensorFlow1(network)["rnn/basic_lstm_cell/bias"]!.data; // i j f o
    expect(Array.from(stored)).toEqual(
      Array.from([
        bias[0]!,
        bias[1]!,
        bias[4]!,
        bias[5]!,
        Math.fround(bias[2]! - 1),
        Math.fround(bias[3]! - 1),
        bias[6]!,
        bias[7]!,
      ]),
    );
    const again = fromTensorFlow1(toTensorFlow1(network)).parameters["b_h_l0"]!.data;
    expectClose("b_h_l0", again, bias, { absolute: 2 ** -23 });
  });

  it("accepts a network itself, which accepts the converted weights", () => {
    const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 2 });
    const { config, parameters } = fromKeras(toKeras(rnn), { cell: "tanh" });
    expect(parameters).toEqual(rnn.parameters);
    const again = new Rnn(config);
    again.setParameters(parameters);
    const inputs = [[0, 1, 2, 3]];
    expect(again.forward({ inputs }).logits).toEqual(rnn.forward({ inputs }).logits);
    expect(fromTensorFlow1(toTensorFlow1(rnn)).parameters).toEqual(rnn.parameters);
    rnn.free();
    again.free();
  });
});

describe("what else Keras and TensorFlow have", () => {
  const matrix = (rows: number, columns: number) =>
    Array.from({ length: rows }, () => new Float32Array(columns));

  it("layers without bias, a Dense layer without bias", () => {
    const weights = [matrix(2, 9), matrix(3, 9), matrix(3, 4)];
    expect(fromKeras(weights, { cell: "gru", useBias: false }).config.resetAfter).toBe(true);
    const { config, parameters } = fromKeras(weights, { cell: "gru", useBias: false, resetAfter: false });
    expect(config).toMatchObject({ inputSize: 2, hiddenSize: 3, outputSize: 4, resetAfter: false });
    expect(parameters["b_o"]!.data).toEqual(new Float32Array(4));
  });

  it("LSTMCell, stacks, directions, an output layer of any name", () => {
    const variables = (scope: string, I: number) => ({
      [`${scope}/lstm_cell/kernel:0`]: matrix(I + 2, 8),
      [`${scope}/lstm_cell/bias:0`]: new Float32Array(8),
    });
    const stacked = {
      ...variables("m/rnn/multi_rnn_cell/cell_0", 3),
      ...variables("m/rnn/multi_rnn_cell/cell_1", 2),
    };
    expect(
      fromTensorFlow1({ ...stacked, "W_ho:0": matrix(2, 6), "b_o:0": new Float32Array(6) }).config,
    ).toEqual({
      cell: "lstm",
      inputSize: 3,
      hiddenSize: 2,
      outputSize: 6,
      layers: 2,
      bidirectional: false,
    });
    const both = { ...variables("bidirectional_rnn/fw", 3), ...variables("bidirectional_rnn/bw", 3) };
    expect(fromTensorFlow1(both).config).toMatchObject({ layers: 1, bidirectional: true });
  });
});
