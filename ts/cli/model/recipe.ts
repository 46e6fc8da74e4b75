/** Lines of code with which another library reads the written file, for people to copy. */

import { basename } from "node:path";
import type { Rnn } from "bptt";
import { jsonLine } from "../escape.js";
import type { ConvertTarget, TargetOptions } from "./target.js";

/** Returns the lines for a target's file. */
export function recipe(
  target: ConvertTarget,
  rnn: Rnn,
  path: string,
  options: TargetOptions,
): readonly string[] {
  const file = jsonLine(basename(path));
  switch (target) {
    case "bptt":
      return [];
    case "pytorch":
      return pytorch(rnn, file);
    case "keras":
      return keras(rnn, file);
    case "onnx":
      return onnx(rnn, file, options);
    case "tfjs":
      return [
        `const model = await tf.loadLayersModel("file://" + ${file}); // in a page: its address`,
        options.inputs === "ids"
          ? "const logits = model.predict(tf.tensor2d([[0]])); // ids (B, T)"
          : `const logits = model.predict(tf.zeros([1, 1, ${rnn.inputSize}])); // features (B, T, I)`,
      ];
  }
}

function pytorch(rnn: Rnn, file: string): string[] {
  const { cell, inputSize, hiddenSize, outputSize, layers, bidirectional } = rnn;
  const kind = { tanh: "RNN", relu: "RNN", gru: "GRU", lstm: "LSTM" }[cell];
  const words = [
    `${inputSize}, ${hiddenSize}`,
    ...(layers === 1 ? [] : [`num_layers=${layers}`]),
    ...(cell === "relu" ? [`nonlinearity="relu"`] : []),
    ...(bidirectional ? ["bidirectional=True"] : []),
    "batch_first=True",
  ];
  const width = bidirectional ? 2 * hiddenSize : hiddenSize;
  return [
    "import safetensors.torch, torch",
    `model = torch.nn.Module()`,
    `model.rnn = torch.nn.${kind}(${words.join(", ")})  # reads one-hot vectors (B, T, ${inputSize})`,
    ...(outputSize === undefined ? [] : [`model.head = torch.nn.Linear(${width}, ${outputSize})`]),
    `model.load_state_dict(safetensors.torch.load_file(${file}))`,
  ];
}

function keras(rnn: Rnn, file: string): string[] {
  const { cell, inputSize, hiddenSize, outputSize, layers, bidirectional, parameters } = rnn;
  const kind = { tanh: "SimpleRNN", relu: "SimpleRNN", gru: "GRU", lstm: "LSTM" }[cell];
  const before = cell === "gru" && !("b_hn_l0" in parameters) ? ", reset_after=False" : "";
  const relu = cell === "relu" ? `, activation="relu"` : "";
  const layer = `keras.layers.${kind}(${hiddenSize}, return_sequences=True${relu}${before})`;
  const whole = bidirectional ? `keras.layers.Bidirectional(${layer})` : layer;
  const count = 3 * layers * (bidirectional ? 2 : 1) + (outputSize === undefined ? 0 : 2);
  return [
    "import keras, numpy",
    "model = keras.Sequential([",
    `    keras.Input((None, ${inputSize})),`,
    ...Array.from({ length: layers }, () => `    ${whole},`),
    ...(outputSize === undefined ? [] : [`    keras.layers.Dense(${outputSize}),`]),
    "])",
    `arrays = numpy.load(${file})`,
    `model.set_weights([arrays[f"arr_{k}"] for k in range(${count})])`,
  ];
}

function onnx(rnn: Rnn, file: string, { inputs, initialState }: TargetOptions): string[] {
  const { cell, inputSize, hiddenSize, layers, bidirectional } = rnn;
  const state = `numpy.zeros((${layers * (bidirectional ? 2 : 1)}, 1, ${hiddenSize}), "float32")`;
  const feeds = [
    inputs === "ids"
      ? `"inputs": numpy.array([[0]])`
      : `"inputs": numpy.zeros((1, 1, ${inputSize}), "float32")`,
    ...(initialState ? [`"initial_h": ${state}`] : []),
    ...(initialState && cell === "lstm" ? [`"initial_c": ${state}`] : []),
  ];
  return [
    "import numpy, onnxruntime",
    `session = onnxruntime.InferenceSession(${file})`,
    `logits, outputs, *state = session.run(None, {${feeds.join(", ")}})`,
  ];
}
