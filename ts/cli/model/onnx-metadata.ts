/**
 * Texts in an ONNX model. A message of protocol buffers may be continued by appending fields to it:
 *
 *     ModelProto.metadata_props = 14, each a StringStringEntryProto: key = 1, value = 2
 *
 * In Python: `session.get_modelmeta().custom_metadata_map`. Source: onnx/onnx.proto; protobuf.dev, "Encoding".
 */

import type { Metadata } from "./metadata.js";

const [METADATA_PROPS, KEY, VALUE] = [14, 1, 2];

/** The same model with texts. */
export function withOnnxMetadata(model: Uint8Array, metadata: Metadata): Uint8Array {
  const entries = Object.entries(metadata).map(([key, value]) =>
    field(METADATA_PROPS, Buffer.concat([text(KEY, key), text(VALUE, value)])),
  );
  return Buffer.concat([model, ...entries]);
}

function text(number: number, value: string): Uint8Array {
  return field(number, new TextEncoder().encode(value));
}

/** A field with a length. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...varint((number << 3) | 2), ...varint(bytes.length)]), bytes]);
}

/** Seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}
