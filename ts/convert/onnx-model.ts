/**
 * Writes the messages of an ONNX file that an exported network needs, in protobuf's wire format by pbf. Field
 * numbers: onnx/onnx.proto of ONNX 1.x (IR version 7, which belongs to opset 14).
 */

import { PbfWriter } from "pbf";
import type { Tensor } from "../base/tensor.js";

/** An axis: its size, or a name if the size is variable. */
export type Dimension = number | string;

/** FLOAT, INT32 and INT64 of TensorProto.DataType. */
export const ELEMENT = { float: 1, int32: 6, int64: 7 } as const;

/** An input or output of a graph. */
export interface OnnxValue {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly Dimension[];
}

/** A constant: float32 by default; `int64` for sizes and axes. */
export type OnnxConstant =
  | { readonly name: string; readonly tensor: Tensor }
  | { readonly name: string; readonly int64: readonly number[]; readonly scalar?: boolean };

/** Integers, strings, or a list of them. */
export type OnnxAttribute = number | string | readonly number[] | readonly string[];

/** One operation. The empty input "" means that an optional input is absent. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A graph whose nodes are in the order of computation. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const IR_VERSION = 7;
const OPSET = 14;

/** Returns the bytes of a model file. */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION); // ModelProto.ir_version
  pbf.writeStringField(2, "bptt"); // producer_name
  pbf.writeMessage(7, writeGraph, graph);
  pbf.writeMessage(8, (_: null, opset) => opset.writeVarintField(2, OPSET), null); // opset_import, domain ""
  return pbf.finish().slice();
}

function writeGraph(graph: OnnxGraph, pbf: PbfWriter): void {
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, graph.name);
  for (const constant of graph.constants) pbf.writeMessage(5, writeConstant, constant);
  for (const value of graph.inputs) pbf.writeMessage(11, writeValue, value);
  for (const value of graph.outputs) pbf.writeMessage(12, writeValue, value);
}

function writeNode({ op, inputs, outputs, attributes = {} }: OnnxNode, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, outputs.find((output) => output !== "") ?? op); // name
  pbf.writeStringField(4, op);
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute);
}

function writeAttribute([name, value]: [string, OnnxAttribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  // type (field 20): INT 2, STRING 3, INTS 7, STRINGS 8
  if (typeof value === "number") {
    pbf.writeVarintField(3, value);
    pbf.writeVarintField(20, 2);
  } else if (typeof value === "string") {
    pbf.writeStringField(4, value);
    pbf.writeVarintField(20, 3);
  } else {
    for (const one of value) {
      if (typeof one === "number") pbf.writeVarintField(8, one);
      else pbf.writeStringField(9, one);
    }
    pbf.writeVarintField(20, typeof value[0] === "string" ? 8 : 7);
  }
}

function writeConstant(constant: OnnxConstant, pbf: PbfWriter): void {
  if ("tensor" in constant) {
    const { data, shape } = constant.tensor;
    for (const n of shape) pbf.writeVarintField(1, n);
    pbf.writeVarintField(2, ELEMENT.float);
    pbf.writeStringField(8, constant.name);
    pbf.writeBytesField(
      9,
      littleEndian(data.length * 4, (view, k) => view.setFloat32(k * 4, data[k] ?? 0, true), data.length),
    );
  } else {
    const { int64, scalar = false } = constant;
    if (!scalar) pbf.writeVarintField(1, int64.length);
    pbf.writeVarintField(2, ELEMENT.int64);
    pbf.writeStringField(8, constant.name);
    pbf.writeBytesField(
      9,
      littleEndian(
        int64.length * 8,
        (view, k) => view.setBigInt64(k * 8, BigInt(int64[k] ?? 0), true),
        int64.length,
      ),
    );
  }
}

function writeValue({ name, type, shape }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  // TypeProto.tensor_type { elem_type, shape { dim { dim_value | dim_param } } }
  pbf.writeMessage(
    2,
    (_: null, typeProto) => {
      typeProto.writeMessage(
        1,
        (_: null, tensorType) => {
          tensorType.writeVarintField(1, type);
          tensorType.writeMessage(
            2,
            (_: null, shapeProto) => {
              for (const dimension of shape) shapeProto.writeMessage(1, writeDimension, dimension);
            },
            null,
          );
        },
        null,
      );
    },
    null,
  );
}

function writeDimension(dimension: Dimension, pbf: PbfWriter): void {
  if (typeof dimension === "number") pbf.writeVarintField(1, dimension);
  else pbf.writeStringField(2, dimension);
}

/** Returns the bytes of raw_data, which are little-endian on any machine. */
function littleEndian(bytes: number, write: (view: DataView, k: number) => void, count: number): Uint8Array {
  const raw = new Uint8Array(bytes);
  const view = new DataView(raw.buffer);
  for (let k = 0; k < count; k++) write(view, k);
  return raw;
}
