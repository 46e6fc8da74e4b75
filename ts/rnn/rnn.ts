/**
 * A recurrent network: layers of one cell, in one direction or two, and an output layer logits_t = h_t·W_ho + b_o.
 *
 * tanh, relu   h' = f(x·W_ih + h·W_hh + b_h)             TensorFlow 1's `BasicRNNCell`, PyTorch's `nn.RNN` with one bias
 * gru          PyTorch's `nn.GRU`, or TensorFlow 1's `GRUCell` with `resetAfter: false`
 * lstm         PyTorch's `nn.LSTM` with one bias, TensorFlow 1's `BasicLSTMCell`
 *
 * Without an output layer the hidden states are the logits. This file holds the public words and promises; what a call
 * does is in forward-backward.ts and train-step.ts, the mathematics in the core (crate/).
 */

import type {
  AbsoluteErrorBatch,
  Batch,
  BinaryBatch,
  ClassBatch,
  QuantileBatch,
  RegressionBatch,
  SequenceInputs,
} from "../data/batch.js";
import { LOCK, LockedNetwork } from "./locked-network.js";
import { size } from "../base/check.js";
import { readOptions } from "../base/options.js";
import { Disposable } from "../base/disposable.js";
import type { LoadOptions } from "../file/find-module.js";
import { decodeModel, encodeModel, rnnOptions } from "../file/model-file.js";
import { Network, NETWORK } from "./network.js";
import type { Optimizer } from "../optim/optimizer.js";
import type { ParameterValues } from "../data/parameters.js";
import { backward, evaluate, forward, gradients } from "./forward-backward.js";
import { readRnnOptions, type Cell, type RnnOptions } from "../data/rnn-options.js";
import {
  SAVE,
  type BackwardInputs,
  type BackwardResult,
  type ClipOptions,
  type EvaluateOptions,
  type AbsoluteErrorEvaluation,
  type AnyEvaluation,
  type Evaluation,
  type ForwardOptions,
  type ForwardResult,
  type GradientsOptions,
  type GradientsResult,
  type QuantileEvaluation,
  type RegressionEvaluation,
  type SaveOptions,
  type TrainStepOptions,
  type TrainStepResult,
} from "./rnn-types.js";
import { Session, type SessionOptions } from "./session.js";
import { zeroState, type State } from "../data/state.js";
import type { Tensor } from "../base/tensor.js";
import { readSavedOptimizer, restoreOptimizer, restoreTraining, trainingSections } from "./training-state.js";
import { applyGradients, frozenNames, setFrozen, trainStep } from "./train-step.js";
import type { Bytes } from "../base/typed-array.js";

/**
 * A recurrent network with the memory it lives in.
 *
 * Its memory is outside the garbage collector's sight: `free()` gives it back at once (or `using rnn = new Rnn(…)`
 * at the end of the block); a network that is merely dropped is freed some time after.
 *
 * @example
 * import { Adam, Rnn, Vocabulary } from "bptt";
 *
 * const vocabulary = new Vocabulary(["g", "o", "h", "m", "e"]);
 * const rnn = new Rnn({ cell: "tanh", inputSize: 5, hiddenSize: 8, outputSize: 5 });
 * const adam = new Adam({ learningRate: 0.1 });
 * const batch = { inputs: [vocabulary.encode("gohom")], targets: [vocabulary.encode("ohome")] };
 * for (let step = 0; step < 50; step++) rnn.trainStep(batch, adam);
 * console.log(rnn.evaluate(batch).accuracy); // 1
 * rnn.free();
 */
export class Rnn<C extends Cell = Cell> extends Disposable {
  readonly #network: Network;

  /**
   * @param options sizes, cell and seed. Name the cell: the compiler then knows what its state is
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, or makes no sense with another
   * @throws BpttError `OUT_OF_MEMORY` when the parameters do not fit into memory
   */
  constructor(options: RnnOptions<C>) {
    super();
    this.#network = new Network(readRnnOptions(options));
  }

  /** The cell. */
  get cell(): C {
    return this.#network.config.cell as C;
  }

  /** I: the number of different ids, or of features. */
  get inputSize(): number {
    return this.#network.config.inputSize;
  }

  /** H: the width of the hidden state. */
  get hiddenSize(): number {
    return this.#network.config.hiddenSize;
  }

  /** V, or undefined without output layer. */
  get outputSize(): number | undefined {
    return this.#network.config.outputSize;
  }

  /** L: cells stacked upon each other. */
  get layers(): number {
    return this.#network.config.layers;
  }

  /** Whether a second direction runs from the end to the start. */
  get bidirectional(): boolean {
    return this.#network.config.bidirectional;
  }

  /**
   * A state of zeros, (L·D, B, H); of an lstm `{ h, c }`, two of them.
   *
   * @param batch B, the number of rows
   * @throws TypeError when `batch` is no number
   * @throws RangeError when `batch` is no integer from 1 to 2³¹ − 1
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
   * console.log(rnn.zeroState(2).shape); // [1, 2, 5]
   */
  zeroState(batch: number): State<C> {
    const network = this.#network;
    network.peek("zeroState");
    return zeroState(network.stateShape(size(batch, "batch")), network.lstm, "zeroState") as State<C>;
  }

  /**
   * Runs the network over sequences.
   *
   * Applies no dropout.
   *
   * @param inputs inputs (B, T) or (B, T, I), lengths, initial state; a whole batch is accepted as well
   * @param options `trace`: return hidden states and gates (T, L·D, B, ·) as `gradients` does
   * @returns outputs (B, T, D·H), logits (B, T, V) and the final state (L·D, B, H)
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when a value or size is wrong; the message names the place
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3 });
   * const { outputs, logits, state } = rnn.forward({ inputs: [[0, 1, 2]] });
   * console.log(outputs.shape, logits.shape, state.shape); // [1, 3, 5] [1, 3, 3] [1, 1, 5]
   *
   * const gru = new Rnn({ cell: "gru", inputSize: 4, hiddenSize: 5 });
   * const { trace } = gru.forward({ inputs: [[0, 1, 2]] }, { trace: true });
   * console.log(trace?.hidden.shape, trace?.gates.shape); // [3, 1, 1, 5] [3, 1, 1, 15]
   */
  forward(inputs: SequenceInputs, options?: ForwardOptions): ForwardResult<C> {
    return forward(this.#network, inputs, options);
  }

  /**
   * The loss of a batch and its gradients by back-propagation through time; changes no weight.
   * A loss or gradient that is not finite is returned as it is.
   *
   * With dropout, what is dropped is what the coming `trainStep` would drop; each call that accumulates moves on to the
   * next. The sum of accumulated gradients waits for `applyGradients("accumulated", …)`, whatever other calls come between.
   *
   * @param batch inputs, targets, weights, lengths, initial state, loss, averaging flags
   * @param options `trace`: what happened inside at each step; `accumulate`: add to the calls before
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when a value or size is wrong; the message names the place
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
   * const { loss, gradients } = rnn.gradients({ inputs: [[0, 1, 2]], targets: [[1, 2, 3]] });
   * console.log(loss, gradients.w_hh_l0?.shape); // … [5, 5]
   *
   * // how much of the last step's loss reaches the first one
   * const batch = { inputs: [[0, 1, 2, 3]], targets: [[0, 0, 0, 1]], weights: [[0, 0, 0, 1]] };
   * const { trace } = rnn.gradients(batch, { trace: true });
   * console.log(trace?.hiddenGradients.shape); // [4, 1, 1, 5]
   */
  gradients(batch: Batch, options?: GradientsOptions): GradientsResult<C> {
    return gradients(this.#network, batch, options);
  }

  /**
   * Back-propagates through time the gradients of a loss of one's own; changes nothing, drops nothing.
   *
   * @param options the inputs of the forward pass, and the loss's gradients with respect to outputs, logits and state
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when a value or size is wrong; the message names the place
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * // the gradients of Σ state
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 2 });
   * const { gradients } = rnn.backward({ inputs: [[0, 1, 2]], stateGradient: [[[1, 1]]] });
   * console.log(gradients.b_h_l0?.data);
   */
  backward(options: BackwardInputs): BackwardResult<C> {
    return backward(this.#network, options);
  }

  /**
   * One step of training: loss, gradients, clipping, update.
   *
   * @param batch inputs, targets, weights, lengths, initial state, loss, averaging flags
   * @param optimizer bound to this network from its first step on
   * @param options clipping, and what happens with the final state
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when a value or size is wrong; the message names the place
   * @throws BpttError `NOT_FINITE` when the loss or a gradient is not finite; `OPTIMIZER_BOUND`, `OUT_OF_MEMORY`,
   *   `FREED`. After any error network, optimizer and carried state are as they were.
   *
   * @example
   * import { Adam, Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
   * const adam = new Adam({ learningRate: 0.1 });
   * const batch = { inputs: [[0, 1, 2, 1, 3]], targets: [[1, 2, 1, 3, 4]] };
   * const { loss, gradientNorm } = rnn.trainStep(batch, adam, { clipNorm: 1 });
   * console.log(loss, gradientNorm);
   */
  trainStep(batch: Batch, optimizer: Optimizer, options?: TrainStepOptions): TrainStepResult<C> {
    return trainStep(this.#network, batch, optimizer, options);
  }

  /**
   * One update from gradients of one's own making, or from those that calls of `gradients` have accumulated.
   * Parameters that are not named stay as they are, and so do frozen ones.
   *
   * @param gradients by the parameter's name, any subset; or "accumulated": their sum, which then begins anew
   * @param optimizer bound to this network from its first step on
   * @param options clipping
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when a name, value or size is wrong, or nothing has been accumulated
   * @throws BpttError `NOT_FINITE` when a gradient is not finite (an accumulated sum is given up then);
   *   `OPTIMIZER_BOUND`, `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { Adam, Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 2 });
   * const { gradientNorm } = rnn.applyGradients({ b_h_l0: [3, 4] }, new Adam({ learningRate: 0.1 }));
   * console.log(gradientNorm); // 5
   *
   * // a large batch in two halves
   * const adam = new Adam({ learningRate: 0.1 });
   * const other = new Rnn({ cell: "gru", inputSize: 4, hiddenSize: 5, outputSize: 4 });
   * for (const inputs of [[[0, 1]], [[2, 3]]]) other.gradients({ inputs, targets: [[1, 2]] }, { accumulate: true });
   * other.applyGradients("accumulated", adam, { clipNorm: 1 });
   */
  applyGradients(
    gradients: ParameterValues | "accumulated",
    optimizer: Optimizer,
    options?: ClipOptions,
  ): { gradientNorm: number } {
    return applyGradients(this.#network, gradients, optimizer, options);
  }

  /**
   * Keeps parameters as they are: no step changes them, and the norm does not count their gradients, until `unfreeze`.
   *
   * @param names a parameter's name, or an array of names
   * @throws TypeError when they are no strings
   * @throws RangeError when a name is unknown; then nothing is frozen
   * @throws BpttError `FREED`
   *
   * @example
   * import { Adam, Rnn } from "bptt";
   *
   * // an echo state network: only the output layer learns
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 });
   * rnn.freeze(["w_ih_l0", "w_hh_l0", "b_h_l0"]);
   * rnn.trainStep({ inputs: [[0, 1, 2]], targets: [[1, 2, 3]] }, new Adam());
   * console.log(rnn.frozen); // ["w_ih_l0", "w_hh_l0", "b_h_l0"]
   */
  freeze(names: string | readonly string[]): void {
    setFrozen(this.#network, "freeze", names, true);
  }

  /**
   * Lets steps change parameters again; those that were not frozen may be named too.
   *
   * @param names a parameter's name, or an array of names
   * @throws TypeError when they are no strings
   * @throws RangeError when a name is unknown; then all stay as they are
   * @throws BpttError `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
   * rnn.freeze("w_hh_l0");
   * rnn.unfreeze(rnn.frozen);
   * console.log(rnn.frozen.length); // 0
   */
  unfreeze(names: string | readonly string[]): void {
    setFrozen(this.#network, "unfreeze", names, false);
  }

  /** The names of the frozen parameters. */
  get frozen(): string[] {
    return frozenNames(this.#network);
  }

  /**
   * Computes the loss of a batch and the metric that belongs to it. Changes nothing and applies no dropout.
   *
   * | `loss`                 | result                                     |
   * | ---------------------- | ------------------------------------------ |
   * | `"crossEntropy"`       | `{ loss, accuracy }`                       |
   * | `"meanSquaredError"`   | `{ loss, meanAbsoluteError }`              |
   * | `"meanAbsoluteError"`  | `{ loss }`                                 |
   * | `"quantile"`           | `{ loss, coverage }`, one for each quantile |
   * | `"binaryCrossEntropy"` | `{ loss, accuracy }`, at a probability of ½ |
   *
   * @param batch inputs, targets, weights, lengths, initial state, loss, averaging flags
   * @param options `returnState`: return the final state (L·D, B, H), which another batch accepts as `initialState`
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when a value or size is wrong; the message names the place
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
   * const { loss, accuracy } = rnn.evaluate({ inputs: [[0, 1, 2]], targets: [[1, 2, 3]] });
   * console.log(loss, accuracy);
   *
   * const line = new Rnn({ cell: "lstm", inputSize: 1, hiddenSize: 5, outputSize: 1 });
   * const batch = { inputs: [[[0.1], [0.2]]], targets: [[[0.2], [0.3]]], loss: "meanSquaredError" as const };
   * console.log(line.evaluate(batch).meanAbsoluteError);
   *
   * const band = new Rnn({ cell: "gru", inputSize: 1, hiddenSize: 5, outputSize: 3 }); // 1 value · 3 quantiles
   * const quantiles = [0.1, 0.5, 0.9];
   * console.log(band.evaluate({ ...batch, loss: "quantile", quantiles }).coverage); // three shares
   *
   * // a long sequence in two parts
   * const { state } = rnn.evaluate({ inputs: [[0, 1]], targets: [[1, 2]] }, { returnState: true });
   * const rest = { inputs: [[2, 3]], targets: [[3, 0]], ...(state && { initialState: state }) };
   * console.log(rnn.evaluate(rest).loss);
   */
  evaluate(batch: ClassBatch | BinaryBatch, options?: EvaluateOptions): Evaluation<C>;
  /** Computes the mean squared error of a batch and its mean absolute error. */
  evaluate(batch: RegressionBatch, options?: EvaluateOptions): RegressionEvaluation<C>;
  /** Computes the mean absolute error of a batch. */
  evaluate(batch: AbsoluteErrorBatch, options?: EvaluateOptions): AbsoluteErrorEvaluation<C>;
  /** Computes the pinball loss of a batch and the coverage of each quantile. */
  evaluate(batch: QuantileBatch, options?: EvaluateOptions): QuantileEvaluation<C>;
  /** Computes the loss of a batch of any kind. */
  evaluate(batch: Batch, options?: EvaluateOptions): AnyEvaluation<C>;
  evaluate(batch: Batch, options?: EvaluateOptions): AnyEvaluation<C> {
    return evaluate(this.#network, batch, options);
  }

  /**
   * A stream of single steps with the state kept between them: for generation, and for data that arrives bit by bit.
   *
   * @param options `batch` (1), the `state` to start from (zeros), and `dense` for steps of features (ids)
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when a value or size is wrong, or the network is bidirectional: its second direction would have
   *   to begin at the end
   * @throws BpttError `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 });
   * const session = rnn.session();
   * let id = 0;
   * for (let t = 0; t < 3; t++) {
   *   const { data } = session.step(id);
   *   id = data.indexOf(Math.max(...data)); // the likeliest next
   * }
   * session.free();
   */
  session(options: SessionOptions = {}): Session<C> {
    return new Session<C>(this.#network, options);
  }

  /**
   * Copies of all parameters by name. Of layer 0: `w_ih_l0` (I, G·H), `w_hh_l0` (H, G·H), `b_h_l0` (G·H), and of a gru
   * that resets after the product `b_hn_l0` (H), the bias inside; `_reverse` behind the second direction's; `_l1` … the
   * other layers', which read D·H. With an output layer `w_ho` (D·H, V) and `b_o` (V). Gates: gru r z n, lstm i f g o.
   *
   * @throws BpttError `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
   * console.log(Object.keys(rnn.parameters)); // ["w_ih_l0", "w_hh_l0", "b_h_l0"]
   */
  get parameters(): Record<string, Tensor> {
    return this.#network.parameters;
  }

  /**
   * Sets parameters: any subset, all or nothing.
   *
   * @param values by name, of the shapes that `parameters` has
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when a name is unknown, a shape is wrong or a value is not finite
   * @throws BpttError `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 2 });
   * rnn.setParameters({ w_hh_l0: [[1, 0], [0, 1]], b_h_l0: [0, 0.5] });
   * console.log(rnn.parameters.b_h_l0?.data); // Float32Array [0, 0.5]
   */
  setParameters(values: ParameterValues): void {
    this.#network.setParameters(values);
  }

  /**
   * The network as a safetensors file: exactly the state_dict of a PyTorch module with the fields `rnn` (`nn.RNN`,
   * `nn.GRU` or `nn.LSTM`) and, with an output layer, `head` (`nn.Linear`), so that
   * `module.load_state_dict(safetensors.torch.load_file(path))` takes it; the configuration stands in the file's
   * metadata. The same network gives the same bytes. A gru with `resetAfter: false`, which PyTorch lacks, keeps its own names.
   *
   * With an optimizer the file holds what training goes on with, to the bit: settings, schedule, counts and moments, the
   * state that `carryState` keeps, how far dropout's draws have come, and which parameters are frozen; not a sum of
   * accumulated gradients. PyTorch takes such a file with `strict=False`.
   *
   * @param options `optimizer`: one of this network, or one that has not stepped yet
   * @returns the bytes of the file
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws BpttError `OPTIMIZER_BOUND` when the optimizer is another network's; `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 });
   * const again = Rnn.load(rnn.save());
   * console.log(again.hiddenSize, again.evaluate({ inputs: [[0]], targets: [[1]] }).loss);
   */
  save(options: SaveOptions = {}): Bytes {
    const network = this.#network;
    network.peek("save");
    const { optimizer } = readOptions(options, SAVE);
    const model = { config: network.config, parameters: this.parameters };
    if (optimizer === undefined) return encodeModel(model);
    return encodeModel({ ...model, ...trainingSections(network, readSavedOptimizer(optimizer)) });
  }

  /**
   * A network from a safetensors file: one that `save` wrote, or any PyTorch state_dict of such a module, its names
   * bare or behind any prefix. Cell, sizes, layers and directions follow from names and shapes; PyTorch's two biases are
   * added where that changes nothing. A module made with `bias=False` gets biases of zero. Of a file that `save({ optimizer })`
   * wrote the network is as it was then, carried state and frozen parameters included; its optimizer comes by `loadOptimizer`.
   *
   * @param bytes the file: a Uint8Array or an ArrayBuffer
   * @param options `cell`, where shapes cannot tell tanh from relu; `prefix`, for a file of several modules; `head`, where
   *   the output layer is called otherwise
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when this is no such file, when a tensor is missing, superfluous, of another shape or not finite, or
   *   when options and file disagree; the message names tensor or option, what was expected and what came
   * @throws BpttError `OUT_OF_MEMORY`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const bytes = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 }).save(); // or await readFile("model.safetensors")
   * const rnn = Rnn.load(bytes, { cell: "tanh" });
   * console.log(rnn.inputSize, rnn.hiddenSize, rnn.outputSize); // 4 5 undefined
   */
  static load(bytes: Uint8Array | ArrayBuffer, options: LoadOptions = {}): Rnn {
    const { config, parameters, training } = decodeModel(bytes, options);
    const rnn = new Rnn(rnnOptions(config));
    try {
      rnn.setParameters(parameters);
      if (training !== undefined) restoreTraining(rnn.#network, training);
    } catch (error) {
      rnn.free();
      throw error;
    }
    return rnn;
  }

  /**
   * The optimizer in a file that `save({ optimizer })` wrote, bound to this network: training goes on from there to the bit.
   *
   * @param bytes the file from which this network was loaded
   * @returns the optimizer: an {@link Adam}, {@link Sgd} or {@link RmsProp}, whichever it was
   * @throws TypeError when `bytes` is of the wrong kind
   * @throws RangeError when this is no such file, or its optimizer is none of a network of these sizes
   * @throws BpttError `BUSY` while a run trains this network; `FREED`, `OUT_OF_MEMORY`
   *
   * @example
   * import { Adam, cosine, Rnn } from "bptt";
   *
   * const batch = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };
   * const rnn = new Rnn({ cell: "gru", inputSize: 4, hiddenSize: 5, outputSize: 4 });
   * const adam = new Adam({ learningRate: cosine({ from: 0.1, steps: 100 }) });
   * for (let step = 0; step < 10; step++) rnn.trainStep(batch, adam);
   * const bytes = rnn.save({ optimizer: adam });
   *
   * const again = Rnn.load(bytes); // in another process, another day
   * const optimizer = again.loadOptimizer(bytes);
   * console.log(optimizer.steps); // 10
   * console.log(again.trainStep(batch, optimizer).loss === rnn.trainStep(batch, adam).loss); // true
   */
  loadOptimizer(bytes: Uint8Array | ArrayBuffer): Optimizer {
    this.#network.peek("loadOptimizer");
    return restoreOptimizer(this.#network, decodeModel(bytes).optimizer);
  }

  /**
   * Gives the network's memory back, optimizers' moments included. Calling it again does nothing; any other use
   * afterwards is an error with code `FREED`.
   *
   * @throws BpttError `BUSY` when called by a getter of data that this network is reading, or while a run trains it
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
   * rnn.free();
   * rnn.free(); // nothing
   */
  free(): void {
    this.#network.free();
  }

  /** @internal For modules of this package. */
  get [NETWORK](): Network {
    return this.#network;
  }

  /** @internal Takes the network for a run. */
  [LOCK](): LockedNetwork {
    return new LockedNetwork(this.#network);
  }
}
