/**
 * Adds texts to an ONNX model. A message of protocol buffers can be extended by appending fields:
 *
 *     ModelProto.metadata_props = 14, each a StringStringEntryProto: key = 1, value = 2
 *
 * In Python: `session.get_modelmeta().custom_metadata_map`. Source: onnx/onnx.proto; protobuf.dev, "Encoding".
 */

import { PbfReader, PbfWriter } from "pbf";
import type { Metadata } from "./metadata.js";

/** Returns the same model with texts. */
export function withOnnxMetadata(model: Uint8Array, metadata: Metadata): Uint8Array {
  const pbf = new PbfWriter();
  for (const entry of Object.entries(metadata)) pbf.writeMessage(14, writeEntry, entry);
  return Buffer.concat([model, pbf.finish()]);
}

/**
 * Returns true if the bytes are a model: they consist of fields, among them 1 (the version of the format) and
 * 7 (the graph).
 */
export function isOnnx(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x08) return false; // the version is the first field
  const seen = new Set<number>();
  new PbfReader(bytes).readFields((tag) => void seen.add(tag), undefined);
  return seen.has(1) && seen.has(7) && [...seen].every((tag) => tag <= 25);
}

function writeEntry([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}
