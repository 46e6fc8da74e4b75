/**
 * The engine room behind `Rnn`: the raw network, who may touch it when, and what of it outlives a call. Knows buffers
 * and sizes; rnn.ts has the public API and its documentation, forward-backward.ts and train-step.ts the passes.
 *
 * The workspace in wasm is scratch: every call writes all it reads. What outlives a call is the parameters, the
 * optimizers' moments, accumulated gradients, and the carried state, which has a buffer of its own.
 */

import { Lock } from "./lock.js";
import { Accumulation } from "./accumulation.js";
import {
  copyInputs,
  copyTargets,
  copyTargetValues,
  copyWeights,
  isMeanSquaredError,
  openInputs,
  type Batch,
  type SequenceInputs,
} from "../data/batch.js";
import { fromCore } from "../base/errors.js";
import { readRowLengths } from "../data/row-lengths.js";
import { scalarLoss } from "../data/loss-flags.js";
import { OptimizerSlots } from "../optim/optimizer-slots.js";
import {
  parameterTable,
  readArena,
  readAssignments,
  writeArena,
  type Parameter,
  type ParameterValues,
} from "../data/parameters.js";
import type { RnnConfig } from "../data/rnn-options.js";
import type { Loaded, Units } from "../data/sequences.js";
import { readState, writeState, type State, type StatePlace } from "../data/state.js";
import type { Tensor } from "../base/tensor.js";
import { RawBuffer } from "../wasm/core.js";
import { f32, i32 } from "../wasm/memory.js";
import { RawRnn } from "../wasm/raw.js";

/** Where an `Rnn` keeps its network, for this package's own modules, of whichever entry. */
export const NETWORK: unique symbol = Symbol.for("bptt.network");

/** Where h and c of a state lie. */
export type StateBuffers = readonly [h: RawBuffer, c: RawBuffer];

/** The four states of a pass. Functions, as the enumeration is there only once the module is loaded. */
export const STATES = {
  initial: (): StateBuffers => [RawBuffer.InitialState, RawBuffer.InitialCell],
  final: (): StateBuffers => [RawBuffer.FinalState, RawBuffer.FinalCell],
  initialGradient: (): StateBuffers => [RawBuffer.InitialStateGradient, RawBuffer.InitialCellGradient],
  finalGradient: (): StateBuffers => [RawBuffer.FinalStateGradient, RawBuffer.FinalCellGradient],
} as const;

/** A batch in the workspace. */
export interface LoadedBatch {
  readonly loaded: Loaded;
  /** Whether the loss is the sum form. */
  readonly sum: boolean;
  readonly meanSquaredError: boolean;
}

/** A raw network with its guards. */
export class Network {
  readonly config: RnnConfig;
  readonly lock = new Lock();
  readonly table: readonly Parameter[];
  readonly units: Units;
  /** V: the width of the logits. */
  readonly classes: number;
  readonly slots: OptimizerSlots;
  readonly accumulation: Accumulation;
  /** Names of the parameters that no step changes. */
  readonly frozen = new Set<string>();
  readonly #raw: RawRnn;
  #drops = 0;
  #last: { loaded: Loaded; sum: boolean } | undefined; // the last batch that was read in full
  #carried: number | undefined; // B of the state that the last trainStep with carryState kept

  constructor(config: RnnConfig) {
    const { cell, inputSize, hiddenSize, outputSize, layers, bidirectional } = config;
    const kind = cell === "gru" && !config.resetAfter ? "gru-reset-before" : cell;
    try {
      this.#raw = new RawRnn({ ...config, cell: kind, outputSize: outputSize ?? 0 });
    } catch (error) {
      const output = outputSize === undefined ? "" : `, outputSize ${outputSize}`;
      const stacked = layers === 1 ? "" : `, layers ${layers}`;
      throw fromCore(error, `inputSize ${inputSize}, hiddenSize ${hiddenSize}${output}${stacked}`);
    }
    this.config = config;
    const directions = bidirectional ? 2 : 1;
    this.units = { count: layers * directions, directions, hiddenSize };
    this.classes = outputSize ?? directions * hiddenSize;
    this.table = parameterTable(this.#raw);
    this.slots = new OptimizerSlots(this.lock, this.#raw);
    const length = this.table.reduce((end, entry) => Math.max(end, entry.offset + entry.length), 0);
    this.accumulation = new Accumulation(() => ({
      start: this.#raw.pointer(RawBuffer.Gradients) >>> 2,
      length,
    }));
  }

  /** The raw network, for looking at it; throws once it has been freed. */
  peek(method: string): RawRnn {
    this.lock.expectAlive(method);
    return this.#raw;
  }

  /**
   * The raw network, for `work` alone: a getter in the user's data that comes back to this network meanwhile is
   * refused. Errors of the core leave as coded errors.
   */
  use<Result>(method: string, work: (raw: RawRnn) => Result): Result {
    return this.lock.use(method, () => work(this.#raw));
  }

  /** The same for what changes parameters, optimizers or what training rests on: refused while a run has the network, but to the run. */
  change<Result>(method: string, work: (raw: RawRnn) => Result): Result {
    this.lock.expectAlive(method);
    this.lock.expectChangeable(method);
    return this.use(method, work);
  }

  /** Copies of all parameters by name. */
  get parameters(): Record<string, Tensor> {
    return readArena(this.table, this.peek("parameters").pointer(RawBuffer.Parameters) >>> 2);
  }

  /** Sets parameters: any subset, all or nothing. */
  setParameters(values: ParameterValues): void {
    this.change("setParameters", (raw) => {
      const assignments = readAssignments(values, "parameters", this.table, true);
      writeArena(assignments, raw.pointer(RawBuffer.Parameters) >>> 2);
    });
  }

  /** Gives the memory back; once more does nothing. */
  free(): void {
    if (this.lock.free()) this.#raw.free();
  }

  /** Whether the state has a c beside h. */
  get lstm(): boolean {
    return this.config.cell === "lstm";
  }

  /** (L·D, B, H) */
  stateShape(batch: number): number[] {
    return [this.units.count, batch, this.config.hiddenSize];
  }

  /** Training passes that dropped: decides what the next one drops. Stays 0 without dropout. */
  get drops(): number {
    return this.#drops;
  }

  set drops(passes: number) {
    if (this.config.dropout > 0) this.#drops = passes;
  }

  /** What a training pass must know of dropout: its step, or −1 for none. */
  get dropoutStep(): number {
    return this.config.dropout > 0 ? this.drops : -1;
  }

  /** Checks and copies what a forward pass needs. `carry`: without an initial state, the carried one. */
  load(options: SequenceInputs, training: boolean, meanSquaredError = false, carry = false): Loaded {
    const raw = this.#raw;
    const { inputs, sequenceLengths, initialState } = options;
    const { inputSize } = this.config;
    const opened = openInputs(inputs, inputSize, sequenceLengths !== undefined);
    const { batch, time, dense } = opened;
    const rows = readRowLengths(sequenceLengths, opened.source);
    try {
      raw.begin(batch, time, dense, training, meanSquaredError);
    } catch (error) {
      throw fromCore(error, `a batch of ${batch} rows of ${time} steps`);
    }
    i32().set(rows.lengths, raw.pointer(RawBuffer.SequenceLengths) >>> 2);
    const buffer = dense ? RawBuffer.Features : RawBuffer.Ids;
    copyInputs(opened, inputSize, raw.pointer(buffer) >>> 2, dense ? raw.stride(buffer) : 1, rows);
    if (initialState === undefined && carry && this.#carried) this.#restoreCarried(this.#carried, batch);
    else this.writeState(STATES.initial(), initialState, "initialState", batch);
    const loaded = { batch, time, dense, rows };
    this.#last = { loaded, sum: false };
    return loaded;
  }

  /** Checks and copies a whole batch. */
  loadBatch(options: Batch, training: boolean, carry = false): LoadedBatch {
    const raw = this.#raw;
    const meanSquaredError = isMeanSquaredError(options.loss);
    const sum = scalarLoss(options);
    const loaded = this.load(options, training, meanSquaredError, carry);
    const { rows } = loaded;
    const weights = raw.pointer(RawBuffer.Weights) >>> 2;
    copyWeights(options.weights, loaded, rows, weights);
    const buffer = meanSquaredError ? RawBuffer.TargetValues : RawBuffer.Targets;
    const start = raw.pointer(buffer) >>> 2;
    const place = { start, stride: meanSquaredError ? raw.stride(buffer) : 1, weights };
    (meanSquaredError ? copyTargetValues : copyTargets)(options.targets, loaded, this.classes, rows, place);
    this.#last = { sum, loaded };
    return { sum, loaded, meanSquaredError };
  }

  /** Time steps within the lengths of the batch that was read last. */
  get timeSteps(): number {
    return this.#last?.loaded.rows.lengths.reduce((total, length) => total + length, 0) ?? 0;
  }

  /** What the loss of the batch that was read last was divided by: the sum of its weights, or how many are not 0. */
  get divisor(): number {
    if (this.#last === undefined) return 0;
    const { sum, loaded } = this.#last;
    const start = this.#raw.pointer(RawBuffer.Weights) >>> 2;
    const weights = f32().subarray(start, start + loaded.batch * loaded.time);
    return weights.reduce((total, weight) => total + (sum ? Number(weight !== 0) : weight), 0);
  }

  /** A copy of one of the pass's states. */
  readState(buffers: StateBuffers, batch: number): State {
    return readState(this.stateShape(batch), this.#place(buffers));
  }

  /** Copies a user's state to one of the pass's: zeros when absent. */
  writeState(buffers: StateBuffers, value: unknown, name: string, batch: number): void {
    writeState(value, name, this.stateShape(batch), this.#place(buffers));
  }

  #place([h, c]: StateBuffers): StatePlace {
    const at = (buffer: RawBuffer) => this.#raw.pointer(buffer) >>> 2;
    return { h: at(h), c: this.lstm ? at(c) : undefined };
  }

  /** Keeps the final state, in wasm, for the next trainStep with carryState. */
  keepCarried(batch: number): void {
    this.#raw.keepState();
    this.#carried = batch;
  }

  /** A copy of the state that the last trainStep with carryState kept. */
  get carried(): State | undefined {
    const batch = this.#carried;
    if (batch === undefined) return undefined;
    return this.use("save", (raw) => {
      raw.begin(batch, 1, false, false, false); // the state comes by way of the workspace, which is scratch
      raw.restoreState();
      return this.readState(STATES.initial(), batch);
    });
  }

  /** The next trainStep with carryState starts from this state of so many rows. */
  carry(state: unknown, name: string, batch: number): void {
    this.change("load", (raw) => {
      raw.begin(batch, 1, false, false, false);
      raw.reserveKeptState();
      this.writeState(STATES.final(), state, name, batch);
      this.keepCarried(batch);
    });
  }

  /** The next trainStep with carryState starts from zeros, whatever its number of rows. */
  forgetCarried(): void {
    this.#carried = undefined;
  }

  #restoreCarried(kept: number, batch: number): void {
    if (kept !== batch) {
      throw new RangeError(
        `carryState: expected a batch of ${kept} rows as in the call before, received ${batch}; ` +
          `to start anew pass initialState: rnn.zeroState(${batch})`,
      );
    }
    this.#raw.restoreState();
  }

  /** Forgets a session's buffers. */
  removeSession(slot: number): void {
    if (!this.lock.freed) this.use("session().free", (raw) => raw.removeSession(slot));
  }
}
