/**
 * The implementation of `Rnn`: the raw network, its lock, and the data that outlives a call. It deals with
 * buffers and sizes. rnn.ts contains the public API and its documentation, forward-backward.ts and
 * train-step.ts the passes.
 *
 * The workspace in wasm is scratch memory: every call writes all that it reads. The data that outlives a call
 * is the parameters, the optimizers' moments, accumulated gradients, and the carried state, which has its own
 * buffer.
 */

import { rangeError, type Path } from "../base/errors.js";
import { Lock } from "./lock.js";
import { Accumulation } from "./accumulation.js";
import {
  copyInputs,
  copyTargets,
  copyTargetValues,
  copyWeights,
  openInputs,
  openWeights,
  type Batch,
  type SequenceInputs,
} from "../data/batch.js";
import { BpttError } from "../base/errors.js";
import { expectStack } from "../wasm/core.js";
import { fromCore } from "../wasm/failure.js";
import { readRowLengths } from "../data/row-lengths.js";
import { DEFAULT_LOSS, readLoss, weightsPerStep, type BatchLoss } from "../data/loss.js";
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
import type { Loaded, LayerDirections } from "../data/sequences.js";
import { readState, writeState, zeroState, type State, type StatePlace } from "../data/state.js";
import type { Source } from "../base/source.js";
import { floats, type Tensor } from "../base/tensor.js";
import { copyNumbers, rowMajor } from "../data/numbers.js";
import type { Shard } from "./shards.js";
import { RawBuffer } from "../wasm/enumerations.js";
import { f32, i32 } from "../wasm/memory.js";
import { RawRnn, type RawShape } from "../wasm/raw-rnn.js";

/**
 * The key under which an `Rnn` gives its network to other modules of this package of any
 * entry.
 */
export const NETWORK: unique symbol = Symbol.for("bptt.network");

/** The buffers of a state's h and c. */
export type StateBuffers = readonly [h: RawBuffer, c: RawBuffer];

/** The four states of a pass. */
export const STATES = {
  initial: [RawBuffer.InitialState, RawBuffer.InitialCell],
  final: [RawBuffer.FinalState, RawBuffer.FinalCell],
  initialGradient: [RawBuffer.InitialStateGradient, RawBuffer.InitialCellGradient],
  finalGradient: [RawBuffer.FinalStateGradient, RawBuffer.FinalCellGradient],
} as const satisfies Record<string, StateBuffers>;

/** A batch in the workspace. */
export interface LoadedBatch {
  readonly loaded: Loaded;
  readonly loss: BatchLoss;
}

/** A raw network with its lock. */
export class Network {
  readonly config: RnnConfig;
  readonly lock = new Lock();
  readonly table: readonly Parameter[];
  readonly layerDirections: LayerDirections;
  /** V: the width of the logits. */
  readonly classes: number;
  readonly slots: OptimizerSlots;
  readonly accumulation: Accumulation;
  /** Names of the parameters that no step changes. */
  readonly frozen = new Set<string>();
  readonly #raw: RawRnn;
  #drops = 0;
  #last: { loaded: Loaded; loss: BatchLoss } | undefined; // the last batch that was read completely
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
    this.layerDirections = { count: layers * directions, directions, hiddenSize };
    this.classes = outputSize ?? directions * hiddenSize;
    this.table = parameterTable(this.#raw);
    this.slots = new OptimizerSlots(this.lock, this.#raw);
    const length = this.table.reduce((end, entry) => Math.max(end, entry.offset + entry.length), 0);
    this.accumulation = new Accumulation(() => ({
      start: this.#raw.place(RawBuffer.Gradients).start,
      length,
    }));
  }

  /** Returns the raw network for reading. Throws after it was freed. */
  peek(method: string): RawRnn {
    this.lock.expectAlive(method);
    this.#expectWhole(method);
    return this.#raw;
  }

  /**
   * Gives the raw network to `work`. A getter in the user's data that calls this network in the meantime is
   * refused. Errors of the core become coded errors.
   */
  use<Result>(method: string, work: (raw: RawRnn) => Result): Result {
    this.#expectWhole(method);
    this.lock.enter(method);
    try {
      expectStack();
      const result = work(this.#raw);
      this.#raw.changing = false;
      return result;
    } catch (error) {
      throw fromCore(error);
    } finally {
      this.lock.busy = false;
    }
  }

  /**
   * Gives the raw network to work that changes parameters, optimizers or other inputs of training. It is
   * refused while a run holds the network, except to the run.
   */
  change<Result>(method: string, work: (raw: RawRnn) => Result): Result {
    this.lock.expectAlive(method);
    this.lock.expectChangeable(method);
    return this.use(method, work);
  }

  /** Calls `work` with the raw network to write weights: like `change`, but a paused run allows it. */
  rewrite<Result>(method: string, work: (raw: RawRnn) => Result): Result {
    this.lock.expectAlive(method);
    this.lock.expectWritable(method);
    return this.use(method, work);
  }

  /** Throws if an earlier call was cut short in the middle of a change. */
  #expectWhole(method: string): void {
    if (!this.#raw.changing) return;
    throw new BpttError(
      "INTERRUPTED",
      `rnn.${method}: an earlier call was cut short in the middle of a change; this network cannot be used any more`,
    );
  }

  /** Copies of all parameters by name. */
  get parameters(): Record<string, Tensor> {
    return readArena(this.table, this.peek("parameters").parametersPlace);
  }

  /** Sets any subset of the parameters. An error changes none. */
  setParameters(values: ParameterValues, path: Path = "parameters"): void {
    this.rewrite("setParameters", (raw) => {
      const assignments = readAssignments(values, path, this.table, true);
      raw.changing = true;
      writeArena(assignments, raw.place(RawBuffer.Parameters));
    });
  }

  /** A copy of all parameters in one piece, one after the other in the order of the table, each row-major. */
  get vector(): Float32Array<ArrayBuffer> {
    const { start } = this.peek("vector").parametersPlace;
    const vector = floats(this.parameterCount, "vector");
    let to = 0;
    for (const { offset, length } of this.table) {
      vector.set(f32().subarray(start + offset, start + offset + length), to);
      to += length;
    }
    return vector;
  }

  /** Sets all parameters from one piece, all or nothing. */
  setVector(values: unknown): void {
    this.rewrite("setVector", (raw) => {
      const vector = floats(this.parameterCount, "values");
      copyNumbers(values, "values", rowMajor([vector.length], 0, vector));
      raw.changing = true;
      const { start } = raw.place(RawBuffer.Parameters);
      let from = 0;
      for (const { offset, length } of this.table) {
        f32().set(vector.subarray(from, from + length), start + offset);
        from += length;
      }
    });
  }

  /** The number of values of all parameters. */
  get parameterCount(): number {
    return this.table.reduce((total, { length }) => total + length, 0);
  }

  /** Frees the memory. Further calls do nothing. */
  free(): void {
    expectStack();
    // The memory of an interrupted network may be inconsistent, so it is not freed.
    if (this.lock.free() && !this.#raw.changing) this.#raw.free();
  }

  /** True if the state has a c besides h. */
  get lstm(): boolean {
    return this.config.cell === "lstm";
  }

  /** Returns the shape of a state: (L·D, B, H). */
  stateShape(batch: number): number[] {
    return [this.layerDirections.count, batch, this.config.hiddenSize];
  }

  /**
   * Number of training passes with dropout, which determines the values that the next pass drops. It stays 0
   * without dropout.
   */
  get drops(): number {
    return this.#drops;
  }

  set drops(passes: number) {
    if (this.config.dropout > 0) this.#drops = passes;
  }

  /** The step of dropout's random numbers for a training pass, or −1 without dropout. */
  get dropoutStep(): number {
    return this.config.dropout > 0 ? this.drops : -1;
  }

  /**
   * Checks and copies the inputs of a forward pass. If `carry` is true, the carried state is used in the
   * absence of an initial state. `lossOf` reads the loss of the batch, whose sizes are known at that time.
   */
  load(
    options: SequenceInputs,
    training: boolean,
    carry = false,
    lossOf?: (loaded: Loaded) => BatchLoss,
  ): Loaded {
    const raw = this.#raw;
    const { inputs, sequenceLengths, initialState } = options;
    const { inputSize } = this.config;
    const opened = openInputs(inputs, inputSize, sequenceLengths !== undefined);
    const { batch, time, dense } = opened;
    const rows = readRowLengths(sequenceLengths, opened.source);
    const loaded = { batch, time, dense, rows };
    const loss = lossOf === undefined ? DEFAULT_LOSS : lossOf(loaded);
    this.#begin(opened, loss, training, "batch");
    i32().set(rows.lengths, raw.place(RawBuffer.SequenceLengths).start);
    copyInputs(opened, inputSize, raw.place(dense ? RawBuffer.Features : RawBuffer.Ids), rows);
    if (initialState === undefined && carry && this.#carried) this.#restoreCarried(this.#carried, batch);
    else this.writeState(STATES.initial, initialState, "initialState", batch);
    this.#last = { loaded, loss };
    return loaded;
  }

  /** Makes room for a pass with this loss. */
  #begin(shape: RawShape, loss: BatchLoss, training: boolean, noun: "batch" | "shard"): void {
    const raw = this.#raw;
    const { name, reduction, quantiles, weightedValues } = loss;
    try {
      raw.setLoss(name, reduction, Math.max(1, quantiles.length), weightedValues);
      raw.begin(shape, training);
    } catch (error) {
      throw fromCore(error, `a ${noun} of ${shape.batch} rows of ${shape.time} steps`);
    }
    if (quantiles.length > 0) f32().set(quantiles, raw.place(RawBuffer.Quantiles).start);
  }

  /** Checks and copies a whole batch. */
  loadBatch(options: Batch, training: boolean, carry = false): LoadedBatch {
    const raw = this.#raw;
    let weights: Source | undefined;
    let loss = DEFAULT_LOSS;
    const loaded = this.load(options, training, carry, (sizes) => {
      weights = openWeights(options.weights, sizes, sizes.rows);
      return (loss = readLoss(options, this.classes, weights?.shape.length ?? 0));
    });
    const { rows } = loaded;
    const weightsPlace = raw.place(RawBuffer.Weights);
    copyWeights(weights, loaded, loss, rows, weightsPlace);
    const isClasses = loss.name === "crossEntropy";
    const { start } = raw.place(isClasses ? RawBuffer.Targets : RawBuffer.TargetValues);
    const places = { start, weights: weightsPlace.start };
    if (isClasses) copyTargets(options.targets, loaded, this.classes, rows, places);
    else copyTargetValues(options.targets, loaded, loss, rows, places);
    return { loaded, loss };
  }

  /** Copies a shard, which was checked as part of its batch, into the workspace for a training pass. */
  loadShard({ first, rows: batch, total, time, dense, loss, lengths, contents }: Shard): void {
    const raw = this.#raw;
    this.#begin({ batch, time, dense }, loss, true, "shard");
    raw.setRows(first, total);
    i32().set(lengths, raw.place(RawBuffer.SequenceLengths).start);
    for (const [buffer, data] of contents) {
      if (data instanceof Int32Array) i32().set(data, raw.place(buffer).start);
      else f32().set(data, raw.place(buffer).start);
    }
    this.#last = { loaded: { batch, time, dense, rows: { lengths, rule: "full" } }, loss };
  }

  /** Number of time steps within the lengths of the last batch that was read. */
  get timeSteps(): number {
    return this.#last?.loaded.rows.lengths.reduce((total, length) => total + length, 0) ?? 0;
  }

  /**
   * The divisor of the loss of the last batch that was read: the sum of its weights, or the number of nonzero
   * weights. Weights of target values count as K-th parts of a step, so that batches with and without them are
   * averaged in proportion.
   */
  get divisor(): number {
    if (this.#last === undefined) return 0;
    const { loss, loaded } = this.#last;
    const { start } = this.#raw.place(RawBuffer.Weights);
    const perStep = weightsPerStep(loss);
    const weights = f32().subarray(start, start + loaded.batch * loaded.time * perStep);
    const sum = weights.reduce(
      (total, weight) => total + (loss.reduction === "sum" ? Number(weight !== 0) : weight),
      0,
    );
    return sum / perStep;
  }

  /**
   * Root mean square of the targets and largest absolute output of the last training pass, over the values
   * that count. Undefined for losses whose targets have no scale.
   */
  get regressionScale(): { targets: number; outputs: number } | undefined {
    if (this.#last === undefined) return undefined;
    const { loss, loaded } = this.#last;
    const { values, weightedValues } = loss;
    if (values === 0 || loss.name === "binaryCrossEntropy") return undefined;
    const weights = this.#raw.place(RawBuffer.Weights).start;
    const targets = this.#raw.place(RawBuffer.TargetValues).start;
    const logits = this.#raw.place(RawBuffer.Logits);
    const perValue = this.classes / values;
    const data = f32();
    let [sum, count, outputs] = [0, 0, 0];
    for (let row = 0; row < loaded.batch * loaded.time; row++) {
      for (let k = 0; k < values; k++) {
        const at = row * values + k;
        if (data[weights + (weightedValues ? at : row)] === 0) continue;
        sum += data[targets + at] * data[targets + at];
        count++;
        const from = logits.start + row * logits.stride + k * perValue;
        for (let v = from; v < from + perValue; v++) outputs = Math.max(outputs, Math.abs(data[v]));
      }
    }
    return { targets: Math.sqrt(sum / Math.max(1, count)), outputs };
  }

  /** Returns a copy of one of the pass's states, in `into` if it is given. */
  readState(buffers: StateBuffers, batch: number, into?: State): State {
    return readState(this.stateShape(batch), this.#place(buffers), into);
  }

  /** Allocates memory for a state before a change, because nothing may fail after it. */
  stateRoom(batch: number): State {
    return zeroState(this.stateShape(batch), this.lstm, "state");
  }

  /** Copies a user's state to one of the pass's states, or writes zeros if it is undefined. */
  writeState(buffers: StateBuffers, value: unknown, path: Path, batch: number): void {
    writeState(value, path, this.stateShape(batch), this.#place(buffers));
  }

  #place([h, c]: StateBuffers): StatePlace {
    return { h: this.#raw.place(h), c: this.lstm ? this.#raw.place(c) : undefined };
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
      raw.begin({ batch, time: 1, dense: false }, false); // the state passes through the workspace, which is scratch memory
      raw.restoreState();
      return this.readState(STATES.initial, batch);
    });
  }

  /** Makes the next trainStep with carryState start from this state of `batch` rows. */
  carry(state: unknown, path: Path, batch: number): void {
    this.change("load", (raw) => {
      raw.begin({ batch, time: 1, dense: false }, false);
      raw.reserveKeptState();
      this.writeState(STATES.final, state, path, batch);
      this.keepCarried(batch);
    });
  }

  /** Allocates the room that `carry` needs for a state of `batch` rows. */
  reserveCarried(batch: number): void {
    this.change("fit", (raw) => {
      raw.begin({ batch, time: 1, dense: false }, false);
      raw.reserveKeptState();
    });
  }

  /** Makes the next trainStep with carryState start from zeros, for any number of rows. */
  forgetCarried(): void {
    this.#carried = undefined;
  }

  #restoreCarried(kept: number, batch: number): void {
    if (kept !== batch) {
      throw rangeError("carryState", `a batch of ${kept} rows as in the previous call`, String(batch), {
        hint: `to start again pass initialState: rnn.zeroState(${batch})`,
      });
    }
    this.#raw.restoreState();
  }

  /** Frees a session's buffers. */
  removeSession(slot: number): void {
    if (!this.lock.freed) this.use("session().free", (raw) => raw.removeSession(slot));
  }
}
