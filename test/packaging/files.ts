/** Tests the packed entry "bptt/node", by import and by require. */

import { describe, expect, it } from "vitest";
import type { Toy } from "./toy.js";

export function testFiles(toy: Toy): void {
  describe("bptt/node", () => {
    it.each(["node-import.mjs", "node-require.cjs"])("%s", async (program) => {
      expect(await toy.run(program, toy.path("written.txt"))).toBe("hi");
    });
  });
}
