/**
 * The core's objects as classes: an address, and the functions that take it (crate/src/wasm.rs, whose words describe
 * them). What can fail throws `failure()`. An object that is gone without `free` gives its memory back too.
 */

import type { InitOutput, RawBuffer } from "../../crate/pkg/bptt.js";
import { core } from "./core.js";
import { failure } from "./failure.js";

/** In the order of `CellKind::ALL`. */
const CELLS = ["tanh", "relu", "gru", "gru-reset-before", "lstm"] as const;

/** In the order of `Role`; those that begin with b are vectors. */
const ROLES = ["w_ih", "w_hh", "b_h", "b_hn", "w_ho", "b_o"];

const abandoned = new FinalizationRegistry<() => void>((free) => free());

/** What has an address in the core. */
abstract class Raw {
  protected readonly core: InitOutput = core();
  protected at: number;
  readonly #drop: (at: number) => void;

  protected constructor(at: number, drop: (at: number) => void) {
    if (at === 0) throw failure();
    this.at = at;
    this.#drop = drop;
    abandoned.register(this, () => drop(at), this);
  }

  /** Gives the memory back; whatever comes after it traps. */
  free(): void {
    const { at } = this;
    this.at = 0;
    abandoned.unregister(this);
    this.#drop(at);
  }
}

/** What a network is made from. */
export interface RawConfig {
  readonly cell: (typeof CELLS)[number];
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** 0 for none. */
  readonly outputSize: number;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly dropout: number;
  readonly init: string;
  readonly recurrentInit: string;
  readonly forgetBias: number;
  readonly seed: number;
}

/** An entry of the parameter table. */
export interface RawParameter {
  readonly name: string;
  readonly shape: number[];
  /** In floats from the start of an arena. */
  readonly offset: number;
}

/** A network, its workspace, its optimizers' moments and its sessions. */
export class RawRnn extends Raw {
  readonly #directions: number;
  readonly #outputUnit: number;

  constructor(config: RawConfig) {
    const directions = config.bidirectional ? 2 : 1;
    super(
      core().rnn_new(
        CELLS.indexOf(config.cell),
        config.inputSize,
        config.hiddenSize,
        config.outputSize,
        config.layers,
        Number(config.bidirectional),
        config.dropout,
        Number(config.init === "uniform-hidden"),
        Number(config.recurrentInit === "orthogonal"),
        config.forgetBias,
        config.seed,
      ),
      core().rnn_free,
    );
    this.#directions = directions;
    this.#outputUnit = config.layers * directions;
  }

  get parameterCount(): number {
    return this.core.rnn_parameter_count(this.at);
  }

  parameter(index: number): RawParameter {
    const [role = 0, unit = 0, rows = 0, columns = 0, offset = 0] = Array.from({ length: 5 }, (_, property) =>
      this.core.rnn_parameter(this.at, index, property),
    );
    const stem = ROLES[role] ?? "";
    const shape = stem.startsWith("b") ? [columns] : [rows, columns];
    if (unit === this.#outputUnit) return { name: stem, shape, offset };
    const reverse = unit % this.#directions === 1 ? "_reverse" : "";
    return { name: `${stem}_l${Math.floor(unit / this.#directions)}${reverse}`, shape, offset };
  }

  setActive(index: number, active: boolean): void {
    this.core.rnn_set_active(this.at, index, Number(active));
  }

  begin(batch: number, time: number, dense: boolean, training: boolean, meanSquaredError: boolean): void {
    const squared = Number(meanSquaredError);
    const done = this.core.rnn_begin(this.at, batch, time, Number(dense), Number(training), squared);
    this.#expect(done !== 0);
  }

  pointer(buffer: RawBuffer): number {
    return this.core.rnn_pointer(this.at, buffer);
  }

  unitPointer(buffer: RawBuffer, unit: number): number {
    return this.core.rnn_unit_pointer(this.at, buffer, unit);
  }

  gateOffset(gate: number): number {
    return this.core.rnn_gate_offset(this.at, gate);
  }

  stride(buffer: RawBuffer): number {
    return this.core.rnn_stride(this.at, buffer);
  }

  forward(): void {
    this.core.rnn_forward(this.at);
  }

  loss(sum: boolean): number {
    return this.core.rnn_loss(this.at, Number(sum));
  }

  metric(): number {
    return this.core.rnn_metric(this.at);
  }

  gradients(sum: boolean, accumulate: boolean, dropoutStep: number): number {
    return this.core.rnn_gradients(this.at, Number(sum), Number(accumulate), dropoutStep);
  }

  backward(accumulate: boolean): void {
    this.core.rnn_backward(this.at, Number(accumulate));
  }

  addAdam(beta1: number, beta2: number, epsilon: number, torch: boolean, weightDecay: number): number {
    return this.#slot(this.core.rnn_add_adam(this.at, beta1, beta2, epsilon, Number(torch), weightDecay));
  }

  addSgd(momentum: number, nesterov: boolean, weightDecay: number): number {
    return this.#slot(this.core.rnn_add_sgd(this.at, momentum, Number(nesterov), weightDecay));
  }

  addRmsProp(alpha: number, epsilon: number, momentum: number, weightDecay: number): number {
    return this.#slot(this.core.rnn_add_rms_prop(this.at, alpha, epsilon, momentum, weightDecay));
  }

  momentsPointer(slot: number, index: number): number {
    return this.core.rnn_moments_pointer(this.at, slot, index);
  }

  runningProduct(slot: number, index: number): number {
    return this.core.rnn_running_product(this.at, slot, index);
  }

  setRunningProducts(slot: number, first: number, second: number): void {
    this.core.rnn_set_running_products(this.at, slot, first, second);
  }

  removeOptimizer(slot: number): void {
    this.core.rnn_remove_optimizer(this.at, slot);
  }

  trainStep(slot: number, learningRate: number, clipNorm: number, sum: boolean, dropoutStep: number): number {
    const loss = this.core.rnn_train_step(this.at, slot, learningRate, clipNorm, Number(sum), dropoutStep);
    this.#expect(!Number.isNaN(loss));
    return loss;
  }

  applyGradients(slot: number, learningRate: number, clipNorm: number): number {
    const norm = this.core.rnn_apply_gradients(this.at, slot, learningRate, clipNorm);
    this.#expect(!Number.isNaN(norm));
    return norm;
  }

  get gradientNorm(): number {
    return this.core.rnn_gradient_norm(this.at);
  }

  addSession(batch: number, dense: boolean): number {
    return this.#slot(this.core.rnn_add_session(this.at, batch, Number(dense)));
  }

  sessionPointer(slot: number, buffer: RawBuffer): number {
    return this.core.rnn_session_pointer(this.at, slot, buffer);
  }

  sessionStep(slot: number): void {
    this.core.rnn_session_step(this.at, slot);
  }

  removeSession(slot: number): void {
    this.core.rnn_remove_session(this.at, slot);
  }

  reserveKeptState(): void {
    this.#expect(this.core.rnn_reserve_kept_state(this.at) !== 0);
  }

  keepState(): void {
    this.core.rnn_keep_state(this.at);
  }

  restoreState(): void {
    this.core.rnn_restore_state(this.at);
  }

  #expect(done: boolean): void {
    if (!done) throw failure((index) => this.parameter(index).name);
  }

  #slot(slot: number): number {
    this.#expect(slot >= 0);
    return slot;
  }
}

/** The loss on data of the caller's. */
export class RawSequenceLoss extends Raw {
  constructor(batch: number, time: number, classes: number) {
    super(core().sequence_loss_new(batch, time, classes), core().sequence_loss_free);
  }

  pointer(buffer: RawBuffer): number {
    return this.core.sequence_loss_pointer(this.at, buffer);
  }

  get last(): number {
    return this.core.sequence_loss_last(this.at);
  }

  compute(averageTime: boolean, averageBatch: boolean, sumTime: boolean, sumBatch: boolean): number {
    const [a, b, c, d] = [Number(averageTime), Number(averageBatch), Number(sumTime), Number(sumBatch)];
    return this.core.sequence_loss_compute(this.at, a, b, c, d);
  }
}

/** Draws ids from logits. */
export class RawSampler extends Raw {
  constructor(batch: number, classes: number) {
    super(core().sampler_new(batch, classes), core().sampler_free);
  }

  pointer(buffer: RawBuffer): number {
    return this.core.sampler_pointer(this.at, buffer);
  }

  draw(temperature: number, seed: number, step: number): void {
    this.core.sampler_draw(this.at, temperature, seed, step);
  }
}
