/**
 * Large files that took readers disproportionate time or memory once, or might: each must keep the bounds
 * like a damaged file.
 */

import { deflateSync, zipSync } from "fflate";
import { fileOf } from "../support/files.js";
import { write } from "./mutate/bytes.js";

/** A format's name, and a file of it. */
export interface LargeFile {
  readonly name: string;
  readonly format: string;
  readonly make: () => Uint8Array<ArrayBuffer>;
}

const many = (count: number, piece: (k: number) => string) =>
  Array.from({ length: count }, (_, k) => piece(k)).join(",");
const EMPTY = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}';
const MATRIX = '{"dtype":"F32","shape":[0,0],"data_offsets":[0,0]}';
const ONE = '{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}';

function header(format: string, name: string, text: () => string, data = 0): LargeFile {
  return { name, format, make: () => fileOf(text(), data) };
}

function tfjs(name: string, json: () => string, weights = 0): LargeFile {
  const make = () => {
    const text = new TextEncoder().encode(json());
    const file = new Uint8Array(4 + text.length + weights);
    write(file, 0, text.length, 4);
    file.set(text, 4);
    return file;
  };
  return { name, format: "tfjs", make };
}

const layersOf = (layers: string) =>
  `{"modelTopology":{"class_name":"Sequential","config":{"layers":[${layers}]}},"weightSpecs":[`;
const RNN = (name: string) =>
  `{"class_name":"SimpleRNN","config":{"name":"${name}","units":1,"return_sequences":true}}`;
const spec = (name: string, ...shape: number[]) =>
  `{"name":"${name}","shape":${JSON.stringify(shape)},"dtype":"float32"}`;

export const LARGE_FILES: readonly LargeFile[] = [
  ...["safetensors", "networks"].flatMap((format) => [
    header(format, "100 000 tensors without values", () => `{${many(100_000, (k) => `"t${k}":${EMPTY}`)}}`),
    header(
      format,
      "500 000 texts",
      () => `{"__metadata__":{${many(500_000, (k) => `"${k.toString(36)}":""`)}}}`,
    ),
    header(format, "small objects in a field without meaning", () => `{"a":{"dtype":"F32","x":[${"{},".repeat(5_000_000)}0],"shape":[0],"data_offsets":[0,0]}}`), // prettier-ignore
    header(format, "a shape of 5 000 000 sizes", () => `{"a":{"dtype":"F32","shape":[${"1,".repeat(5_000_000)}1],"data_offsets":[0,4]}}`, 4), // prettier-ignore
    header(format, "nested lists", () => `{"__metadata__":${"[".repeat(10_000_000)}`),
    header(format, "a text of escapes", () => `{"__metadata__":{"a":"${"\\u0041".repeat(3_000_000)}"}}`),
    header(format, "a configuration of small objects", () => `{"__metadata__":{"bptt.version":"1","bptt.config":"{\\"a\\":[${"{},".repeat(5_000_000)}0]}"},"rnn.weight_ih_l0":${ONE}}`, 4), // prettier-ignore
  ]),
  header("networks", "30 000 modules", () => `{${many(30_000, (k) => `"m${k}.weight_ih_l0":${MATRIX}`)}}`),
  header(
    "networks",
    "30 000 modules beside each other",
    () => `{${many(30_000, (k) => `"a.m${k}.weight_ih_l0":${MATRIX}`)}}`,
  ),
  header("networks", "a name of 2 MB", () => `{"${"a".repeat(2_000_000)}.weight_ih_l0":${ONE}}`, 4),
  header("networks", "a name of a million dots", () => `{"${"a.".repeat(1_000_000)}weight_ih_l0":${ONE}}`, 4),
  header("networks", "30 000 layers", () => `{${many(30_000, (k) => `"rnn.weight_ih_l${k}":${MATRIX}`)}}`),
  header("networks", "30 000 Linears", () => `{"rnn.weight_ih_l0":${ONE},"rnn.weight_hh_l0":{"dtype":"F32","shape":[1,1],"data_offsets":[4,8]},${many(30_000, (k) => `"fc${k}.weight":{"dtype":"F32","shape":[0,1],"data_offsets":[8,8]}`)}}`, 8), // prettier-ignore
  tfjs("20 000 layers and as many weights", () => `${layersOf(many(20_000, (k) => RNN(`l${k}`)))}${many(20_000, (k) => spec(`l${k}/kernel`, 1, 1))}]}`, 80_000), // prettier-ignore
  tfjs("20 000 layers of one name", () => `${layersOf(many(20_000, () => RNN("a")))}${many(20_000, (k) => spec(`a/kernel${k}`, 1, 1))}]}`, 80_000), // prettier-ignore
  tfjs("a functional model of 20 000 layers", () => `{"modelTopology":{"class_name":"Functional","config":{"output_layers":[["d19999",0,0]],"layers":[${many(20_000, (k) => `{"class_name":"Dropout","name":"d${k}","config":{},"inbound_nodes":${k === 0 ? "[]" : `[[["d${k - 1}",0,0,{}]]]`}}`)}]}},"weightSpecs":[]}`), // prettier-ignore
  tfjs("a name of many segments", () => `${layersOf(RNN("a"))}${spec("a/".repeat(1_000_000), 1, 1)}]}`, 4),
  tfjs(
    "a class name of 5 MB",
    () => layersOf(`{"class_name":"${"x".repeat(5_000_000)}","config":{}}`) + "]}",
  ),
  tfjs("an embedding with a large product", () => `${layersOf(`{"class_name":"Embedding","config":{"name":"e"}},{"class_name":"SimpleRNN","config":{"name":"r","units":2000,"return_sequences":true}}`)}${spec("e/embeddings", 20_000, 1)},${spec("r/kernel", 1, 2000)},${spec("r/recurrent_kernel", 2000, 2000)},${spec("r/bias", 2000)}]}`, 4 * (20_000 + 2000 + 4_000_000 + 2000)), // prettier-ignore
  tfjs("an embedding and kernel of one column", () => `${layersOf(`{"class_name":"Embedding","config":{"name":"e"}},{"class_name":"SimpleRNN","config":{"name":"r","units":3000,"return_sequences":true}}`)}${spec("e/embeddings", 100_000, 1)},${spec("r/kernel", 1, 3000)},${spec("r/recurrent_kernel", 0, 3000)}]}`, 4 * 103_000), // prettier-ignore
  tfjs("an embedding that is just small enough", () => `${layersOf(`{"class_name":"Embedding","config":{"name":"e"}},{"class_name":"SimpleRNN","config":{"name":"r","units":500,"return_sequences":true}}`)}${spec("e/embeddings", 16_000, 30)},${spec("r/kernel", 30, 500)},${spec("r/recurrent_kernel", 500, 500)},${spec("r/bias", 500)}]}`, 4 * (480_000 + 15_000 + 250_000 + 500)), // prettier-ignore
  ...["keras", "npz"].flatMap((format): LargeFile[] => [
    {
      name: "30 000 entries",
      format,
      make: () => zipSync(Object.fromEntries(Array.from({ length: 30_000 }, (_, k) => [`arr_${k}.npy`, new Uint8Array(0)])), { level: 0 }) as Uint8Array<ArrayBuffer>, // prettier-ignore
    },
    {
      name: "entries of a thousandfold",
      format,
      make: () =>
        zipSync(
          {
            "config.json": [new Uint8Array(2_000_000), { level: 9 }],
            "model.weights.h5": [new Uint8Array(12_000_000), { level: 9 }],
            "arr_0.npy": [new Uint8Array(3_000_000), { level: 9 }],
            "arr_1.npy": [new Uint8Array(5_000_000), { level: 9 }],
          },
          { level: 9 },
        ) as Uint8Array<ArrayBuffer>,
    },
    { name: "a directory that inflates to more than it says", format, make: () => lyingArchive() },
  ]),
  {
    name: "a configuration of small objects",
    format: "keras",
    make: () =>
      zipSync({
        "config.json": new TextEncoder().encode(
          `{"class_name":"Sequential","config":{"layers":[${many(300_000, () => "{}")}]}}`,
        ),
        "model.weights.h5": new Uint8Array(100),
      }) as Uint8Array<ArrayBuffer>,
  },
];

/**
 * Returns an archive with an entry of 1 MB that claims to inflate to 2 MB and would inflate to a gigabyte.
 */
function lyingArchive(): Uint8Array<ArrayBuffer> {
  const stream = deflateSync(new Uint8Array(1_000_000_000), { level: 1 });
  const archive = zipSync(
    { "arr_0.npy": stream, "config.json": new Uint8Array(1), "model.weights.h5": stream },
    { level: 0 },
  );
  const view = new DataView(archive.buffer);
  const text = Buffer.from(archive.buffer);
  for (
    let at = text.indexOf("PK\x01\x02", 0, "latin1");
    at >= 0;
    at = text.indexOf("PK\x01\x02", at + 1, "latin1")
  ) {
    if (view.getUint32(at + 20, true) < 1000) continue;
    view.setUint16(at + 10, 8, true); // deflated
    view.setUint32(at + 24, 2_000_000, true);
  }
  return archive as Uint8Array<ArrayBuffer>;
}
