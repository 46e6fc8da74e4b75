/** A network in the core, with its workspace, optimizers and sessions. crate/src/wasm documents the functions. */

import { setArguments } from "./arguments.js";
import { core, expectStack } from "./core.js";
import { CoreObject } from "./core-object.js";
import {
  RawAdamArgument,
  RawCell,
  RawCost,
  RawDirectionBuffer,
  RawEpsilonMode,
  RawInit,
  RawNetworkArgument,
  RawParameterProperty,
  RawRecurrentInit,
  RawReduction,
  RawRmsPropArgument,
  RawRole,
  RawSgdArgument,
  type RawBuffer,
} from "./enumerations.js";
import { failure } from "./failure.js";
import { placeAt, type BufferPlace } from "./memory.js";

const CELLS = {
  tanh: RawCell.Tanh,
  relu: RawCell.Relu,
  gru: RawCell.Gru,
  "gru-reset-before": RawCell.GruResetBefore,
  lstm: RawCell.Lstm,
} as const;

const INITS = {
  "glorot-uniform": RawInit.GlorotUniform,
  "uniform-hidden": RawInit.UniformHidden,
} as const;

const RECURRENT_INITS = {
  same: RawRecurrentInit.Same,
  orthogonal: RawRecurrentInit.Orthogonal,
} as const;

const EPSILON_MODES = {
  tensorflow: RawEpsilonMode.TensorFlow,
  torch: RawEpsilonMode.Torch,
} as const;

const COSTS = {
  crossEntropy: RawCost.CrossEntropy,
  meanSquaredError: RawCost.SquaredError,
  meanAbsoluteError: RawCost.AbsoluteError,
  quantile: RawCost.Quantile,
  binaryCrossEntropy: RawCost.BinaryCrossEntropy,
  accuracy: RawCost.Accuracy,
  binaryAccuracy: RawCost.BinaryAccuracy,
  coverage: RawCost.Coverage,
} as const;

const REDUCTIONS = {
  average: RawReduction.Average,
  sum: RawReduction.Sum,
} as const;

/** The names of parameters. Those that begin with b are vectors. */
const ROLES: Record<RawRole, string> = {
  [RawRole.InputWeight]: "w_ih",
  [RawRole.RecurrentWeight]: "w_hh",
  [RawRole.Bias]: "b_h",
  [RawRole.RecurrentBias]: "b_hn",
  [RawRole.OutputWeight]: "w_ho",
  [RawRole.OutputBias]: "b_o",
};

/** The settings of a new network. */
export interface RawConfig {
  readonly cell: keyof typeof CELLS;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** The size of the output layer, or 0 without one. */
  readonly outputSize: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly dropout: number;
  readonly init: keyof typeof INITS;
  readonly recurrentInit: keyof typeof RECURRENT_INITS;
  readonly forgetBias: number;
  readonly seed: number;
}

/** An entry of the parameter table. */
export interface RawParameter {
  readonly name: string;
  readonly shape: number[];
  /** Offset in floats from the start of an arena. */
  readonly offset: number;
}

/** The shape of a pass. */
export interface RawShape {
  readonly batch: number;
  readonly time: number;
  /** True for dense features, false for ids. */
  readonly dense: boolean;
}

/** The names of what a loss or metric averages. */
export type CostName = keyof typeof COSTS;
/** The names of the scalar forms of a loss. */
export type ReductionName = keyof typeof REDUCTIONS;

function create(config: RawConfig): number {
  setArguments<RawNetworkArgument>({
    [RawNetworkArgument.Cell]: CELLS[config.cell],
    [RawNetworkArgument.InputSize]: config.inputSize,
    [RawNetworkArgument.HiddenSize]: config.hiddenSize,
    [RawNetworkArgument.OutputSize]: config.outputSize,
    [RawNetworkArgument.Layers]: config.layers,
    [RawNetworkArgument.Bidirectional]: Number(config.bidirectional),
    [RawNetworkArgument.Dropout]: config.dropout,
    [RawNetworkArgument.Init]: INITS[config.init],
    [RawNetworkArgument.RecurrentInit]: RECURRENT_INITS[config.recurrentInit],
    [RawNetworkArgument.ForgetBias]: config.forgetBias,
    [RawNetworkArgument.Seed]: config.seed,
  });
  return core().rnn_new();
}

/** A network, its workspace, its optimizers' moments and its sessions. */
export class RawRnn extends CoreObject {
  /**
   * True while the network is in the middle of a change. The methods for lasting changes set it and leave it
   * set, because parts of the change may follow. `Network.use` resets it at the end of the call. If a call
   * finds it set, an error has cut an earlier one short. It is a plain property, because a setter could fail
   * at the end of the stack.
   */
  changing = false;
  readonly #directions: number;
  readonly #outputDirection: number;
  readonly #strides: number[] = []; // by RawBuffer; they do not change

  constructor(config: RawConfig) {
    super(() => create(config), core().rnn_free);
    this.#directions = config.bidirectional ? 2 : 1;
    this.#outputDirection = config.layers * this.#directions;
  }

  get parameterCount(): number {
    return this.core.rnn_parameter_count(this.at);
  }

  parameter(index: number): RawParameter {
    const read = (property: RawParameterProperty) => this.core.rnn_parameter(this.at, index, property);
    const role: RawRole = read(RawParameterProperty.Role);
    const stem = ROLES[role];
    const columns = read(RawParameterProperty.Columns);
    const shape = stem.startsWith("b") ? [columns] : [read(RawParameterProperty.Rows), columns];
    const offset = read(RawParameterProperty.Offset);
    const direction = read(RawParameterProperty.Direction);
    if (direction === this.#outputDirection) return { name: stem, shape, offset };
    const reverse = direction % this.#directions === 1 ? "_reverse" : "";
    return { name: `${stem}_l${Math.floor(direction / this.#directions)}${reverse}`, shape, offset };
  }

  setActive(index: number, active: boolean): void {
    this.core.rnn_set_active(this.at, index, Number(active));
  }

  /** Sets the loss of the batch that follows, its outputs per target value, and whether each target value has a separate weight. */
  setLoss(cost: CostName, reduction: ReductionName, quantiles: number, weightedValues: boolean): void {
    const weighted = Number(weightedValues);
    this.core.rnn_set_loss(this.at, COSTS[cost], REDUCTIONS[reduction], quantiles, weighted);
  }

  /** Allocates the buffers of a pass of this shape, with the loss that was set. */
  begin({ batch, time, dense }: RawShape, training: boolean): void {
    this.changing = true;
    const done = this.core.rnn_begin(this.at, batch, time, Number(dense), Number(training)) !== 0;
    this.changing = false;
    this.#expect(done);
  }

  /** Declares that the rows of the pass are those from `first` on of a batch of `total` rows. Must follow `begin`. */
  setRows(first: number, total: number): void {
    this.core.rnn_set_rows(this.at, first, total);
  }

  /** Returns the place of a buffer. It may change with the next `begin`. */
  place(buffer: RawBuffer): BufferPlace {
    return placeAt(this.core.rnn_address(this.at, buffer), this.#stride(buffer));
  }

  /** Returns the place of the parameters, which must only be read. */
  get parametersPlace(): BufferPlace {
    return placeAt(this.core.rnn_parameters_address(this.at));
  }

  /** Returns the place of a buffer of direction layer·D + direction. It may change with the next `begin`. */
  directionPlace(buffer: RawDirectionBuffer, direction: number): BufferPlace {
    const stride = this.core.rnn_direction_stride(this.at, buffer);
    return placeAt(this.core.rnn_direction_address(this.at, buffer, direction), stride);
  }

  /** Returns the place of a gate's values in each direction. */
  gatePlace(gate: number, direction: number): BufferPlace {
    const { start, stride } = this.directionPlace(RawDirectionBuffer.Gates, direction);
    return { start: start + this.core.rnn_gate_offset(this.at, gate), stride };
  }

  /** Returns the place of an arena of an optimizer's moments. */
  momentsPlace(slot: number, index: number): BufferPlace {
    return placeAt(this.core.rnn_moments_address(this.at, slot, index));
  }

  /** Returns the place of a session's buffer. It does not change. */
  sessionPlace(slot: number, buffer: RawBuffer): BufferPlace {
    return placeAt(this.core.rnn_session_address(this.at, slot, buffer), this.#stride(buffer));
  }

  forward(): void {
    this.changing = true;
    this.core.rnn_forward(this.at);
    this.changing = false;
  }

  /** A loss or metric of the last forward pass. */
  loss(cost: CostName, reduction: ReductionName): number {
    return this.core.rnn_loss(this.at, COSTS[cost], REDUCTIONS[reduction]);
  }

  gradients(accumulate: boolean, dropoutPass: number): number {
    this.changing = true;
    const loss = this.core.rnn_gradients(this.at, Number(accumulate), dropoutPass);
    this.changing = false;
    return loss;
  }

  backward(accumulate: boolean): void {
    this.changing = true;
    this.core.rnn_backward(this.at, Number(accumulate));
    this.changing = false;
  }

  /** Adds Adam and returns its slot. */
  addAdam(settings: {
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly epsilonMode: keyof typeof EPSILON_MODES;
    readonly weightDecay: number;
  }): number {
    setArguments<RawAdamArgument>({
      [RawAdamArgument.Beta1]: settings.beta1,
      [RawAdamArgument.Beta2]: settings.beta2,
      [RawAdamArgument.Epsilon]: settings.epsilon,
      [RawAdamArgument.EpsilonMode]: EPSILON_MODES[settings.epsilonMode],
      [RawAdamArgument.WeightDecay]: settings.weightDecay,
    });
    this.changing = true;
    return this.#slot(this.core.rnn_add_adam(this.at));
  }

  /** Adds gradient descent and returns its slot. */
  addSgd(settings: {
    readonly momentum: number;
    readonly nesterov: boolean;
    readonly weightDecay: number;
  }): number {
    setArguments<RawSgdArgument>({
      [RawSgdArgument.Momentum]: settings.momentum,
      [RawSgdArgument.Nesterov]: Number(settings.nesterov),
      [RawSgdArgument.WeightDecay]: settings.weightDecay,
    });
    this.changing = true;
    return this.#slot(this.core.rnn_add_sgd(this.at));
  }

  /** Adds RMSProp and returns its slot. */
  addRmsProp(settings: {
    readonly alpha: number;
    readonly epsilon: number;
    readonly momentum: number;
    readonly weightDecay: number;
  }): number {
    setArguments<RawRmsPropArgument>({
      [RawRmsPropArgument.Alpha]: settings.alpha,
      [RawRmsPropArgument.Epsilon]: settings.epsilon,
      [RawRmsPropArgument.Momentum]: settings.momentum,
      [RawRmsPropArgument.WeightDecay]: settings.weightDecay,
    });
    this.changing = true;
    return this.#slot(this.core.rnn_add_rms_prop(this.at));
  }

  runningProduct(slot: number, index: number): number {
    return this.core.rnn_running_product(this.at, slot, index);
  }

  setRunningProducts(slot: number, first: number, second: number): void {
    this.core.rnn_set_running_products(this.at, slot, first, second);
  }

  removeOptimizer(slot: number): void {
    expectStack(); // it may be called after others have changed something
    const { changing } = this;
    this.changing = true;
    this.core.rnn_remove_optimizer(this.at, slot);
    this.changing = changing;
  }

  /** A lasting change. */
  trainStep(slot: number, learningRate: number, clipNorm: number, dropoutPass: number): number {
    this.changing = true;
    const loss = this.core.rnn_train_step(this.at, slot, learningRate, clipNorm, dropoutPass);
    this.#expect(!Number.isNaN(loss));
    return loss;
  }

  /** A lasting change. */
  applyGradients(slot: number, learningRate: number, clipNorm: number): number {
    this.changing = true;
    const norm = this.core.rnn_apply_gradients(this.at, slot, learningRate, clipNorm);
    this.#expect(!Number.isNaN(norm));
    return norm;
  }

  get gradientNorm(): number {
    return this.core.rnn_gradient_norm(this.at);
  }

  addSession(batch: number, dense: boolean): number {
    this.changing = true;
    return this.#slot(this.core.rnn_add_session(this.at, batch, Number(dense)));
  }

  sessionStep(slot: number): void {
    this.changing = true;
    this.core.rnn_session_step(this.at, slot);
    this.changing = false;
  }

  removeSession(slot: number): void {
    this.changing = true;
    this.core.rnn_remove_session(this.at, slot);
    this.changing = false;
  }

  reserveKeptState(): void {
    this.changing = true;
    const done = this.core.rnn_reserve_kept_state(this.at) !== 0;
    this.changing = false;
    this.#expect(done);
  }

  /** A lasting change. */
  keepState(): void {
    this.changing = true;
    this.core.rnn_keep_state(this.at);
  }

  restoreState(): void {
    this.core.rnn_restore_state(this.at);
  }

  #stride(buffer: RawBuffer): number {
    return (this.#strides[buffer] ??= this.core.rnn_stride(this.at, buffer));
  }

  /** Throws the failure of a call that was not done: the core has changed nothing then. */
  #expect(done: boolean): void {
    if (done) return;
    this.changing = false;
    throw failure((index) => this.parameter(index).name);
  }

  /** The slot of something that was added, or the failure. */
  #slot(slot: number): number {
    this.changing = false;
    this.#expect(slot >= 0);
    return slot;
  }
}
