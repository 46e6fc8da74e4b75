/**
 * Tests that files with false counts and sizes give one RangeError before work is done for them. The fuzzer
 * (test/fuzz) measures the time and memory of reading.
 */
import { readFileSync } from "node:fs";
import { deflateSync, zipSync } from "fflate";
import { fromKerasFile, fromTensorFlowJs } from "bptt/convert";
import { describe, expect, it, test } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { parseJson } from "../../ts/base/json.js";
import { openHdf5 } from "../../ts/convert/hdf5.js";
import { inflate, InflationBudget } from "../../ts/convert/inflate.js";
import { openZip } from "../../ts/convert/zip.js";

const golden = (...path: string[]) => new Uint8Array(readFileSync(inProject("test", "golden", ...path)));
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** Returns the position of a text in a file. */
function placeOf(bytes: Uint8Array, text: string): number {
  const at = Buffer.from(bytes).indexOf(text, 0, "latin1");
  if (at < 0) throw new Error(`no ${text}`);
  return at;
}

describe("HDF5", () => {
  const changed = (name: string, change: (view: DataView, bytes: Uint8Array) => void) => {
    const bytes = golden(...name.split("/"));
    change(new DataView(bytes.buffer), bytes);
    return bytes;
  };

  test("an attribute of 4 000 000 000 texts", () => {
    const file = changed("keras-layouts/old_gru_bias.h5", (view, bytes) => {
      // the name "layer_names", its type (24 bytes), then version, rank, flags and padding before the size
      view.setBigUint64(placeOf(bytes, "layer_names\0") + 16 + 24 + 8, 4_000_000_000n, true);
    });
    expect(() => openHdf5(file, "file").attribute("model_weights", "layer_names")).toThrow(
      'file["/model_weights"].attrs.layer_names: expected 4000000000 texts of 16 bytes, received 16 bytes of text',
    );
  });

  test("a tree of links that leads back to itself", () => {
    const file = changed("hdf5/plain.h5", (view, bytes) => {
      const tree = placeOf(bytes, "TREE");
      view.setUint8(tree + 5, 1); // a level higher, and its child is the tree itself
      view.setBigUint64(tree + 32, BigInt(tree), true);
    });
    expect(() => openHdf5(file, "file")).toThrow(
      /^file: expected a node of a tree of links at byte \d+, one level below its parent, received another node$/,
    );
  });

  test("a tree whose 60 000 children are one", () => {
    const file = changed("hdf5/plain.h5", (view, bytes) => {
      view.setUint16(placeOf(bytes, "TREE") + 6, 60_000, true);
    });
    expect(() => openHdf5(file, "file")).toThrow(
      /^file: expected the signature SNOD at byte \d+, received other bytes$/,
    );
  });

  test("a group within itself", () => {
    const file = changed("hdf5/plain.h5", (view, bytes) => {
      const root = view.getBigUint64(64, true);
      // each entry of the first symbol table leads to the root
      for (let entry = placeOf(bytes, "SNOD") + 8, k = 0; k < 4; k++, entry += 40)
        view.setBigUint64(entry + 8, root, true);
    });
    expect(() => openHdf5(file, "file")).toThrow(
      /^file: expected each group in one place, received "[^"]*", a group that is also in another place$/,
    );
  });

  test("chunks of a gigabyte, and arrays of one", () => {
    const file = openHdf5(golden("hdf5/gzip.h5"), "file");
    expect(file.read("chunks").shape).toEqual([33, 21]);
    for (const sizes of [
      [8, 5],
      [33, 21],
    ] as const) {
      const wrong = changed("hdf5/gzip.h5", (view, bytes) => {
        const width = sizes[0] === 8 ? 4 : 8; // sizes of chunks have 4 bytes, of an array 8
        let found = 0;
        for (let at = 0; at + 16 < bytes.length; at++) {
          const read = (k: number) =>
            width === 4 ? view.getUint32(at + k, true) : Number(view.getBigUint64(at + k, true));
          if (read(0) !== sizes[0] || read(width) !== sizes[1]) continue;
          found++;
          view.setUint32(at, 100_000, true);
          view.setUint32(at + width, 5_000, true);
        }
        expect(found).toBeGreaterThan(0);
      });
      expect(() => openHdf5(wrong, "file").read("chunks")).toThrow(
        /^file\["\/chunks"\]: expected at most \d+ further bytes of decompressed weights, received 2000000000$/,
      );
    }
  });
});

describe("archives", () => {
  const weights = golden("convert", "legacy_gru.keras");
  const zip = openZip(weights);
  const entries = Object.fromEntries(zip.names.map((name) => [name, zip.read(name).slice()]));

  it("are read, compressed or not", () => {
    const expected = fromKerasFile(weights);
    for (const level of [0, 9] as const) expect(fromKerasFile(zipSync(entries, { level }))).toEqual(expected);
  });

  test("an entry that inflates a thousandfold", () => {
    const bomb = zipSync({ ...entries, "model.weights.h5": new Uint8Array(50_000_000) }, { level: 9 });
    expect(() => fromKerasFile(bomb)).toThrow(
      /^file\["model.weights.h5"\]: expected at most \d+ further bytes of decompressed weights, received 50000000$/,
    );
  });

  test("an entry that inflates to more than it says", () => {
    expect(() => inflate(deflateSync(new Uint8Array(50_000_000)), 1000, new InflationBudget(1000))).toThrow(
      "file: expected a stream that decompresses to 1000 bytes, received more",
    );
    expect(() => inflate(deflateSync(new Uint8Array(999)), 1000, new InflationBudget(1000))).toThrow(
      "file: expected a stream that decompresses to 1000 bytes, received 999",
    );
  });

  test("a config.json that is longer than an archive's can be", () => {
    const long = zipSync({ ...entries, "config.json": latin1(" ".repeat(5_000_000)) }, { level: 9 });
    expect(() => fromKerasFile(long)).toThrow(
      /^file\["config.json"\]: expected at most \d+ bytes of text, received 5000000$/,
    );
  });

  test("an entry that is listed again and again", () => {
    const one = zipSync({ "a.npy": new Uint8Array(1000) }, { level: 0 });
    const end = one.length - 22;
    const directory = new DataView(one.buffer).getUint32(end + 16, true);
    const entry = one.subarray(directory, end);
    const many = new Uint8Array(directory + entry.length * 1000 + 22);
    many.set(one.subarray(0, directory));
    for (let k = 0; k < 1000; k++) many.set(entry, directory + k * entry.length);
    many.set(one.subarray(end), many.length - 22);
    new DataView(many.buffer).setUint16(many.length - 22 + 10, 1000, true);
    expect(() => openZip(many)).toThrow(
      'file: expected a directory that lists each entry once, received "a.npy" again',
    );
    // the same bytes under many names
    for (let k = 0; k < 1000; k++)
      many.set(latin1(String(k).padStart(5, "0")), directory + k * entry.length + 46);
    expect(() => openZip(many)).toThrow(
      /^file: expected entries of at most \d+ bytes together, the size of the archive, received \d+$/,
    );
    new DataView(many.buffer).setUint16(many.length - 22 + 10, 0xfffe, true);
    expect(() => openZip(many)).toThrow(
      /^file: expected a directory of 65534 entries, received \d+ bytes of a directory$/,
    );
  });

  test("an embedding whose product with the weights is out of proportion", () => {
    const topology = {
      class_name: "Sequential",
      config: [
        { class_name: "Embedding", config: { name: "e" } },
        { class_name: "SimpleRNN", config: { name: "r", units: 10_000, return_sequences: true } },
      ],
    };
    const spec = (name: string, ...shape: number[]) => ({ name, shape, dtype: "float32" });
    const weightSpecs = [
      spec("e/embeddings", 20_000, 1),
      spec("r/kernel", 1, 10_000),
      spec("r/recurrent_kernel", 0, 0),
    ];
    const weightData = new Float32Array(30_000).buffer;
    expect(() => fromTensorFlowJs({ modelTopology: topology, weightSpecs, weightData })).toThrow(RangeError);
  });
});

describe("JSON", () => {
  test.each([
    ["nested", "[".repeat(129) + "]".repeat(129), "nested at most 128 deep"],
    ["of many lists", `[${"[],".repeat(200_000)}0]`, "objects and lists"],
    ["cut short", '{"a": [', "expected JSON"],
  ])("%s", (_, text, message) => {
    expect(() => parseJson(text, "config.json")).toThrow(RangeError);
    expect(() => parseJson(text, "config.json")).toThrow(message);
  });

  it("does not count brackets within strings", () => {
    const text = JSON.stringify({ a: '[{"\\'.repeat(100_000), b: [[1], {}] });
    expect(parseJson(text, "x")).toEqual(JSON.parse(text));
  });
});
