/**
 * A recurrent network: h_t = tanh(x_t·W_ih + h_{t−1}·W_hh + b_h), logits_t = h_t·W_ho + b_o.
 *
 * Source: TensorFlow 1.15's `BasicRNNCell` and `dynamic_rnn`; its kernel (I+H, H) is here in two parts, w_ih (I, H)
 * and w_hh (H, H). Without an output layer the hidden states are the logits. The mathematics is the core's (crate/);
 * here a call is checked, copied in, run and copied out.
 */

import { BATCH_NAMES, INPUT_NAMES, type Batch, type SequenceInputs } from "./batch.js";
import { CLAIM, Claim } from "./claim.js";
import { boolean, expected, number, optionsObject, size } from "./check.js";
import { Network, NETWORK } from "./network.js";
import { optimizerState, type Optimizer } from "./optimizer.js";
import { readArena, readAssignments, writeArena, type ParameterValues } from "./parameters.js";
import { readRnnOptions, type Cell, type RnnOptions } from "./rnn-options.js";
import type {
  BackwardInputs,
  BackwardResult,
  ClipOptions,
  Evaluation,
  ForwardResult,
  GradientsResult,
  TrainStepOptions,
  TrainStepResult,
} from "./rnn-types.js";
import { Session, type SessionOptions } from "./session.js";
import { zeros, type State } from "./state.js";
import type { Tensor } from "./tensor.js";
import { RawBuffer, type RawRnn } from "./wasm/core.js";

const BACKWARD_NAMES: ReadonlySet<string> = new Set([
  ...INPUT_NAMES,
  "outputsGradient",
  "logitsGradient",
  "stateGradient",
]);
const CLIP_NAMES: ReadonlySet<string> = new Set(["clipNorm"]);
const TRAIN_NAMES: ReadonlySet<string> = new Set(["clipNorm", "returnState", "carryState"]);

/** What a class gets to be usable with `using`, where the engine's and the compiler's libraries know it. */
type Disposer = SymbolConstructor extends { readonly dispose: infer Key extends symbol }
  ? { [K in Key]: () => void }
  : Record<never, never>;

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- the class gets the method below
export interface Rnn extends Disposer {}

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
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see the interface above
export class Rnn {
  readonly #network: Network;

  /**
   * @param options sizes, cell and seed
   * @throws TypeError when an option is of the wrong kind or unknown
   * @throws RangeError when an option is out of its range, or not available yet
   * @throws BpttError `OUT_OF_MEMORY` when the parameters do not fit into memory
   */
  constructor(options: RnnOptions) {
    this.#network = new Network(readRnnOptions(options));
  }

  /** The cell. */
  get cell(): Cell {
    return this.#network.config.cell;
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
   * A state of zeros, (L·D, B, H).
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
  zeroState(batch: number): State {
    this.#network.peek("zeroState");
    return zeros(this.#network.stateShape(size(batch, "batch")), "zeroState");
  }

  /**
   * Runs the network over sequences.
   *
   * @param options inputs (B, T) or (B, T, I), lengths, initial state; a whole batch will do as well
   * @returns outputs (B, T, H), logits (B, T, V) and the final state (1, B, H)
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
   */
  forward(options: SequenceInputs): ForwardResult {
    const network = this.#network;
    return network.use("forward", (raw) => {
      const loaded = network.load(optionsObject(options, "options", BATCH_NAMES) as SequenceInputs, false);
      raw.forward();
      const outputs = network.readSequence(RawBuffer.Outputs, network.config.hiddenSize, loaded);
      const headless = network.config.outputSize === undefined;
      const logits = headless ? outputs : network.readSequence(RawBuffer.Logits, network.classes, loaded);
      return { outputs, logits, state: network.readState(RawBuffer.FinalState, loaded.batch) };
    });
  }

  /**
   * The loss of a batch and its gradients by back-propagation through time; changes nothing.
   * A loss or gradient that is not finite is returned as it is.
   *
   * @param batch inputs, targets, weights, lengths, initial state, averaging flags
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
   */
  gradients(batch: Batch): GradientsResult {
    const network = this.#network;
    return network.use("gradients", (raw) => {
      const { sum, loaded } = network.loadBatch(optionsObject(batch, "batch", BATCH_NAMES) as Batch, true);
      const loss = raw.gradients(sum);
      return {
        loss,
        gradients: this.#readGradients(raw),
        initialStateGradient: network.readState(RawBuffer.InitialStateGradient, loaded.batch),
        state: network.readState(RawBuffer.FinalState, loaded.batch),
      };
    });
  }

  /**
   * Back-propagates through time the gradients of a loss of one's own; changes nothing.
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
  backward(options: BackwardInputs): BackwardResult {
    const network = this.#network;
    return network.use("backward", (raw) => {
      const given = optionsObject(options, "options", BACKWARD_NAMES) as BackwardInputs;
      const { hiddenSize, inputSize, outputSize } = network.config;
      const { outputsGradient, logitsGradient, stateGradient } = given;
      const loaded = network.load(given, true);
      network.writeSequence(
        RawBuffer.OutputsGradient,
        outputsGradient,
        "outputsGradient",
        hiddenSize,
        loaded,
      );
      if (outputSize !== undefined) {
        network.writeSequence(RawBuffer.LogitsGradient, logitsGradient, "logitsGradient", outputSize, loaded);
      } else if (logitsGradient !== undefined) {
        network.addSequence(RawBuffer.OutputsGradient, logitsGradient, "logitsGradient", hiddenSize, loaded);
      }
      network.writeState(RawBuffer.FinalStateGradient, stateGradient, "stateGradient", loaded.batch);
      raw.backward();
      const result: BackwardResult = {
        gradients: this.#readGradients(raw),
        initialStateGradient: network.readState(RawBuffer.InitialStateGradient, loaded.batch),
      };
      if (loaded.dense)
        result.inputsGradient = network.readSequence(RawBuffer.FeaturesGradient, inputSize, loaded);
      return result;
    });
  }

  /**
   * One step of training: loss, gradients, clipping, update.
   *
   * @param batch inputs, targets, weights, lengths, initial state, averaging flags
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
  trainStep(batch: Batch, optimizer: Optimizer, options?: TrainStepOptions): TrainStepResult {
    const network = this.#network;
    return network.change("trainStep", (raw) => {
      const state = optimizerState(optimizer);
      let clip = Infinity;
      let carry = false;
      let returns = false;
      if (options !== undefined) {
        const given = optionsObject(options, "options", TRAIN_NAMES) as TrainStepOptions;
        clip = readClipNorm(given.clipNorm);
        carry = boolean(given.carryState, "carryState", false);
        returns = boolean(given.returnState, "returnState", false);
      }
      const { sum, loaded } = network.loadBatch(
        optionsObject(batch, "batch", BATCH_NAMES) as Batch,
        true,
        carry,
      );
      if (carry) raw.reserveKeptState(); // so that nothing can fail after the update
      const loss = network.update(state, (slot, rate) => raw.trainStep(slot, rate, clip, sum));
      const result: TrainStepResult = { loss, gradientNorm: raw.gradientNorm };
      if (carry) network.keepCarried(loaded.batch);
      if (returns) result.state = network.readState(RawBuffer.FinalState, loaded.batch);
      return result;
    });
  }

  /**
   * One update from gradients of one's own making. Parameters that are not named stay as they are.
   *
   * @param gradients by the parameter's name, any subset
   * @param optimizer bound to this network from its first step on
   * @param options clipping
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when a name, value or size is wrong
   * @throws BpttError `NOT_FINITE` when a gradient is not finite; `OPTIMIZER_BOUND`, `OUT_OF_MEMORY`, `FREED`
   *
   * @example
   * import { Adam, Rnn } from "bptt";
   *
   * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 2 });
   * const { gradientNorm } = rnn.applyGradients({ b_h_l0: [3, 4] }, new Adam({ learningRate: 0.1 }));
   * console.log(gradientNorm); // 5
   */
  applyGradients(
    gradients: ParameterValues,
    optimizer: Optimizer,
    options?: ClipOptions,
  ): { gradientNorm: number } {
    const network = this.#network;
    return network.change("applyGradients", (raw) => {
      const state = optimizerState(optimizer);
      const given =
        options === undefined ? {} : (optionsObject(options, "options", CLIP_NAMES) as ClipOptions);
      const clip = readClipNorm(given.clipNorm);
      if ((gradients as unknown) === "accumulated") {
        throw new RangeError(
          expected("gradients", "gradients by name (accumulated ones come later)", gradients),
        );
      }
      const assignments = readAssignments(gradients, "gradients", network.table, false);
      const named = new Set(assignments.map(({ parameter }) => parameter.index));
      writeArena(assignments, raw.pointer(RawBuffer.Gradients) >>> 2);
      try {
        for (const { index } of network.table) raw.setActive(index, named.has(index));
        const gradientNorm = network.update(state, (slot, rate) => raw.applyGradients(slot, rate, clip));
        return { gradientNorm };
      } finally {
        for (const { index } of network.table) raw.setActive(index, true);
      }
    });
  }

  /**
   * Loss and accuracy of a batch; changes nothing.
   *
   * @param batch inputs, targets, weights, lengths, initial state, averaging flags
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
   */
  evaluate(batch: Batch): Evaluation {
    const network = this.#network;
    return network.use("evaluate", (raw) => {
      const { sum } = network.loadBatch(optionsObject(batch, "batch", BATCH_NAMES) as Batch, false);
      raw.forward();
      return { loss: raw.loss(sum), accuracy: raw.accuracy() };
    });
  }

  /**
   * A stream of single steps with the state kept between them: for generation, and for data that arrives bit by bit.
   *
   * @param options `batch` (1) and the `state` to start from (zeros)
   * @throws TypeError when something is of the wrong kind
   * @throws RangeError when a value or size is wrong
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
  session(options: SessionOptions = {}): Session {
    return new Session(this.#network, options);
  }

  /**
   * Copies of all parameters by name: `w_ih_l0` (I, H), `w_hh_l0` (H, H), `b_h_l0` (H), with an output layer
   * `w_ho` (H, V) and `b_o` (V).
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
    const raw = this.#network.peek("parameters");
    return readArena(this.#network.table, raw.pointer(RawBuffer.Parameters) >>> 2);
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
    const network = this.#network;
    network.change("setParameters", (raw) => {
      const assignments = readAssignments(values, "parameters", network.table, true);
      writeArena(assignments, raw.pointer(RawBuffer.Parameters) >>> 2);
    });
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
  [CLAIM](): Claim {
    return new Claim(this, this.#network);
  }

  #readGradients(raw: RawRnn): Record<string, Tensor> {
    return readArena(this.#network.table, raw.pointer(RawBuffer.Gradients) >>> 2);
  }
}

// Engines without Symbol.dispose: compilers' helpers for `using` look for the registered symbol there.
Object.defineProperty(
  Rnn.prototype,
  (Symbol as { dispose?: symbol }).dispose ?? Symbol.for("Symbol.dispose"),
  { value: Rnn.prototype.free, writable: true, configurable: true },
);

/** Infinity for none. The bounds keep 1/clip within float32. */
function readClipNorm(value: unknown): number {
  if (value === undefined || value === false) return Infinity;
  if (typeof value !== "number")
    throw new TypeError(expected("clipNorm", "a number, or false for none", value));
  return number(value, "clipNorm", { min: 1e-30, max: 1e30 });
}
