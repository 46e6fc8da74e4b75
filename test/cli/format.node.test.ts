/** Tests that sizes use decimal units: kB, MB and GB. */

import { describe, expect, it } from "vitest";
import { fileSize } from "../../ts/cli/report/format.js";

describe("fileSize", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [999_949, "999.9 kB"],
    [999_950, "1.0 MB"],
    [1_048_576, "1.0 MB"],
    [50 * 2 ** 20, "52.4 MB"],
    [999_949_999, "999.9 MB"],
    [999_950_000, "1.0 GB"],
    [2 ** 31, "2.1 GB"],
  ])("%i is %s", (bytes, size) => expect(fileSize(bytes)).toBe(size));
});
