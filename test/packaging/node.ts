/** Tests the packed entries in Node: by import, by require, one by one and together. */

import * as library from "bptt";
import { describe, expect, it } from "vitest";
import { findRelaxedNode, hasRelaxedSimd } from "../../scripts/setup/engines.mjs";
import { gohome } from "./programs/gohome.mjs";
import type { Toy } from "./toy.js";

/** The answer of the sources. Every form of the package must give the same bits. */
export const ANSWER = gohome(library);

/**
 * The answer of the relaxed build, whose bits depend on the machine. Observed in Node 24 on x64: no
 * difference; 5e-6 is allowed.
 */
export const RELAXED_ANSWER = { said: ANSWER.said, loss: expect.closeTo(ANSWER.loss, 5) as number };

export function testNode(toy: Toy): void {
  it("the sources learn it", () => {
    expect(ANSWER.said).toBe("ohome");
    expect(ANSWER.loss).toBeLessThan(0.01);
  });

  describe("bptt", () => {
    it("by import", async () => expect(await toy.run("import.mjs")).toEqual(ANSWER));
    it("by require", async () => expect(await toy.run("require.cjs")).toEqual(ANSWER));

    // Node shows the whole line that threw
    it.each(["uncaught.mjs", "uncaught.cjs"])(
      "an error that nobody catches is read on one screen: %s",
      async (program) => {
        const said = await toy.run(program).then(String, ({ stderr }: { stderr: string }) => stderr);
        expect(said).toContain("RangeError: text: expected at least one token, received none");
        expect(said.length).toBeLessThan(3000);
      },
    );
  });

  describe("bptt/slim", () => {
    const sources = ["bytes", "buffer", "response", "promise", "url", "address", "module", "served"];
    it.each(sources)("an error before init, then init with: %s", async (source) => {
      expect(await toy.run("slim.mjs", source)).toEqual({
        before: {
          name: "BpttError",
          code: "NOT_INITIALISED",
          message: "bptt/slim: call `await init(…)` with bptt.wasm before anything else",
        },
        after: ANSWER,
      });
    });

    it("by require", async () => expect(await toy.run("slim-require.cjs")).toEqual(ANSWER));
  });

  describe("bptt/relaxed", () => {
    const forms = ["import", "require", "init", "slim"];
    const all = (answer: unknown) => Object.fromEntries(forms.map((form) => [form, answer]));
    const node = findRelaxedNode();

    it.skipIf(hasRelaxedSimd())("is refused by this Node, which has no relaxed SIMD", async () => {
      const message = expect.stringMatching(/^bptt: this engine lacks WebAssembly relaxed SIMD, /) as string;
      expect(await toy.run("relaxed.mjs")).toEqual(all({ code: "WASM_UNAVAILABLE", message }));
    });

    const where =
      node !== undefined
        ? "in a Node that has relaxed SIMD"
        : "SKIPPED: no Node with relaxed SIMD here, and the set-up could not bring one";
    it.skipIf(node === undefined)(`by import, by require and as relaxed.wasm, ${where}`, async () => {
      expect(await toy.runIn(node!, "relaxed.mjs")).toEqual({ ...all(RELAXED_ANSWER), init: "done" });
    });
  });

  it("three entries in one process do not disturb each other", async () => {
    interface Together {
      losses: number[][];
      mixed: number[];
      knownByAll: boolean;
      others: number[];
    }
    const { losses, mixed, knownByAll, others } = (await toy.run("together.mjs")) as Together;
    const alone = aloneLosses(31);
    expect(losses).toEqual([alone.slice(0, 30), alone.slice(0, 30), alone.slice(0, 30)]);
    expect(mixed).toEqual(alone.slice(0, 30));
    expect(knownByAll).toBe(true);
    expect(others).toEqual([alone[30], alone[30]]);
  });
}

/** Returns the losses of the same training with one entry alone. */
function aloneLosses(steps: number): number[] {
  const rnn = new library.Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, seed: 3 });
  const adam = new library.Adam({ learningRate: 0.1 });
  const batch = { inputs: [[0, 1, 2, 1, 3]], targets: [[1, 2, 1, 3, 4]] };
  return Array.from({ length: steps }, () => rnn.trainStep(batch, adam).loss);
}
