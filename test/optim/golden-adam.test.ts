/**
 * Compares Adam, AdamW and clipping by the global norm, through `applyGradients`, with TensorFlow 1.15.5 and
 * PyTorch 2.5.1 in float32. The 7-vector of the files is the bias of a network with 7 hidden units: the only
 * parameter with a gradient, so that nothing else changes.
 */
import { describe, expect, it } from "vitest";
import { Adam, Rnn, type AdamOptions } from "bptt";
import tfAdam from "../golden/tf_adam.json";
import torchAdam from "../golden/torch_adam.json";
import { expectClose, expectNear, type Tolerance } from "../support/compare.js";
import { f32, rowOf, type GoldenArray, type TfAdamFile, type TorchAdamFile } from "../support/golden.js";
import { dense } from "../support/library.js";

const TENSORFLOW = tfAdam as unknown as TfAdamFile;
const TORCH = torchAdam as unknown as TorchAdamFile;
const STEPS = 50;

/**
 * Each update is at most about lr, exact to a few u, and 50 of them add up. Observed 4e-7 (TensorFlow) and
 * 2e-6 (PyTorch), both at lr = 0.01; proportional to lr above that.
 */
const allowed = (learningRate: number): Tolerance => ({ absolute: 1e-5 * Math.max(1, learningRate / 0.01) });

it("has 3 trajectories of TensorFlow and 6 of PyTorch, 50 steps each, and 5 + 5 clippings", () => {
  expect([TENSORFLOW.adam.length, TORCH.optimizers.length]).toEqual([3, 6]);
  expect(TENSORFLOW.gradients.shape).toEqual([STEPS, 7]);
  expect(TORCH.gradients.wide.shape).toEqual([STEPS, 7]);
  expect([TENSORFLOW.clip_by_global_norm.length, TORCH.clip_grad_norm_.length]).toEqual([5, 5]);
});

/**
 * Returns all 50 rows of parameters for `options` and the gradients, and the other parameters that changed.
 */
function trajectory(options: AdamOptions, before: GoldenArray, gradients: GoldenArray): number[] {
  const rnn = new Rnn({ cell: "tanh", inputSize: 2, hiddenSize: 7 });
  try {
    const adam = new Adam(options);
    rnn.setParameters({ b_h_l0: f32(before) });
    const untouched = rnn.parameters;
    const path: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      rnn.applyGradients({ b_h_l0: Float32Array.from(rowOf(gradients, step)) }, adam);
      path.push(...rnn.parameters["b_h_l0"]!.data);
    }
    const { w_ih_l0, w_hh_l0 } = rnn.parameters;
    expect({ w_ih_l0, w_hh_l0 }).toEqual({ w_ih_l0: untouched["w_ih_l0"], w_hh_l0: untouched["w_hh_l0"] });
    return path;
  } finally {
    rnn.free();
  }
}

describe("every parameter after every step", () => {
  it.each(TENSORFLOW.adam)("TensorFlow: lr $lr, β $beta1 $beta2, ε $epsilon", (c) => {
    const options = { learningRate: c.lr, beta1: c.beta1, beta2: c.beta2, epsilon: c.epsilon };
    const path = trajectory(options, TENSORFLOW.parameters_before, TENSORFLOW.gradients);
    expectClose("parameters", path, f32(c.parameters_after_step), allowed(c.lr));
  });

  it.each(TORCH.optimizers)("PyTorch's $optimizer: $settings", (c) => {
    const { lr, betas, eps, weight_decay } = c.settings;
    const options = {
      learningRate: lr,
      beta1: betas[0],
      beta2: betas[1],
      epsilon: eps,
      weightDecay: weight_decay,
    };
    const path = trajectory(
      { ...options, epsilonMode: "torch" },
      TORCH.parameters_before,
      TORCH.gradients.wide,
    );
    expectClose("parameters", path, f32(c.parameters_after_step), allowed(lr));
  });

  it("tells the two forms apart: they differ by more than is allowed", () => {
    const { lr, betas, eps } = TORCH.optimizers[0]!.settings;
    const options = { learningRate: lr, beta1: betas[0], beta2: betas[1], epsilon: eps };
    const wrong = trajectory(
      { ...options, epsilonMode: "tensorflow" },
      TORCH.parameters_before,
      TORCH.gradients.wide,
    );
    const want = f32(TORCH.optimizers[0]!.parameters_after_step);
    expect(() => expectClose("parameters", wrong, want, allowed(lr))).toThrow("parameters[");
  });
});

/**
 * Clipped gradients are observed by their effect: with β1 = β2 = 0, from parameters of 0, Adam's update is
 *   θ = −lr·g/(|g| + ε),   so that   g = −ε·θ/(lr − |θ|).
 * ε and lr of 2²⁰ keep |g| + ε away from g; four roundings remain.
 */
const LARGE = 2 ** 20;

/**
 * Uses arrays of shapes (4, 3), (5), (2, 2) as parameters of one network; the remaining parameters get
 * gradients of 0.
 */
function clip(arrays: readonly GoldenArray[], clipNorm: number): { norm: number; clipped: number[] } {
  const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 3, outputSize: 5 });
  try {
    const zeros = Object.entries(rnn.parameters).map(
      ([name, { data, shape }]) =>
        [
          name,
          dense(
            data.map(() => 0),
            shape,
          ),
        ] as const,
    );
    const parameters = Object.fromEntries(zeros);
    rnn.setParameters(parameters);
    const [first, second, third] = arrays.map(f32) as [Float32Array, Float32Array, Float32Array];
    parameters["w_ih_l0"]!.data.set(first);
    parameters["b_o"]!.data.set(second);
    parameters["w_hh_l0"]!.data.set(third);
    const adam = new Adam({ learningRate: LARGE, beta1: 0, beta2: 0, epsilon: LARGE });
    const { gradientNorm } = rnn.applyGradients(parameters, adam, { clipNorm });
    const { w_ih_l0, b_o, w_hh_l0 } = rnn.parameters;
    const moved = [...w_ih_l0!.data, ...b_o!.data, ...w_hh_l0!.data.subarray(0, 4)];
    return {
      norm: gradientNorm,
      clipped: moved.map((theta) => (-LARGE * theta) / (LARGE - Math.abs(theta))),
    };
  } finally {
    rnn.free();
  }
}

describe("clipping by the global norm", () => {
  it.each(TENSORFLOW.clip_by_global_norm)("TensorFlow: limit $clip_norm, norm $global_norm", (c) => {
    const { norm, clipped } = clip(c.gradients, c.clip_norm);
    // A sum of 21 squares and a root: a few u. The scale and the update above have as many: 1e-6 in total.
    expectNear("norm", norm, c.global_norm, { relative: 1e-6 });
    expectClose(
      "clipped",
      clipped,
      c.clipped.flatMap((a) => [...f32(a)]),
      { relative: 1e-6 },
    );
  });

  it.each(TORCH.clip_grad_norm_.map((c) => ({ ...c, norm: c.total_norm.data[0]! })))(
    "PyTorch: limit $max_norm, norm $norm",
    (c) => {
      const { norm, clipped } = clip(c.gradients, c.max_norm);
      expectNear("norm", norm, c.norm, { relative: 1e-6 });
      // PyTorch adds 1e-6 to the norm it divides by: 2e-7 at the norms that are clipped here, which are above 5.
      expectClose(
        "clipped",
        clipped,
        c.clipped.flatMap((a) => [...f32(a)]),
        { relative: 1e-6 },
      );
    },
  );
});
