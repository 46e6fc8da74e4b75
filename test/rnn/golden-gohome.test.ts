/**
 * The tutorial's program and its form with an output layer, against TensorFlow 1.15.5 in float32: through the public
 * API, once with ids and once with one-hot features. (Adam's moments cannot be read through it; the weights after every
 * recorded step stand for them.)
 */
import { describe, expect, it } from "vitest";
import { Adam, sequenceLoss, Vocabulary, type Rnn } from "bptt";
import tfGohome from "../golden/tf_gohome.json";
import tfGohomeOutputLayer from "../golden/tf_gohome_output_layer.json";
import type { Net } from "../reference/rnn.js";
import { expectAllClose, expectClose, expectNear } from "../support/compare.js";
import { f32, f32AsF64, fromTensorFlow, mapArrays, type GohomeCase } from "../support/golden.js";
import { argmax, dense, ids, numbersOf, withRnn, partsOf } from "../support/library.js";
import {
  GRADIENT,
  LOGITS,
  LOSS,
  LOSS_IN_TRAINING,
  STATE,
  WEIGHTS_AFTER_TRAINING,
} from "../support/tolerance.js";

const CASES = [...tfGohome.cases, ...tfGohomeOutputLayer.cases] as unknown as GohomeCase[];

const FORMS = ["ids", "one-hot features"].flatMap((form) =>
  CASES.map((c) => ({ name: `${c.name}, ${form}`, c, form })),
);

function netOf(c: GohomeCase): Net {
  const outputLayer = "w_ho" in c.initial_weights;
  const parameters = mapArrays(fromTensorFlow(c.initial_weights), f32AsF64);
  return { I: c.input_size, H: c.hidden_size, V: outputLayer ? c.classes : 0, parameters };
}

function batchOf(c: GohomeCase, form: string) {
  return {
    inputs:
      form === "ids" ? ids(c.token_ids.data, [1, c.T]) : dense(c.x_one_hot.data, [1, c.T, c.input_size]),
    targets: ids(c.targets.data, [1, c.T]),
    weights: dense(c.loss_weights.data, [1, c.T]),
    initialState: dense(c.initial_state.data, [1, 1, c.hidden_size]),
  };
}

it("has three cases in two forms", () => {
  expect(CASES.map(({ name }) => name)).toEqual(["gohome", "gohome_h5", "gohome_h8"]);
  expect(FORMS).toHaveLength(6);
});

describe.each(FORMS)("$name", ({ c, form }) => {
  const { initial } = c;
  const { targets, weights, ...inputs } = batchOf(c, form);

  it("outputs, logits and final state", () => {
    withRnn(netOf(c), (rnn) => {
      const { outputs, logits, state } = rnn.forward(inputs);
      expect(outputs.shape).toEqual([1, c.T, c.hidden_size]);
      expect(logits.shape).toEqual([1, c.T, c.classes]);
      expect(state).toHaveProperty("shape", [1, 1, c.hidden_size]);
      expectClose("outputs", outputs.data, f32(initial.outputs), STATE);
      expectClose("logits", logits.data, f32(initial.logits ?? initial.outputs), LOGITS);
      expectClose("state", partsOf(state).h, f32(initial.final_state), STATE);
    });
  });

  it("loss, by three ways, and all gradients", () => {
    withRnn(netOf(c), (rnn) => {
      const batch = { ...inputs, targets, weights };
      const { loss, gradients, state } = rnn.gradients(batch);
      expectNear("loss of gradients", loss, initial.loss, LOSS);
      expectNear("loss of evaluate", rnn.evaluate(batch).loss, initial.loss, LOSS);
      const { logits } = rnn.forward(inputs);
      expectNear("sequenceLoss", sequenceLoss(logits, targets, { weights }), initial.loss, LOSS);
      expectClose("state", partsOf(state).h, f32(initial.final_state), STATE);
      expectAllClose(
        "gradients",
        numbersOf(gradients),
        mapArrays(fromTensorFlow(initial.gradients), f32),
        GRADIENT,
      );
    });
  });

  it("every loss, what it says, the weights on the way", () => {
    withRnn(netOf(c), (rnn) => {
      const { losses, said, weightsChecked } = train(rnn, c, form);
      expect(losses).toHaveLength(c.steps + 1);
      expectClose("loss after step", losses, f32(c.loss_after_step), LOSS_IN_TRAINING);

      const recorded = Object.entries(c.predictions);
      expect(recorded.length).toBeGreaterThanOrEqual(20 + c.steps / 10 - 1);
      expect(recorded.map(([step]) => said[Number(step)])).toEqual(recorded.map(([, text]) => text));
      expect(said.indexOf(c.text_out)).toBe(c.first_step_correct);
      expect(said.findLastIndex((text) => text !== c.text_out) + 1).toBe(c.correct_from_step_on);
      expect(weightsChecked).toEqual([...new Set([1, 2, 10, 100, c.steps])]);
    });
  });
});

/** Trains for all steps; step k's loss and text are those after k updates. */
function train(
  rnn: Rnn,
  c: GohomeCase,
  form: string,
): { losses: number[]; said: string[]; weightsChecked: number[] } {
  const vocabulary = new Vocabulary([...c.chars]);
  const adam = new Adam({
    learningRate: c.learning_rate,
    beta1: c.beta1,
    beta2: c.beta2,
    epsilon: c.epsilon,
  });
  const batch = batchOf(c, form);
  const losses: number[] = [];
  const said: string[] = [];
  const weightsChecked: number[] = [];
  for (let step = 0; step <= c.steps; step++) {
    const recorded = c.weights_after_step[step];
    if (recorded) {
      const want = mapArrays(fromTensorFlow(recorded), f32);
      expectAllClose(`weights after ${step}`, numbersOf(rnn.parameters), want, WEIGHTS_AFTER_TRAINING);
      weightsChecked.push(step);
    }
    const { targets: _targets, weights: _weights, ...inputs } = batch;
    said.push(vocabulary.decode(argmax(rnn.forward(inputs).logits)));
    losses.push(step < c.steps ? rnn.trainStep(batch, adam).loss : rnn.evaluate(batch).loss);
  }
  return { losses, said, weightsChecked };
}
