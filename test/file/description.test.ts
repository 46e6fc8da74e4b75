import { describe, expect, it } from "vitest";
import { integer } from "../../ts/base/check.js";
import { at } from "../../ts/base/errors.js";
import { packDescription, readDescription } from "../../ts/file/description.js";

const read = (json: string) =>
  readDescription(json, "labels", 2, (description, version) => ({
    count: integer((description as { count?: unknown }).count, at("labels", "count")),
    version,
  }));

describe("the description of a model", () => {
  it("is read back with its version", () => {
    expect(packDescription(1, { count: 3 })).toBe('{"version":1,"count":3}');
    expect(read(packDescription(1, { count: 3 }))).toEqual({ count: 3, version: 1 });
    expect(read(packDescription(2, { count: 4 }))).toEqual({ count: 4, version: 2 });
  });

  it("of a newer version is refused by name", () => {
    expect(() => read(packDescription(3, { count: 3 }))).toThrow(
      'bytes.metadata["bptt.labels"].version: expected at most 2, all that this version of bptt reads, received 3; ' +
        "a newer version of bptt wrote this file",
    );
  });

  it.each([
    ["{", 'bytes.metadata["bptt.labels"]: expected JSON'],
    ["[]", 'bytes.metadata["bptt.labels"]: expected an object'],
    ["{}", 'bytes.metadata["bptt.labels"].version: expected an integer >= 1, received undefined'],
    ['{"version":1}', 'bytes.metadata["bptt.labels"].count: expected an integer, received undefined'],
  ])("%s is a RangeError about the file", (json, message) => {
    expect(() => read(json)).toThrow(RangeError);
    expect(() => read(json)).toThrow(message);
  });
});
