/** Tests a network that is locked by a run. */

import { Adam, BpttError, fit, Rnn, type Batch } from "bptt";
import { describe, expect, it } from "vitest";
import { BATCHES, bitsOf, SIZES } from "../support/runs.js";

describe("while a run has the network", () => {
  it("whoever would change it is refused, whoever reads it is not", async () => {
    const rnn = new Rnn(SIZES);
    const adam = new Adam();
    const run = fit(rnn, BATCHES, { epochs: 10_000 }); // many slices on any machine
    const message = (method: string) =>
      `rnn.${method}: a run is training this network; await it, or stop it first`;
    const changes: [string, () => unknown][] = [
      ["fit", () => fit(rnn, BATCHES)],
      ["trainStep", () => rnn.trainStep(BATCHES[0]!, adam)],
      ["applyGradients", () => rnn.applyGradients({ b_o: [1, 1, 1] }, adam)],
      ["setParameters", () => rnn.setParameters({ b_o: [1, 1, 1] })],
      ["free", () => rnn.free()],
    ];
    const refused = (except?: string) => {
      for (const [method, change] of changes) {
        if (method === except) continue;
        try {
          change();
          expect.fail(`${method} was let through`);
        } catch (error) {
          expect(error).toBeInstanceOf(BpttError);
          expect(error).toMatchObject({ code: "BUSY", message: message(method) });
        }
      }
    };
    refused();
    for await (const { step } of run) {
      refused();
      rnn.forward(BATCHES[0]!);
      rnn.gradients(BATCHES[0]!);
      rnn.evaluate({ inputs: [[0], [1], [2]], targets: [[0], [1], [2]] });
      rnn.backward({ inputs: [[0, 1]] });
      const session = rnn.session();
      session.step(1);
      session.free();
      if (step > 200) break;
    }
    run.pause();
    refused("setParameters"); // vector.test.ts
    run.resume();
    expect(await run).toMatchObject({ steps: 50_000, stopped: "finished" });
    const twin = new Rnn(SIZES);
    await fit(twin, BATCHES, { epochs: 10_000 });
    expect(bitsOf(rnn)).toEqual(bitsOf(twin)); // nor has reading changed a bit
    rnn.trainStep(BATCHES[0]!, adam);
    rnn.free();
  });

  it("its own batches cannot train it either", async () => {
    const rnn = new Rnn(SIZES);
    const adam = new Adam();
    function* sly(): Generator<Batch> {
      yield BATCHES[0]!;
      rnn.trainStep(BATCHES[0]!, adam);
    }
    await expect(fit(rnn, sly()).done).rejects.toMatchObject({ code: "BUSY" });
    const getter = { ...BATCHES[0]!, get weights() { return void rnn.trainStep(BATCHES[0]!, adam); } }; // prettier-ignore
    await expect(fit(rnn, [getter as never]).done).rejects.toMatchObject({ code: "BUSY" });
  });

  it("a second run afterwards starts from the weights as they are", async () => {
    const rnn = new Rnn(SIZES);
    await fit(rnn, BATCHES, { epochs: 2 });
    const before = bitsOf(rnn);
    let first = 0;
    const run = fit(rnn, BATCHES, { epochs: 1, onProgress: ({ step }) => void (first ||= step) });
    expect(bitsOf(rnn)).toEqual(before);
    expect((await run).steps).toBe(5);
    expect(first).toBe(1);
  });
});
