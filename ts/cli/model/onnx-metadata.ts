/**
 * Texts in an ONNX model. A message of protocol buffers may be continued by appending fields to it:
 *
 *     ModelProto.metadata_props = 14, each a StringStringEntryProto: key = 1, value = 2
 *
 * In Python: `session.get_modelmeta().custom_metadata_map`. Source: onnx/onnx.proto; protobuf.dev, "Encoding".
 */

import { PbfReader, PbfWriter } from "pbf";
import type { Metadata } from "./metadata.js";

/** The same model with texts. */
export function withOnnxMetadata(model: Uint8Array, metadata: Metadata): Uint8Array {
  const pbf = new PbfWriter();
  for (const entry of Object.entries(metadata)) pbf.writeMessage(14, writeEntry, entry);
  return Buffer.concat([model, pbf.finish()]);
}

/** Whether bytes are a model: fields 1 (the version of the format) and 7 (the graph), and nothing that is not a field. */
export function isOnnx(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x08) return false; // the version comes first
  const seen = new Set<number>();
  new PbfReader(bytes).readFields((tag) => void seen.add(tag), undefined);
  return seen.has(1) && seen.has(7) && [...seen].every((tag) => tag <= 25);
}

function writeEntry([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}
