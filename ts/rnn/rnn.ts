/**
 * A recurrent network: layers of one cell, in one direction or two, and an output layer logits_t = h_t·W_ho + b_o.
 *
 * tanh, relu   h' = f(x·W_ih + h·W_hh + b_h)             TensorFlow 1's `BasicRNNCell`, PyTorch's `nn.RNN` with one bias
 * gru          PyTorch's `nn.GRU`, or TensorFlow 1's `GRUCell` with `resetAfter: false`
 * lstm         PyTorch's `nn.LSTM` with one bias, TensorFlow 1's `BasicLSTMCell`
 *
 * Without an output layer the hidden states are the logits. This file contains the public documentation;
 * forward-backward.ts and train-step.ts implement the calls, and the core (crate/) the mathematics.
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
import type { Numbers1, Tensor } from "../base/tensor.js";
import {
  frozenSection,
  readSavedOptimizer,
  restoreOptimizer,
  restoreTraining,
  trainingSections,
} from "./training-state.js";
import { applyGradients, frozenNames, setFrozen, trainStep } from "./train-step.js";
import type { Bytes } from "../base/typed-array.js";

/**
 * A recurrent network: `layers` layers of tanh, relu, gru or lstm cells, and an output layer if it has an
 * `outputSize`. Computation is in float32. It owns the WebAssembly memory of its parameters.
 *
 * Sizes: B rows, T time steps, I = `inputSize`, H = `hiddenSize`, V = `outputSize`. Inputs are ids (B, T) from
 * 0 to I − 1, or features (B, T, I). Logits are (B, T, V). Losses are weighted means over the time steps: in
 * nats for cross-entropies, one of which is the default, in squared units of the targets for
 * "meanSquaredError", and in units of the targets for "meanAbsoluteError" and "quantile".
 *
 * Defaults: cell "tanh", 1 layer, 1 direction, no output layer (the hidden states are the logits), no dropout,
 * seed 0. `inputSize` and `hiddenSize` are required. See {@link RnnOptions} for all of them.
 *
 * The garbage collector does not manage that memory. `free()` frees it at once, and so does
 * `using rnn = new Rnn(…)` at the end of the block. The memory of a network that is merely dropped is freed
 * some time later.
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
  /** @internal For modules of this package. A computed name in the class body would make bundlers keep the class. */
  declare readonly [NETWORK]: Network;
  /** @internal Locks the network for a run. */
  declare readonly [LOCK]: () => LockedNetwork;

  /**
   * @param options sizes, cell and seed. Give the cell explicitly, so that the compiler knows the type of the
   *   state.
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range or contradicts another
   * @throws BpttError `OUT_OF_MEMORY` when the parameters do not fit into memory
   */
  constructor(options: RnnOptions<C>) {
    super();
    const network = new Network(readRnnOptions(options));
    this.#network = network;
    Object.defineProperties(this, {
      [NETWORK]: { value: network },
      [LOCK]: { value: () => new LockedNetwork(network) },
    });
  }

  /** The cell. */
  get cell(): C {
    return this.#network.config.cell as C;
  }

  /** I: the number of different ids, or the number of features. */
  get inputSize(): number {
    return this.#network.config.inputSize;
  }

  /** H: the width of the hidden state. */
  get hiddenSize(): number {
    return this.#network.config.hiddenSize;
  }

  /** V: the width of the output layer, or undefined without one. */
  get outputSize(): number | undefined {
    return this.#network.config.outputSize;
  }

  /** L: the number of layers. */
  get layers(): number {
    return this.#network.config.layers;
  }

  /** True if the network has a second direction, which reads each row from its end to its start. */
  get bidirectional(): boolean {
    return this.#network.config.bidirectional;
  }

  /**
   * Returns a state of zeros, (L·D, B, H); `{ h, c }` of two such tensors for an lstm.
   *
   * @param batch B, the number of rows
   * @throws TypeError when `batch` is not a number
   * @throws RangeError when `batch` is not an integer from 1 to 2³¹ − 1
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
   * Runs the network over sequences, without dropout.
   *
   * @param inputs inputs (B, T) or (B, T, I), lengths, initial state; a whole batch is accepted as well
   * @param options `trace`: also return hidden states and gates (T, L·D, B, ·), as `gradients` does
   * @returns outputs (B, T, D·H), logits (B, T, V) and the final state (L·D, B, H)
   * @throws TypeError when a value is of the wrong kind
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
   * Computes the loss of a batch and its gradients by back-propagation through time. No weight changes. A
   * loss or gradient that is not finite is returned without an error.
   *
   * With dropout, the same values are dropped as in the next `trainStep`; each call that accumulates advances
   * to the following random numbers. The sum of accumulated gradients is kept for
   * `applyGradients("accumulated", …)`, even if other methods are called in between.
   *
   * @param batch inputs, targets, weights, lengths, initial state, loss, averaging flags
   * @param options `trace`: return the activations and gradients of each step; `accumulate`: add to the
   *   gradients of earlier calls
   * @throws TypeError when a value is of the wrong kind
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
   * Back-propagates through time the gradients of a custom loss. It changes nothing and applies no dropout.
   *
   * @param options the inputs of the forward pass, and the gradients of the loss with respect to outputs,
   *   logits and state
   * @throws TypeError when a value is of the wrong kind
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
   * Performs one training step: loss, gradients, clipping, update.
   *
   * @param batch inputs, targets, weights, lengths, initial state, loss, averaging flags
   * @param optimizer the optimizer, which belongs to this network from its first step on
   * @param options clipping, and the treatment of the initial and final state
   * @throws TypeError when a value is of the wrong kind
   * @throws RangeError when a value or size is wrong; the message names the place
   * @throws BpttError `NOT_FINITE` when the loss, a gradient or the update is not finite; `OPTIMIZER_BOUND`,
   *   `OUT_OF_MEMORY`, `FREED`. After any error the network, the optimizer and the carried state are
   *   unchanged.
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
   * Performs one update with given gradients, or with the gradients that calls of `gradients` have
   * accumulated. Parameters without a gradient and frozen parameters do not change.
   *
   * @param gradients gradients by the name of the parameter, any subset; or "accumulated" for the accumulated
   *   sum, which is then reset
   * @param optimizer the optimizer, which belongs to this network from its first step on
   * @param options clipping
   * @throws TypeError when a value is of the wrong kind
   * @throws RangeError when a name, value or size is wrong, or nothing has been accumulated
   * @throws BpttError `NOT_FINITE` when a gradient or the update is not finite (an accumulated sum is then
   *   discarded); `OPTIMIZER_BOUND`, `OUT_OF_MEMORY`, `FREED`
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
   * Freezes parameters: no step changes them, and the norm does not include their gradients, until
   * `unfreeze`.
   *
   * @param names a parameter's name, or an array of names
   * @throws TypeError when they are not strings
   * @throws RangeError when a name is unknown; nothing is frozen in that case
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
   * Allows steps to change parameters again. Parameters that are not frozen are accepted too.
   *
   * @param names a parameter's name, or an array of names
   * @throws TypeError when they are not strings
   * @throws RangeError when a name is unknown; nothing changes in that case
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
   * Computes the loss of a batch and the metric of that loss. It changes nothing and applies no dropout.
   *
   * | `loss`                 | result                                      |
   * | ---------------------- | ------------------------------------------- |
   * | `"crossEntropy"`       | `{ loss, accuracy }`                        |
   * | `"meanSquaredError"`   | `{ loss, meanAbsoluteError }`               |
   * | `"meanAbsoluteError"`  | `{ loss }`                                  |
   * | `"quantile"`           | `{ loss, coverage }`, one for each quantile |
   * | `"binaryCrossEntropy"` | `{ loss, accuracy }`, at a probability of ½ |
   *
   * @param batch inputs, targets, weights, lengths, initial state, loss, averaging flags
   * @param options `returnState`: return the final state (L·D, B, H), which another batch accepts as `initialState`
   * @throws TypeError when a value is of the wrong kind
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
   * console.log(band.evaluate({ ...batch, loss: "quantile", quantiles }).coverage); // three shares, …
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
   * Creates a session, which runs the network one step at a time and keeps the state between the steps: for
   * generation, and for data that arrives step by step.
   *
   * @param options `batch` (default 1), the initial `state` (default zeros), and `dense` (default false) for
   *   steps of features instead of ids
   * @throws TypeError when a value is of the wrong kind
   * @throws RangeError when a value or size is wrong, or the network is bidirectional, because its second
   *   direction would have to begin at the end
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
   * Copies of all parameters by name. Layer 0 has `w_ih_l0` (I, G·H), `w_hh_l0` (H, G·H), `b_h_l0` (G·H), and
   * in a gru that resets after the product the inner bias `b_hn_l0` (H). The names of the second direction
   * end in `_reverse`. The other layers, `_l1` …, have D·H inputs. The output layer has `w_ho` (D·H, V) and
   * `b_o` (V). The order of gates is r z n in a gru and i f g o in an lstm.
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
   * Sets any subset of the parameters. An error changes none of them.
   *
   * @param values values by name, in the shapes of `parameters`
   * @throws TypeError when a value is of the wrong kind
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
   * Returns all parameters in one piece: one after the other in the order of `parameters`, each row-major. For federated
   * averaging and other outer loops.
   *
   * @returns a copy, as long as the network has parameters
   * @throws BpttError `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
   * console.log(rnn.vector().length); // 50
   */
  vector(): Float32Array {
    return this.#network.vector;
  }

  /**
   * Sets all parameters from one piece, as `vector` returns it. While a run on this thread or one that paused automatically
   * (`pauseEvery`) is paused, it continues with these weights; moments and progress of the run are kept.
   *
   * @param values as many numbers as the network has parameters
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when the number of values is wrong or a value is not finite
   * @throws BpttError `BUSY` while a run trains the network, `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const [one, other] = [1, 2].map((seed) => new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, seed })) as [Rnn, Rnn];
   * const mean = one.vector();
   * other.vector().forEach((x, i) => (mean[i] = ((mean[i] as number) + x) / 2));
   * one.setVector(mean);
   */
  setVector(values: Numbers1): void {
    this.#network.setVector(values);
  }

  /**
   * Saves the network as a safetensors file. Its tensors are exactly the state_dict of a PyTorch module with
   * the fields `rnn` (`nn.RNN`, `nn.GRU` or `nn.LSTM`) and, with an output layer, `head` (`nn.Linear`), so
   * that `module.load_state_dict(safetensors.torch.load_file(path))` accepts it. The configuration and
   * the names of the frozen parameters are in the file's metadata. The same network gives the same bytes. A gru with `resetAfter: false`, which PyTorch
   * lacks, keeps the names of this library.
   *
   * With an optimizer the file contains everything that is needed to continue training bit-identically:
   * settings, schedule, counts and moments, the state that `carryState` keeps, the position in dropout's
   * random numbers, and the names of frozen parameters. It does not contain a sum of accumulated gradients.
   * PyTorch accepts such a file with `strict=False`.
   *
   * @param options `optimizer`: an optimizer of this network, or one that has not updated anything yet
   * @returns the bytes of the file
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws BpttError `OPTIMIZER_BOUND` when the optimizer belongs to another network; `FREED`,
   *   `OUT_OF_MEMORY`
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
    if (optimizer === undefined) return encodeModel({ ...model, training: frozenSection(network) });
    return encodeModel({ ...model, ...trainingSections(network, readSavedOptimizer(optimizer)) });
  }

  /**
   * Loads a network from a safetensors file: one that `save` wrote, or any PyTorch state_dict of such a
   * module, with or without a prefix before its names. Cell, sizes, layers and directions follow from names
   * and shapes. PyTorch's two biases are added where that changes nothing, and a module made with
   * `bias=False` gets biases of zero. A network from a file of `save({ optimizer })` also has the carried
   * state and the frozen parameters of that time; `loadOptimizer` loads its optimizer.
   *
   * @param bytes the file: a Uint8Array or an ArrayBuffer
   * @param options `cell`, if shapes cannot distinguish tanh from relu; `prefix`, for a file of several
   *   modules; `head`, if the output layer has another name
   * @throws TypeError when a value is of the wrong kind
   * @throws RangeError when the file is not such a file, when a tensor is missing, superfluous, of another
   *   shape or not finite, or when options and file disagree; the message gives the tensor or option, the
   *   expected and the received value
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
   * Loads the optimizer from a file that `save({ optimizer })` wrote and binds it to this network. Training
   * continues bit-identically.
   *
   * @param bytes the file from which this network was loaded
   * @returns the optimizer: an {@link Adam}, {@link Sgd} or {@link RmsProp}, as it was saved
   * @throws TypeError when `bytes` is of the wrong kind
   * @throws RangeError when the file is not such a file, or its optimizer does not fit a network of these
   *   sizes
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
   * Frees the network's memory, including the optimizers' moments. Calling it again does nothing. Any other
   * use afterwards is an error with code `FREED`.
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
}
