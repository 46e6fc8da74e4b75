/**
 * Weighted losses of target values under a GRU and an output layer, against PyTorch 1.13.0: MSELoss, L1Loss,
 * BCEWithLogitsLoss, and the pinball loss by automatic differentiation. They hold the twin's losses and the library.
 */
import { describe, expect, it } from "vitest";
import torchLosses from "../golden/torch_losses.json";
import { valueLoss, type ValueLoss } from "../reference/loss.js";
import { expectAllClose, expectClose, expectNear } from "../support/compare.js";
import { f32, f32AsF64, fromTorch, mapArrays, type Arrays, type GoldenArray } from "../support/golden.js";
import { numbersOf, toBatch, withRnn } from "../support/library.js";
import { GRADIENT, LOSS } from "../support/tolerance.js";

interface Answer {
  readonly logits: GoldenArray;
  readonly loss: GoldenArray;
  readonly gradient_of_logits: GoldenArray;
  readonly gradients: Arrays;
}

interface LossesCase extends Answer {
  readonly name: string;
  readonly loss_name: ValueLoss;
  readonly quantiles: number[] | null;
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
  readonly K: number;
  readonly inputs: GoldenArray;
  readonly targets: GoldenArray;
  readonly loss_weights: GoldenArray;
  readonly weights: Arrays;
  readonly f64: Answer;
}

const CASES = torchLosses.cases as unknown as LossesCase[];

it("has every loss with weights of steps and of values", () => {
  expect(CASES.map(({ loss_name, loss_weights }) => [loss_name, loss_weights.shape.length])).toEqual(
    ["meanSquaredError", "meanAbsoluteError", "quantile", "binaryCrossEntropy"].flatMap((loss) => [
      [loss, 2],
      [loss, 3],
    ]),
  );
});

describe.each(CASES)("$name", (c) => {
  const { B, T, I, H, K } = c;
  const quantiles = c.quantiles ?? undefined;
  const weightedValues = c.loss_weights.shape.length === 3;
  const weights = f32AsF64(c.loss_weights);

  it("the twin: loss and gradient of the logits", () => {
    const each = Float64Array.from({ length: B * T * K }, (_, k) =>
      weightedValues ? weights[k]! : weights[Math.floor(k / K)]!,
    );
    const { logits, loss, gradient_of_logits } = c.f64;
    const got = valueLoss(c.loss_name, logits.data, f32AsF64(c.targets), each, quantiles);
    // The file has 13 digits.
    expectNear("loss", got.loss, loss.data[0]!, { relative: 1e-12 });
    expectClose("gradient", got.dlogits, gradient_of_logits.data, { relative: 1e-12 });
  });

  it("the library: outputs, loss, every gradient", () => {
    const net = {
      cell: "gru" as const,
      I,
      H,
      V: K * (quantiles?.length ?? 1),
      parameters: mapArrays(fromTorch(c.weights, "weights"), f32AsF64),
    };
    const values = { loss: c.loss_name, quantiles, weights, weightedValues, targets: f32AsF64(c.targets) };
    const batch = toBatch({ B, T, features: f32AsF64(c.inputs), ...values }, net);
    withRnn(net, (rnn) => {
      expectClose("logits", rnn.forward(batch).logits.data, f32(c.logits), LOSS);
      const { loss, gradients } = rnn.gradients(batch);
      expectNear("loss", loss, c.f64.loss.data[0]!, LOSS);
      expect(rnn.evaluate(batch).loss).toBe(loss);
      const want = mapArrays(fromTorch(c.f64.gradients, "gradients"), (array) =>
        Float64Array.from(array.data),
      );
      expectAllClose("gradients", numbersOf(gradients), want, GRADIENT);
    });
  });
});
