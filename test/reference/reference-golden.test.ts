/**
 * The twin held by TensorFlow 1.15.5, PyTorch 2.5.1 and Keras 2.15.0: the `f64` blocks of the golden files, which those libraries
 * computed in doubles from float32 inputs.
 *
 * Tolerance: the printed 13 digits are good to 5e-13 of an element, and two orders of summation in doubles differ by
 * less (5e-13 was the largest difference seen). 1e-10 is far above both and far below any difference in meaning.
 */
import { describe, expect, it } from "vitest";
import tfAdam from "../golden/tf_adam.json";
import tfGohome from "../golden/tf_gohome.json";
import tfGohomeOutputLayer from "../golden/tf_gohome_output_layer.json";
import tfSequenceLoss from "../golden/tf_sequence_loss.json";
import torchAdam from "../golden/torch_adam.json";
import torchTrain from "../golden/torch_train_chars.json";
import { Adam, clipByGlobalNorm, globalNorm, type Arrays } from "./adam.js";
import { accuracy, lossAndGradients, type Batch } from "./batch.js";
import { sequenceLoss } from "./loss.js";
import { backward, forward, type Net } from "./rnn.js";
import { expectAllClose, expectClose, expectNear } from "../support/compare.js";
import {
  f32,
  f32AsF64,
  flagsOf,
  fromTensorFlow,
  fromTorch,
  mapArrays,
  rowOf,
  splitKernel,
  type GohomeCase,
  type GoldenArray,
  type SequenceLossFile,
  type TfAdamFile,
  type TorchAdamFile,
  type TorchTrainCase,
} from "../support/golden.js";
import { GOLDEN_CELLS } from "../support/golden-cells.js";

const TOLERANCE = { absolute: 1e-10 };

const answer = (array: GoldenArray): readonly number[] => array.data;

describe("the tutorial's program", () => {
  const cases = [...tfGohome.cases, ...tfGohomeOutputLayer.cases] as unknown as GohomeCase[];

  it("comes in three cases", () => {
    expect(cases.map(({ name }) => name)).toEqual(["gohome", "gohome_h5", "gohome_h8"]);
  });

  it.each(cases)("$name: outputs, gradients, every loss, final weights", (c) => {
    const net: Net = {
      I: c.input_size,
      H: c.hidden_size,
      V: "w_ho" in c.initial_weights ? c.classes : 0,
      parameters: mapArrays(fromTensorFlow(c.initial_weights), f32AsF64),
    };
    const batch: Batch = { B: 1, T: c.T, ids: c.token_ids.data, targets: c.targets.data };

    const first = lossAndGradients(net, batch);
    const { initial } = c.f64;
    expectNear("loss", first.loss, initial.loss, TOLERANCE);
    expectClose("outputs", first.forward.outputs, initial.outputs.data, TOLERANCE);
    expectClose("logits", first.forward.logits, (initial.logits ?? initial.outputs).data, TOLERANCE);
    expectClose("state", first.forward.state, initial.final_state.data, TOLERANCE);
    expectAllClose(
      "gradients",
      first.gradients,
      mapArrays(fromTensorFlow(initial.gradients), answer),
      TOLERANCE,
    );

    const adam = new Adam({
      learningRate: c.learning_rate,
      beta1: c.beta1,
      beta2: c.beta2,
      epsilon: c.epsilon,
    });
    const losses: number[] = [];
    const right: boolean[] = [];
    let moments = 0;
    for (let step = 0; step <= c.steps; step++) {
      const { adam_m, adam_v } = c.weights_after_step[step] ?? {};
      if (adam_m && adam_v) {
        // These are there in float32 only: 1.3e-5 of v by TensorFlow's 1 − β2; 300 steps make 2e-5 of it and less than
        // 1e-3 even where another processor's kernels were at work.
        const m = mapArrays(fromTensorFlow(splitKernel(adam_m, c.input_size)), answer);
        const v = mapArrays(fromTensorFlow(splitKernel(adam_v, c.input_size)), answer);
        expectAllClose(`m after ${step}`, adam.m, m, { relative: 1e-3 });
        expectAllClose(`v after ${step}`, adam.v, v, { relative: 1e-3 });
        moments++;
      }
      const { loss, gradients } = lossAndGradients(net, batch);
      losses.push(loss);
      right.push(accuracy(net, batch) === 1);
      if (step < c.steps) adam.step(net.parameters, gradients);
    }
    expect(losses).toHaveLength(c.steps + 1);
    expect(moments).toBe(2);
    expect(right.indexOf(true)).toBe(c.f64.first_step_correct);
    expectClose("loss after step", losses, c.f64.loss_after_step.data, TOLERANCE);
    const end = mapArrays(fromTensorFlow(c.f64.weights_after_step[c.steps]!), answer);
    expectAllClose("final weights", net.parameters, end, TOLERANCE);
  });
});

describe("recurrent layers", () => {
  it("come in 27 cases", () => {
    const of = (library: string) => GOLDEN_CELLS.filter(({ name }) => name.startsWith(library));
    expect([of("TensorFlow 1").length, of("PyTorch").length, of("Keras").length]).toEqual([8, 15, 4]);
    expect(GOLDEN_CELLS.filter(({ sequences }) => sequences.sequenceLengths)).toHaveLength(8);
  });

  it.each(GOLDEN_CELLS)("$name: outputs, states, every gradient", ({ net, sequences, r, f64: want }) => {
    const result = forward(net, sequences);
    expectClose("outputs", result.outputs, want.outputs.data, TOLERANCE);
    expectClose("state", result.state, want.state.data, TOLERANCE);
    if (want.cell) expectClose("cell", result.cell, want.cell.data, TOLERANCE);

    const upstream = {
      doutputs: f32AsF64(r.outputs),
      dstate: f32AsF64(r.state),
      dcell: r.cell && f32AsF64(r.cell),
    };
    const got = backward(net, sequences, result, upstream);
    expectAllClose("gradients", got.gradients, mapArrays(want.gradients, answer), TOLERANCE);
    expectClose("inputs gradient", got.dfeatures, want.inputsGradient.data, TOLERANCE);
    expectClose("initial state gradient", got.dinitialState, want.initialStateGradient.data, TOLERANCE);
    if (!want.initialCellGradient) return;
    expectClose("initial cell gradient", got.dinitialCell, want.initialCellGradient.data, TOLERANCE);
  });
});

describe("sequence_loss", () => {
  const file = tfSequenceLoss as unknown as SequenceLossFile;

  it("comes in 8 sets under 7 combinations of flags", () => {
    expect(Object.keys(file.sets)).toHaveLength(8);
    expect(file.cases).toHaveLength(56);
    expect(new Set(file.cases.map((c) => JSON.stringify([c.set, c.flags]))).size).toBe(56);
  });

  it.each(file.cases.map((c) => ({ name: `${c.set} ${JSON.stringify(c.flags)}`, c })))("$name", ({ c }) => {
    const { logits, weights } = file.sets[c.set]!;
    const got = sequenceLoss(f32AsF64(logits), file.targets.data, f32AsF64(weights), file, flagsOf(c.flags));
    // Logits of ±200 lose two digits in exp(x − max): 1e-9.
    const tolerance = c.set === "large_logits" ? { absolute: 1e-9 } : TOLERANCE;
    expect(got.shape).toEqual(c.f64.loss.shape);
    expectClose("loss", got.loss, c.f64.loss.data, tolerance);
    expectClose("gradient", got.dlogits, c.f64.gradient_of_sum_logits.data, tolerance);
  });

  it("refuses what TensorFlow refuses, and what it misreads", () => {
    const illegal = [...file.raises_ValueError, ...file.accepted_by_1_15_but_ambiguous];
    expect(illegal).toHaveLength(9);
    for (const { flags } of illegal) {
      expect(() => sequenceLoss([0, 0], [0], [1], { B: 1, T: 1, V: 2 }, flagsOf(flags))).toThrow(RangeError);
    }
  });
});

describe("Adam", () => {
  const tensorflow = tfAdam as unknown as TfAdamFile;
  const torch = torchAdam as unknown as TorchAdamFile;

  it("comes in three settings of TensorFlow, six of PyTorch, 50 steps each", () => {
    expect(tensorflow.adam).toHaveLength(3);
    const names = torch.optimizers.map(({ optimizer }) => optimizer);
    expect(names).toEqual(["Adam", "Adam", "Adam", "AdamW", "AdamW", "AdamW"]);
    expect(tensorflow.gradients.shape).toEqual([50, 7]);
    expect(torch.gradients.wide.shape).toEqual([50, 7]);
  });

  it.each(tensorflow.adam)("TensorFlow, lr $lr, β $beta1 $beta2, ε $epsilon", (c) => {
    const theta = { theta: f32AsF64(tensorflow.parameters_before) };
    const adam = new Adam({ learningRate: c.lr, beta1: c.beta1, beta2: c.beta2, epsilon: c.epsilon });
    const path: number[] = [];
    for (let step = 0; step < 50; step++) {
      adam.step(theta, { theta: Float64Array.from(rowOf(tensorflow.gradients, step), Math.fround) });
      path.push(...theta.theta);
    }
    expectClose("parameters", path, c.f64.parameters_after_step.data, TOLERANCE);
    expectMoments(adam, c.f64.final_m.data, c.f64.final_v.data, 1e-10);
    expectMoments(adam, f32(c.final_m), f32(c.final_v), FLOAT32_MOMENTS);
  });

  it.each(torch.optimizers)("PyTorch's $optimizer, $settings", (c) => {
    const { lr, betas, eps, weight_decay } = c.settings;
    const theta = { theta: f32AsF64(torch.parameters_before) };
    const settings = {
      learningRate: lr,
      beta1: betas[0],
      beta2: betas[1],
      epsilon: eps,
      weightDecay: weight_decay,
    };
    const adam = new Adam({ ...settings, epsilonMode: "torch" });
    for (let step = 0; step < 50; step++) {
      adam.step(theta, { theta: Float64Array.from(rowOf(torch.gradients.wide, step), Math.fround) });
    }
    expectClose("parameters", theta.theta, c.f64.parameters_after_last_step.data, TOLERANCE);
    expectMoments(adam, f32(c.final_state.exp_avg), f32(c.final_state.exp_avg_sq), FLOAT32_MOMENTS);
  });

  // The clipped arrays are there in float32 only: 5e-7 of the largest.
  it("clips as clip_by_global_norm does", () => {
    expect(tensorflow.clip_by_global_norm).toHaveLength(5);
    for (const c of tensorflow.clip_by_global_norm) {
      const gradients: Arrays = Object.fromEntries(c.gradients.map((g, k) => [`g${k}`, f32AsF64(g)]));
      const { clipped, norm } = clipByGlobalNorm(gradients, c.clip_norm);
      expectNear("norm", norm, c.f64.global_norm, { absolute: 1e-10, relative: 1e-12 });
      c.clipped.forEach((g, k) => expectClose(`clipped ${k}`, clipped[`g${k}`]!, g.data, { relative: 5e-7 }));
    }
  });

  it("clips as clip_grad_norm_ does, but for the 1e-6 in its divisor", () => {
    expect(torch.clip_grad_norm_).toHaveLength(5);
    for (const c of torch.clip_grad_norm_) {
      const gradients: Arrays = Object.fromEntries(c.gradients.map((g, k) => [`g${k}`, f32AsF64(g)]));
      const { clipped, norm } = clipAsTorch(gradients, c.max_norm);
      expectNear("norm", norm, c.f64.total_norm.data[0]!, { absolute: 1e-10, relative: 1e-12 });
      c.clipped.forEach((g, k) => expectClose(`clipped ${k}`, clipped[`g${k}`]!, g.data, { relative: 5e-7 }));
    }
  });
});

/** TensorFlow computes 1 − β2 in float32, which is 1.3e-5 off; the rest is rounding. */
const FLOAT32_MOMENTS = 5e-5;

/** Element by element, as the columns' moments lie between 1e-25 and 1e12. */
function expectMoments(adam: Adam, m: ArrayLike<number>, v: ArrayLike<number>, relative: number): void {
  expect([m.length, v.length]).toEqual([7, 7]);
  for (let k = 0; k < 7; k++) {
    expectNear(`m[${k}]`, adam.m["theta"]![k]!, m[k]!, { relative });
    expectNear(`v[${k}]`, adam.v["theta"]![k]!, v[k]!, { relative });
  }
}

describe("character models of PyTorch in training", () => {
  const cases = torchTrain.cases as unknown as TorchTrainCase[];

  it("comes in five cases: never clipped, and clipped in some steps", () => {
    expect(cases.map(({ cell, number_of_clipped_steps: n }) => [cell, n])).toEqual([
      ["gru", 0],
      ["tanh", 0],
      ["gru", 7],
      ["lstm", 9],
      ["tanh", 20],
    ]);
  });

  it.each(cases)("$name: every loss and norm, final weights", (c) => {
    const parameters = mapArrays(fromTorch(c.initial_weights, "weights"), f32AsF64);
    const net: Net = { cell: c.cell, I: c.V, H: c.H, V: c.V, parameters };
    const batch: Batch = { B: c.B, T: c.T, ids: c.token_ids.data, targets: c.targets.data };
    const adam = new Adam({ learningRate: c.learning_rate, epsilon: c.eps, epsilonMode: "torch" });
    const losses: number[] = [];
    const norms: number[] = [];
    let clippedSteps = 0;
    for (let step = 0; step < c.steps; step++) {
      const { loss, gradients } = lossAndGradients(net, batch);
      const { clipped, norm } = clipAsTorch(gradients, c.max_norm);
      if (step === 0) {
        // Float32 again: 1e-5 of the largest (support/tolerance.ts).
        const after = mapArrays(fromTorch(c.gradients_step0_after_clipping, "gradients"), answer);
        expectAllClose("clipped gradients", clipped, after, { relative: 1e-5 });
      }
      if (norm > c.max_norm) clippedSteps++;
      losses.push(loss);
      norms.push(norm);
      adam.step(net.parameters, clipped);
    }
    losses.push(lossAndGradients(net, batch).loss);
    expect(clippedSteps).toBe(c.number_of_clipped_steps);
    expectClose("loss after step", losses, c.f64.loss_after_step.data, TOLERANCE);
    expectClose("gradient norm", norms, c.f64.gradient_norm_before_clipping.data, TOLERANCE);
    const end = mapArrays(fromTorch(c.f64.final_weights, "weights"), answer);
    expectAllClose("final weights", net.parameters, end, TOLERANCE);
  });
});

/** PyTorch scales by limit/(‖g‖ + 1e-6), TensorFlow and this library by limit/‖g‖. */
function clipAsTorch(gradients: Arrays, limit: number): { clipped: Arrays; norm: number } {
  const norm = globalNorm(gradients);
  return clipByGlobalNorm(gradients, norm > 0 ? (limit * norm) / (norm + 1e-6) : limit);
}
