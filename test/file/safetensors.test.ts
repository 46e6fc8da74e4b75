/**
 * Compares the safetensors format with its reference library: the same files are read, the same are refused,
 * and the same bytes are written.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFloats, readTensorValues, type FileData, type FileTensor } from "../../ts/file/dtype.js";
import { parseSafetensors } from "../../ts/file/safetensors.js";
import { serializeSafetensors } from "../../ts/file/safetensors-write.js";
import golden from "../golden/safetensors.json" with { type: "json" };
import { fromBase64, fileOf } from "../support/files.js";

interface GoodFile {
  readonly name: string;
  readonly base64: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly tensors: Readonly<Record<string, { shape: number[]; values: string[] }>>;
}

/**
 * The files that the reader refuses although the reference reads them, because they violate the format's
 * description.
 */
const STRICTER = [
  "name twice",
  "name twice, once escaped",
  "header begins with a space",
  "list in an entry's place",
];

const good = golden.good as unknown as GoodFile[];

/** Returns values as the reference prints them: True for true, repr of a double for a float. */
function printed(values: FileData): (number | bigint)[] {
  return [...values];
}

function want(text: string): number | bigint {
  return /^-?\d+$/.test(text) ? BigInt(text) : text === "True" ? 1 : text === "False" ? 0 : Number(text);
}

describe("reads what the reference library wrote", () => {
  it.each(good)("$name", ({ base64, metadata, tensors }) => {
    const stored = parseSafetensors(fromBase64(base64));
    expect(Object.fromEntries(stored.metadata)).toEqual(metadata ?? {});
    expect([...stored.tensors.keys()].sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, { shape, values }] of Object.entries(tensors)) {
      const tensor = stored.tensors.get(name)!;
      expect(tensor.shape, name).toEqual(shape);
      const read = printed(readTensorValues(tensor, name));
      const expected = values.map(want);
      expect(read.length).toBe(expected.length);
      read.forEach((x, i) => {
        // integers exactly, and floats too, because each is a double
        if (typeof expected[i] === "bigint") expect(BigInt(x)).toBe(expected[i]);
        else expect(x, name).toBe(expected[i]);
      });
      const { data } = readFloats(tensor, name);
      expect([...data]).toEqual(expected.map((x) => Math.fround(Number(x))));
    }
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])("wherever in memory it lies: byte %d", (offset) => {
    const file = fromBase64(good[0]!.base64);
    const memory = new Uint8Array(file.length + 16);
    memory.set(file, offset);
    const inside = parseSafetensors(memory.subarray(offset, offset + file.length));
    for (const [name, tensor] of parseSafetensors(file).tensors) {
      expect(readTensorValues(inside.tensors.get(name)!, name)).toEqual(readTensorValues(tensor, name));
    }
  });

  it("from an ArrayBuffer, and from shared memory", () => {
    const file = fromBase64(good[0]!.base64);
    const wanted = parseSafetensors(file);
    expect(parseSafetensors(file.buffer)).toEqual(wanted);
    if (typeof SharedArrayBuffer === "undefined") return; // a browser without cross-origin isolation has none
    const shared = new Uint8Array(new SharedArrayBuffer(file.length));
    shared.set(file);
    const { tensors } = parseSafetensors(shared);
    for (const [name, tensor] of wanted.tensors) {
      expect(readFloats(tensors.get(name)!, name)).toEqual(readFloats(tensor, name));
    }
  });

  it("hands out values of the caller's own", () => {
    const file = fromBase64(good[0]!.base64);
    const { data } = readFloats(parseSafetensors(file).tensors.get("single")!, "single");
    data.fill(7);
    expect(readFloats(parseSafetensors(file).tensors.get("single")!, "single").data[0]).toBe(1.5);
  });

  it("all 65 536 half-precision and brain floats", () => {
    // truth: the definition in doubles; 2 ** n is exact
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const bytes = new Uint8Array(bits.buffer);
    const value = (i: number, width: number, bias: number): number => {
      const exponent = (i >> width) & ((1 << (15 - width)) - 1);
      const fraction = (i & ((1 << width) - 1)) / 2 ** width;
      const sign = i >> 15 ? -1 : 1;
      if (exponent === (1 << (15 - width)) - 1) return fraction === 0 ? sign * Infinity : NaN;
      return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
    };
    const half = readTensorValues({ dtype: "F16", shape: [65536], bytes }, "x");
    const brain = readTensorValues({ dtype: "BF16", shape: [65536], bytes }, "x");
    let wrong = 0;
    for (let i = 0; i < 65536; i++) {
      if (!Object.is(half[i], value(i, 10, 15)) || !Object.is(brain[i], value(i, 7, 127))) wrong++;
    }
    expect(wrong).toBe(0);
  });

  it("but no numbers that are not real or narrower than a half", () => {
    const file = fileOf(`{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}`, 8);
    const { tensors } = parseSafetensors(file);
    expect(() => readFloats(tensors.get("a")!, "a")).toThrow(
      expect.objectContaining({
        name: "RangeError",
        message: "a.dtype: expected real numbers of 16, 32 or 64 bits, received C64",
      }),
    );
  });
});

const NOT_VALID = expect.objectContaining({
  name: "RangeError",
  path: expect.arrayContaining(["bytes"]) as string[],
  hint: "the file is not valid safetensors",
}) as Error;

describe("odd files", () => {
  it("there are enough of both kinds", () => {
    expect(golden.odd.filter(({ reference }) => reference !== null).length).toBeGreaterThan(40);
    expect(golden.odd.filter(({ reference }) => reference === null).length).toBeGreaterThan(10);
    for (const name of STRICTER) expect(golden.odd.map((odd) => odd.name)).toContain(name);
  });

  it.each(golden.odd)("$name", ({ name, base64, reference }) => {
    const read = () => parseSafetensors(fromBase64(base64));
    if (reference === null && !STRICTER.includes(name)) expect(read).not.toThrow();
    else expect(read).toThrow(NOT_VALID);
  });

  it.each([
    [
      "hole between",
      "bytes.tensors.b.data_offsets[0]: expected 8, without a hole or an overlap, received 12",
    ],
    [
      "wrong length for the shape",
      "bytes.tensors.a.data_offsets: expected 12 bytes, as F32 of shape (3) needs, received [0, 8]",
    ],
    ["name twice, once escaped", 'bytes.header: expected each name once, received "a" twice'],
    ["data cut off", "bytes.tensors: expected all 12 bytes after the header, received 16"],
    ["shape with a fraction", "bytes.tensors.a.shape: expected a list of integers >= 0, received [2.5]"],
    [
      "header longer than the file",
      "bytes.header: expected the 100000 bytes that its length says, received 128",
    ],
    [
      "header over the limit",
      "bytes.header: expected at most 100000000 bytes, received a length of 100000001",
    ],
    ["list in an entry's place", "bytes.tensors.a: expected an object, received an array of length 3"],
    ["unknown dtype", 'bytes.tensors.a.dtype: expected an element type of safetensors, received "F33"'],
    ["text in the metadata that is none", "bytes.metadata.n: expected a string, received 1"],
  ])("%s: the message says it", (name, message) => {
    const { base64 } = golden.odd.find((odd) => odd.name === name)!;
    expect(() => parseSafetensors(fromBase64(base64))).toThrow(
      expect.objectContaining({
        name: "RangeError",
        message: `${message}; the file is not valid safetensors`,
      }),
    );
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["a text", "model.safetensors"],
    ["an array of numbers", [1, 2, 3]],
    ["other typed arrays", new Float32Array(8)],
    ["what says it is a Uint8Array", { length: 8, [Symbol.toStringTag]: "Uint8Array" }],
    ["a DataView", new DataView(new ArrayBuffer(8))],
  ])("%s is no file", (_, value) => {
    expect(() => parseSafetensors(value)).toThrow(TypeError);
    expect(() => parseSafetensors(value)).toThrow(/^bytes: expected the bytes of a file /);
  });

  it("a tensor of the name __proto__ is one like others", () => {
    const { base64 } = golden.odd.find(({ name }) => name === "name __proto__")!;
    expect([...parseSafetensors(fromBase64(base64)).tensors.keys()]).toEqual(["__proto__"]);
  });

  it("a megabyte of opened brackets ends at once", () => {
    const header = `{"a":${"[".repeat(1 << 20)}`;
    expect(() => parseSafetensors(fileOf(header, 0))).toThrow(
      "bytes.header: expected JSON nested at most 128 deep",
    );
  });

  it("a megabyte of backslashes, of quotes, of spaces, of keys", () => {
    for (const filler of ["\\", '"', " ", '"a" ', '"":', '{"a":', "0,"]) {
      const header = `{"a":"${filler.repeat((1 << 20) / filler.length)}`;
      expect(() => parseSafetensors(fileOf(header, 0))).toThrow(RangeError);
    }
  });
});

describe("writes the reference writer's bytes", () => {
  const writable = good.filter(({ name }) => name !== "floats" && name !== "integers"); // those hold types with no typed array

  it("for files enough", () =>
    expect(writable.map(({ name }) => name)).toEqual(["order", "empty", "no tensors"]));

  it.each(writable)("$name", ({ base64, metadata }) => {
    const file = fromBase64(base64);
    const tensors = [...parseSafetensors(file).tensors].map(([name, tensor]): [string, FileTensor] => [
      name,
      { data: readTensorValues(tensor, name), shape: tensor.shape },
    ]);
    tensors.reverse(); // their order does not affect the file
    expect(serializeSafetensors(Object.fromEntries(tensors), metadata ?? {})).toEqual(file);
  });

  it("reads what was written for any names, texts and values", () => {
    const text = fc.string({ unit: "binary" }).filter((name) => name !== "__metadata__");
    const tensor = fc.oneof(
      fc.float32Array().map((data): FileTensor => ({ data, shape: [data.length] })),
      fc.uint8Array({ minLength: 1 }).map((data): FileTensor => ({ data, shape: [1, data.length, 1] })),
      fc.float64Array().map((data): FileTensor => ({ data, shape: [data.length] })),
      fc.bigInt64Array({ maxLength: 0 }).map((data): FileTensor => ({ data, shape: [0, 7] })),
    );
    fc.assert(
      fc.property(fc.dictionary(text, tensor), fc.dictionary(text, text), (tensors, metadata) => {
        const file = serializeSafetensors(tensors, metadata);
        const stored = parseSafetensors(file);
        expect(new Map(stored.metadata)).toEqual(new Map(Object.entries(metadata)));
        expect(stored.tensors.size).toBe(Object.keys(tensors).length);
        for (const [name, { data, shape }] of Object.entries(tensors)) {
          const read = stored.tensors.get(name)!;
          expect(read.shape).toEqual(shape);
          expect(readTensorValues(read, name)).toEqual(data);
        }
        expect((8 + Number(new DataView(file.buffer).getBigUint64(0, true))) % 8).toBe(0);
      }),
      { seed: 7 },
    );
  });

  it("keys of the metadata in order, for any order in the input", () => {
    const file = serializeSafetensors({}, { b: "1", 10: "2", a: "3", 9: "4" });
    expect(file).toEqual(serializeSafetensors({}, { 9: "4", a: "3", 10: "2", b: "1" }));
    expect(new TextDecoder().decode(file.subarray(8)).trim()).toBe(
      `{"__metadata__":{"10":"2","9":"4","a":"3","b":"1"}}`,
    );
  });

  it("and nothing that could not be read again", () => {
    const data = new Float32Array(2);
    expect(() => serializeSafetensors({ "\ud800": { data, shape: [2] } })).toThrow(RangeError);
    expect(() => serializeSafetensors({}, { a: "\udc00" })).toThrow(RangeError);
    expect(() => serializeSafetensors({ __metadata__: { data, shape: [2] } })).toThrow(RangeError);
    expect(() => serializeSafetensors({ a: { data, shape: [3] } })).toThrow(RangeError);
  });
});
