/**
 * The entry "bptt/convert", which converts networks to and from the formats of other libraries, as plain
 * data. It contains no wasm and runs no network: `new Rnn(config)` and `setParameters(parameters)` do.
 */

export type { WeightArray } from "./convert/arrays.js";
export type { Describable, NetworkConfig, NetworkDescription } from "./convert/description.js";
export { fromKerasFile } from "./convert/keras-file.js";
export { fromKeras, toKeras, type FromKerasOptions } from "./convert/keras.js";
export { toOnnx, type ToOnnxOptions } from "./convert/onnx.js";
export {
  fromTensorFlow1,
  toTensorFlow1,
  type FromTensorFlow1Options,
  type ToTensorFlow1Options,
} from "./convert/tensorflow1.js";
export type { TensorFlowJsModel, TensorFlowJsWeight } from "./convert/tensorflowjs-weights.js";
export {
  fromTensorFlowJs,
  toTensorFlowJs,
  type TensorFlowJsArtifacts,
  type ToTensorFlowJsOptions,
} from "./convert/tensorflowjs.js";
export type { Cell } from "./data/rnn-options.js";
export type {
  FlatTensor,
  FloatArray,
  IntegerArray,
  NumberRow,
  Numbers1,
  Numbers2,
  Tensor,
} from "./base/tensor.js";
