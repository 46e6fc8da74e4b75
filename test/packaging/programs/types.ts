// Uses every public type once, as a strict project would. Compiled only.

import {
  Adam,
  BpttError,
  RmsProp,
  Rnn,
  Sgd,
  Vocabulary,
  cosine,
  init,
  oneHot,
  sequenceLoss,
  tensor,
  type AdamOptions,
  type Batch,
  type Cell,
  type ErrorCode,
  type GradientsResult,
  type Optimizer,
  type RmsPropOptions,
  type RnnOptions,
  type Schedule,
  type SgdOptions,
  type State,
  type Tensor,
  type TrainStepResult,
} from "bptt";
import wasm from "bptt/bptt.wasm";
import * as relaxed from "bptt/relaxed";
import relaxedWasm from "bptt/relaxed.wasm";
import * as slim from "bptt/slim";

const cell: Cell = "tanh";
const options: RnnOptions = { cell, inputSize: 4, hiddenSize: 5, outputSize: undefined };
const settings: AdamOptions = { learningRate: 0.1, epsilonMode: "torch" };
export const rnn: Rnn = new Rnn(options);
export const adam = new Adam(settings);
export const schedule: Schedule = cosine({ from: 0.1, steps: 10 });
const descent: SgdOptions = { learningRate: schedule, momentum: 0.9, nesterov: true };
const squares: RmsPropOptions = { learningRate: 0.01, alpha: 0.9 };
export const optimizers: Optimizer[] = [adam, new Sgd(descent), new RmsProp(squares)];
adam.learningRate = schedule;
export const rate: number = adam.learningRate;
export const vocabulary = new Vocabulary(["g", "o", "h", "m", "e"]);
export const state: State = rnn.zeroState(1);
export const ids: Int32Array = vocabulary.encode("gohom");
export const features: Tensor = oneHot([ids], 4);
export const batch: Batch = { inputs: features, targets: [vocabulary.encode("ohome")], initialState: state };
export const step: TrainStepResult = rnn.trainStep(batch, adam, { clipNorm: false });
export const gradients: GradientsResult = rnn.gradients({ inputs: [[0, 1]], targets: [[1, 2]] });
export const scalar: number = sequenceLoss(rnn.forward(batch).logits, [[1, 2, 1, 3, 4]]);
export const flat = tensor(new Float32Array(4), [1, 1, 4]);
export const code = (error: unknown): ErrorCode | undefined =>
  error instanceof BpttError ? error.code : undefined;
export const ready: Promise<void> = init(new Uint8Array(8));
export const readySlim: Promise<void> = slim.init(wasm);
export const readyRelaxed: Promise<void> = relaxed.init(relaxedWasm);
// objects of one entry have the types of every other
export const relaxedRnn: Rnn = new relaxed.Rnn(options);
export const mixed: TrainStepResult = relaxedRnn.trainStep(batch, new slim.Adam());

// @ts-expect-error an unknown cell
new Rnn({ cell: "elman", inputSize: 4, hiddenSize: 5 });
// @ts-expect-error a required option is missing
new Rnn({ cell: "tanh", inputSize: 4 });
// @ts-expect-error a batch without targets
rnn.trainStep({ inputs: [[0, 1]] }, adam);
