/**
 * Compares the reader with another one, jsfive, on files that h5py wrote in all its ways
 * (test/golden/hdf5/make_hdf5.py) and on Keras's.
 */
import { readdirSync, readFileSync } from "node:fs";
import { File } from "jsfive";
import { describe, expect, it, test } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import { openHdf5 } from "../../ts/convert/hdf5.js";
import golden from "../golden/hdf5/hdf5.json" with { type: "json" };

const ofHdf5 = (name: string) => new Uint8Array(readFileSync(inProject("test", "golden", "hdf5", name)));
const convert = inProject("test", "golden", "convert");
const ofKeras = readdirSync(convert).filter((name) => name.endsWith(".h5"));

describe("h5py's files", () => {
  test.each(golden.files)("%s: arrays and attributes", (name) => {
    const file = openHdf5(ofHdf5(name), "file");
    for (const [path, { shape, data }] of Object.entries(golden.arrays)) {
      expect(file.paths).toContain(path);
      expect(file.read(path), path).toEqual({ shape, data: Float32Array.from(data) });
    }
    for (const [key, value] of Object.entries(golden.attributes))
      expect(file.attribute("", key), key).toEqual(value);
    expect(file.attribute("layers/lstm/vars", "name")).toBe("lstm");
    expect(file.attribute("", "number")).toBeUndefined();
    expect(file.attribute("", "absent")).toBeUndefined();
    expect(file.attribute("absent", "name")).toBeUndefined();
  });

  test.each([
    ["many.h5", 40],
    ["latest.h5", 40],
    ["ordered.h5", 600],
  ])("%s: a group of %d arrays", (name, count) => {
    const file = openHdf5(ofHdf5(name), "file");
    const many = file.paths.filter((path) => path.startsWith("many/"));
    expect(many.sort()).toEqual(
      Array.from({ length: count }, (_, k) => `many/array_${String(k).padStart(3, "0")}`),
    );
    many.forEach((path, k) => expect(file.read(path).data).toEqual(Float32Array.of(k, -k + 0)));
  });
});

describe("Keras's files, as jsfive reads them", () => {
  it.each(ofKeras)("%s", (name) => {
    const bytes = new Uint8Array(readFileSync(`${convert}/${name}`));
    const file = openHdf5(bytes, "file");
    const other = new File(bytes.buffer, name);
    expect(file.paths.length).toBeGreaterThan(1);
    for (const path of file.paths) {
      const { shape, value } = other.get(path) as { shape: number[]; value: number[] };
      expect(file.read(path), path).toEqual({ shape, data: Float32Array.from(value) });
    }
    for (const key of ["model_config", "keras_version", "layer_names"])
      expect(file.attribute("", key), key).toEqual(other.attrs[key]);
  });
});
