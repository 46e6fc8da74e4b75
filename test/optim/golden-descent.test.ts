/**
 * Compares gradient descent and RMSProp, through `applyGradients`, and schedules with PyTorch 2.5.1. The
 * 7-vector of the file is the bias of a network with 7 hidden units: the only parameter with a gradient, so
 * that nothing else changes.
 */
import { describe, expect, it } from "vitest";
import { learningRateAt, RmsProp, Rnn, Sgd, type Optimizer, type Schedule } from "bptt";
import descent from "../golden/torch_descent.json";
import schedules from "../golden/torch_schedules.json";
import { expectClose } from "../support/compare.js";
import { f32, rowOf } from "../support/golden.js";

const STEPS = 50;

type Settings = Record<"lr" | "momentum" | "weight_decay" | "alpha" | "eps", number> & { nesterov: boolean };

/** Returns the same optimizer of this library. */
function optimizerOf(name: string, settings: Partial<Settings>): Optimizer {
  const { lr, momentum, weight_decay, nesterov, alpha, eps } = settings as Settings;
  const common = { learningRate: lr, momentum, weightDecay: weight_decay };
  return name === "SGD" ? new Sgd({ ...common, nesterov }) : new RmsProp({ ...common, alpha, epsilon: eps });
}

/** Returns all 50 rows of parameters. */
function trajectory(optimizer: Optimizer): number[] {
  const rnn = new Rnn({ cell: "tanh", inputSize: 2, hiddenSize: 7 });
  try {
    rnn.setParameters({ b_h_l0: f32(descent.parameters_before) });
    const untouched = rnn.parameters["w_hh_l0"];
    const path: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const g = Float32Array.from(rowOf(descent.gradients, step));
      rnn.applyGradients({ b_h_l0: g }, optimizer);
      path.push(...rnn.parameters["b_h_l0"]!.data);
    }
    expect(rnn.parameters["w_hh_l0"]).toEqual(untouched);
    expect(optimizer.steps).toBe(STEPS);
    return path;
  } finally {
    rnn.free();
  }
}

it("has 5 + 4 trajectories of 50 steps, and 4 schedules of 60", () => {
  expect(descent.optimizers.map(({ optimizer }) => optimizer).join()).toBe(
    [...Array<string>(5).fill("SGD"), ...Array<string>(4).fill("RMSprop")].join(),
  );
  expect(descent.gradients.shape).toEqual([STEPS, 7]);
  expect(schedules.schedules.map(({ rates }) => rates.data.length)).toEqual([60, 60, 60, 60]);
});

describe("every parameter after every step", () => {
  it.each(descent.optimizers)("PyTorch's $optimizer: $settings", ({ optimizer, settings, ...c }) => {
    const path = trajectory(optimizerOf(optimizer, settings));
    // A few roundings per step, in another order than PyTorch's; 50 of them add up like a random walk.
    // Observed 1.6e-7.
    expectClose("parameters", path, f32(c.parameters_after_step), { relative: 2e-6 });
  });

  it("tells the settings apart: each pair differs by more than is allowed", () => {
    for (const a of descent.optimizers) {
      for (const b of descent.optimizers.filter((other) => other !== a)) {
        const path = trajectory(optimizerOf(a.optimizer, a.settings));
        const want = f32(b.parameters_after_step);
        expect(() => expectClose("parameters", path, want, { relative: 1e-3 })).toThrow("parameters[");
      }
    }
  });
});

it.each(schedules.schedules)("PyTorch's rates of $schedule.kind", ({ schedule, rates }) => {
  const got = rates.data.map((_, step) => learningRateAt(schedule as Schedule, step));
  // PyTorch computes each rate from the previous one, 60 times a few roundings; the file has 13 digits.
  expectClose("rates", got, rates.data, { relative: 1e-12 });
});
