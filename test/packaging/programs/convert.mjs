// Converts to each format and back, and reads a Keras file, whose reader is a separate file in the package.
import { readFileSync } from "node:fs";

/** @param {typeof import("bptt")} library @param {typeof import("bptt/convert")} convert @param {string} kerasFile */
export function convertAll({ Rnn }, convert, kerasFile) {
  const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 1 });
  const same = (/** @type {{ parameters: object }} */ { parameters }) =>
    JSON.stringify(parameters) === JSON.stringify(rnn.parameters);
  return {
    keras: same(convert.fromKeras(convert.toKeras(rnn), { cell: "tanh" })),
    tensorFlow1: same(convert.fromTensorFlow1(convert.toTensorFlow1(rnn))),
    tensorFlowJs: same(convert.fromTensorFlowJs(convert.toTensorFlowJs(rnn))),
    onnx: convert.toOnnx(rnn).length,
    file: convert.fromKerasFile(readFileSync(kerasFile)).config,
  };
}
