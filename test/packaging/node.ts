/** The packed entries in Node: by import, by require, one by one and together. */

import * as library from "bptt";
import { describe, expect, it } from "vitest";
import { gohome } from "./programs/gohome.mjs";
import type { Toy } from "./toy.js";

/** What the sources answer; every form of the package must give the same bits. */
export const ANSWER = gohome(library);

export function testNode(toy: Toy): void {
  it("the sources learn it", () => {
    expect(ANSWER.said).toBe("ohome");
    expect(ANSWER.loss).toBeLessThan(0.01);
  });

  describe("bptt", () => {
    it("by import", async () => expect(await toy.run("import.mjs")).toEqual(ANSWER));
    it("by require", async () => expect(await toy.run("require.cjs")).toEqual(ANSWER));
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

/** The losses of the same training with one entry alone. */
function aloneLosses(steps: number): number[] {
  const rnn = new library.Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, seed: 3 });
  const adam = new library.Adam({ learningRate: 0.1 });
  const batch = { inputs: [[0, 1, 2, 1, 3]], targets: [[1, 2, 1, 3, 4]] };
  return Array.from({ length: steps }, () => rnn.trainStep(batch, adam).loss);
}
