// Uses the types of bptt/convert together with those of bptt. Compiled only.

import { Rnn } from "bptt";
import { fromKeras, toOnnx, toTensorFlowJs, type NetworkDescription, type WeightArray } from "bptt/convert";

export const weights: WeightArray[] = [[[0.5]], [[0.5]], [0]];
export const described: NetworkDescription = fromKeras(weights, { cell: "tanh" });
export const rnn = new Rnn(described.config);
rnn.setParameters(described.parameters);
export const onnx: Uint8Array = toOnnx(rnn, { inputs: "features" });
export const { weightData }: { weightData: ArrayBuffer } = toTensorFlowJs(described);

// @ts-expect-error a list of weights does not say its cell
fromKeras(weights, {});
