/**
 * Writes a network as files of another library, with its description of text if the format has room for it.
 */

import { basename, extname } from "node:path";
import { CharRnn, type Rnn, type Vocabulary } from "bptt";
import { toKeras, toOnnx, toTensorFlowJs } from "bptt/convert";
import { rangeError } from "../../base/errors.js";
import { carried, metadataOf, withMetadata, type Metadata } from "./metadata.js";
import { encodeNpz } from "./npz.js";
import { withOnnxMetadata } from "./onnx-metadata.js";

/** The formats that can be written. */
export const TARGETS = ["bptt", "pytorch", "keras", "onnx", "tfjs"] as const;
export type ConvertTarget = (typeof TARGETS)[number];

/** The inputs of the exported model. */
export interface TargetOptions {
  /** The form of the inputs: "ids", or vectors of features. */
  readonly inputs: "ids" | "features";
  /** True if the model takes an initial state. */
  readonly initialState: boolean;
}

/** Bytes by the paths where they are written. The first path is the one that the user gave. */
export type Files = readonly (readonly [path: string, bytes: Uint8Array])[];

/** Returns the network in the library's own format, which PyTorch reads too. */
export function ownBytes(rnn: Rnn, metadata: Metadata, vocabulary: Vocabulary | undefined): Uint8Array {
  const bytes = rnn.save();
  if (vocabulary !== undefined) {
    using model = CharRnn.load(bytes, { vocabulary });
    return model.save();
  }
  const { "bptt.config": _, ...texts } = carried(metadata);
  return withMetadata(bytes, texts);
}

/**
 * Returns the files of a target.
 *
 * @param own the network in the library's own format
 * @param rnn the same network
 * @param path the path of the first file
 * @throws RangeError when the format cannot express the network
 */
export function filesOf(
  target: ConvertTarget,
  own: Uint8Array,
  rnn: Rnn,
  path: string,
  { inputs, initialState }: TargetOptions,
): Files {
  const metadata = carried(metadataOf(own));
  const resetsBefore = rnn.cell === "gru" && !("b_hn_l0" in rnn.parameters);
  switch (target) {
    case "bptt":
      return [[path, own]];
    case "pytorch":
      if (resetsBefore)
        throw rangeError(
          "network",
          "a GRU that resets after the product, as PyTorch has it",
          "one that resets before it",
        );
      return [[path, own]];
    case "keras":
      return [[path, encodeNpz({ arrays: toKeras(rnn), metadata })]];
    case "onnx":
      return [[path, withOnnxMetadata(toOnnx(rnn, { inputs, initialState }), metadata)]];
    case "tfjs": {
      if (rnn.cell === "gru" && !resetsBefore)
        throw rangeError(
          "network",
          "a GRU that resets before the product, as TensorFlow.js has it",
          "one that resets after it",
        );
      const { weightData, weightSpecs, ...json } = toTensorFlowJs(rnn, { inputs });
      const binary = path.slice(0, path.length - extname(path).length) + ".bin";
      const weightsManifest = [{ paths: [basename(binary)], weights: weightSpecs }];
      const text = JSON.stringify({ ...json, weightsManifest, userDefinedMetadata: metadata });
      return [
        [path, new TextEncoder().encode(text)],
        [binary, new Uint8Array(weightData)],
      ];
    }
  }
}
