/** Tests the packed entry "bptt/convert" in Node, by import and by require. */

import { readFileSync } from "node:fs";
import { Rnn } from "bptt";
import { fromKerasFile, toOnnx } from "bptt/convert";
import { describe, expect, it } from "vitest";
import { inProject } from "../../scripts/setup/paths.mjs";
import type { Toy } from "./toy.js";

export function testConvert(toy: Toy): void {
  describe("bptt/convert", () => {
    it.each(["convert-import.mjs", "convert-require.cjs"])("%s", async (program) => {
      const file = inProject("test", "golden", "convert", "legacy_gru.keras");
      const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 1 });
      expect(await toy.run(program, file)).toEqual({
        keras: true,
        tensorFlow1: true,
        tensorFlowJs: true,
        onnx: toOnnx(rnn).length,
        file: fromKerasFile(readFileSync(file)).config,
      });
    });
  });
}
