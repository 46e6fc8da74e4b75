/** Tests that an update which overflows is NOT_FINITE and changes nothing. */

import { Adam, fit, RmsProp, Rnn, Sgd, type Optimizer, type RnnOptions } from "bptt";
import { describe, expect, it } from "vitest";

const SIZES: RnnOptions = { cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 };
const BATCH = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };

const OVERFLOWS: [string, () => Optimizer, gradient?: number][] = [
  ["Sgd", () => new Sgd({ learningRate: 1e30 })],
  ["Sgd with momentum", () => new Sgd({ learningRate: 1e30, momentum: 0.9 })],
  ["Sgd in Nesterov's form", () => new Sgd({ learningRate: 1e30, momentum: 0.9, nesterov: true })],
  ["Sgd with weight decay", () => new Sgd({ learningRate: 1e25, weightDecay: 1e25 })],
  ["AdamW", () => new Adam({ learningRate: 1e25, weightDecay: 1e25 })],
  ["RmsProp", () => new RmsProp({ learningRate: 1e30, epsilon: 1e-30 })],
  ["RmsProp with momentum", () => new RmsProp({ learningRate: 1e30, momentum: 0.9, epsilon: 1e-30 }), 1e-20],
];

describe.each(OVERFLOWS)("%s", (_, make, gradient = 1e9) => {
  it("changes neither weights nor moments", () => {
    const rnn = new Rnn(SIZES);
    const optimizer = make();
    let before = rnn.save();
    const step = () => {
      for (let i = 0; i < 100; i++) {
        before = rnn.save({ optimizer });
        rnn.applyGradients({ b_o: [gradient, -gradient, gradient, gradient] }, optimizer);
      }
    };
    expect(step).toThrow(
      expect.objectContaining({
        code: "NOT_FINITE",
        parameter: "b_o",
        message: "the update of b_o is NaN or infinite; nothing was changed",
      }),
    );
    expect(rnn.save({ optimizer })).toEqual(before);
    rnn.free();
  });

  it("ends a run as diverged, with weights that a file keeps", async () => {
    const rnn = new Rnn(SIZES);
    const { stopped, divergence } = await fit(rnn, [BATCH], {
      optimizer: make(),
      steps: 200,
      clipNorm: false,
    });
    expect(stopped).toBe("diverged");
    expect(divergence).toBeDefined();
    const again = Rnn.load(rnn.save());
    expect(again.parameters).toEqual(rnn.parameters);
    rnn.free();
    again.free();
  });
});

it("moments that overflow are found too", () => {
  const rnn = new Rnn(SIZES);
  const adam = new Adam();
  const huge = () => rnn.applyGradients({ b_o: [1e30, 0, 0, 0] }, adam);
  expect(huge).toThrow(expect.objectContaining({ code: "NOT_FINITE", parameter: "b_o" }));
  expect(adam.steps).toBe(0);
  rnn.applyGradients({ b_o: [1e18, 0, 0, 0] }, adam); // its square fits into an f32
  const again = Rnn.load(rnn.save({ optimizer: adam }));
  expect(again.loadOptimizer(rnn.save({ optimizer: adam })).steps).toBe(1);
});

it("discards an accumulated sum, and the next one starts from zero", () => {
  const sgd = new Sgd({ learningRate: 1e25, weightDecay: 1e25 });
  const [rnn, fresh] = [new Rnn(SIZES), new Rnn(SIZES)];
  const before = rnn.save();
  rnn.gradients(BATCH, { accumulate: true });
  expect(() => rnn.applyGradients("accumulated", sgd)).toThrow(
    expect.objectContaining({ code: "NOT_FINITE" }),
  );
  expect(rnn.save()).toEqual(before);
  expect(sgd.steps).toBe(0);
  expect(() => rnn.applyGradients("accumulated", sgd)).toThrow(
    expect.objectContaining({ name: "RangeError", path: ["gradients"], received: "none" }),
  );
  for (const network of [rnn, fresh]) {
    network.gradients(BATCH, { accumulate: true });
    network.applyGradients("accumulated", new Adam());
  }
  expect(rnn.save()).toEqual(fresh.save());
  expect(rnn.save()).not.toEqual(before);
  rnn.free();
  fresh.free();
});
