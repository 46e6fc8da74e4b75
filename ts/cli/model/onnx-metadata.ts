/**
 * Texts in an ONNX model. A message of protocol buffers may be continued by appending fields to it:
 *
 *     ModelProto.metadata_props = 14, each a StringStringEntryProto: key = 1, value = 2
 *
 * In Python: `session.get_modelmeta().custom_metadata_map`. Source: onnx/onnx.proto; protobuf.dev, "Encoding".
 */

import { PbfWriter } from "pbf";
import type { Metadata } from "./metadata.js";

/** The same model with texts. */
export function withOnnxMetadata(model: Uint8Array, metadata: Metadata): Uint8Array {
  const pbf = new PbfWriter();
  for (const entry of Object.entries(metadata)) pbf.writeMessage(14, writeEntry, entry);
  return Buffer.concat([model, pbf.finish()]);
}

function writeEntry([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}
