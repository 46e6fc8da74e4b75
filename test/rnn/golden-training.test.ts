/**
 * Character models in training, against PyTorch 2.5.1 in float32: one-hot → nn.RNN, nn.GRU or nn.LSTM → nn.Linear, cross-entropy,
 * clip_grad_norm_, Adam. In the files its second bias is held at 0, so that this library's one bias can follow.
 */
import { expect, it } from "vitest";
import { Adam } from "bptt";
import torchTrain from "../golden/torch_train_chars.json";
import type { Net } from "../reference/rnn.js";
import { expectAllClose, expectClose, expectNear } from "../support/compare.js";
import { f32, f32AsF64, fromTorch, mapArrays, type TorchTrainCase } from "../support/golden.js";
import { ids, numbersOf, withRnn } from "../support/library.js";
import { GRADIENT, LOSS_IN_TRAINING, NORM } from "../support/tolerance.js";

const CASES = torchTrain.cases as unknown as TorchTrainCase[];

/** Weights after 30 steps of 0.01. Seen 5.7e-6; PyTorch's 1e-6 in the norm (5e-6 of a gradient here) adds to it. */
const WEIGHTS = { absolute: 1e-4 };

it("has three cells, never clipped and clipped in up to 20 of 30 steps", () => {
  expect(CASES.map((c) => [c.cell, c.steps, c.number_of_clipped_steps])).toEqual([
    ["gru", 30, 0],
    ["tanh", 30, 0],
    ["gru", 30, 7],
    ["lstm", 30, 9],
    ["tanh", 30, 20],
  ]);
});

it.each(CASES)("$name: gradients, every loss and norm, weights", (c) => {
  const parameters = mapArrays(fromTorch(c.initial_weights, "weights"), f32AsF64);
  const net: Net = { cell: c.cell, I: c.V, H: c.H, V: c.V, parameters };
  const batch = { inputs: ids(c.token_ids.data, [c.B, c.T]), targets: ids(c.targets.data, [c.B, c.T]) };
  withRnn(net, (rnn) => {
    const before = mapArrays(fromTorch(c.gradients_step0_before_clipping, "gradients"), f32);
    expectAllClose("gradients", numbersOf(rnn.gradients(batch).gradients), before, GRADIENT);

    const adam = new Adam({ learningRate: c.learning_rate, epsilon: c.eps, epsilonMode: "torch" });
    const losses: number[] = [];
    const norms: number[] = [];
    for (let step = 0; step < c.steps; step++) {
      const { loss, gradientNorm } = rnn.trainStep(batch, adam, { clipNorm: c.max_norm });
      losses.push(loss);
      norms.push(gradientNorm);
      if (step === 0) {
        const after = mapArrays(fromTorch(c.weights_after_1_step, "weights"), f32);
        expectAllClose("weights after 1 step", numbersOf(rnn.parameters), after, WEIGHTS);
      }
    }
    expectNear("last loss", rnn.evaluate(batch).loss, f32(c.loss_after_step)[c.steps]!, LOSS_IN_TRAINING);
    expectClose("loss after step", losses, f32(c.loss_after_step).subarray(0, c.steps), LOSS_IN_TRAINING);
    expectClose("gradient norm", norms, f32(c.gradient_norm_before_clipping), {
      relative: 10 * NORM.relative!,
    });
    expect(norms.filter((norm) => norm > c.max_norm)).toHaveLength(c.number_of_clipped_steps);
    const end = mapArrays(fromTorch(c.final_weights, "weights"), f32);
    expectAllClose("final weights", numbersOf(rnn.parameters), end, WEIGHTS);
  });
});
