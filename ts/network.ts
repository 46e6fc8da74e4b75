/**
 * The engine room behind `Rnn`: the raw network, who may touch it when, and the way of a batch into it and of
 * results out of it. Knows buffers and sizes; the words and promises of the public API stand in rnn.ts.
 *
 * The workspace in wasm is scratch: every call writes all it reads. What outlives a call is the parameters, the
 * optimizers' moments, and the carried state, which has a buffer of its own that no other call touches.
 */

import {
  checkLoss,
  copyInputs,
  copyLengths,
  copyTargets,
  copyWeights,
  openInputs,
  type Batch,
  type SequenceInputs,
} from "./batch.js";
import { BpttError, fromCore } from "./errors.js";
import { scalarLoss } from "./loss-flags.js";
import { addRule, type OptimizerState } from "./optimizer.js";
import { parameterTable, type Parameter } from "./parameters.js";
import type { RnnConfig } from "./rnn-options.js";
import { evaluate } from "./schedule.js";
import { readState, writeState, type State } from "./state.js";
import { copyNumbers } from "./numbers.js";
import { floats, type Tensor } from "./tensor.js";
import { RawBuffer, rawRnn, type RawRnn } from "./wasm/core.js";
import { f32, i32 } from "./wasm/memory.js";

/** What of an optimizer's is left in a network when the optimizer itself is gone. */
const abandoned = new FinalizationRegistry<{ network: WeakRef<Network>; slot: number }>(({ network, slot }) =>
  network.deref()?.removeOptimizer(slot),
);

/** Where an `Rnn` keeps its network, for this package's own modules, of whichever entry. */
export const NETWORK: unique symbol = Symbol.for("bptt.network") as never;

/** The shape that lies in the workspace. */
export interface Loaded {
  readonly batch: number;
  readonly time: number;
  readonly dense: boolean;
}

/** A raw network with its guards. */
export class Network {
  readonly config: RnnConfig;
  readonly table: readonly Parameter[];
  /** V: the width of the logits. */
  readonly classes: number;
  readonly #raw: RawRnn;
  readonly #identity = {};
  readonly #slots = new WeakMap<OptimizerState, number>();
  #freed = false;
  #busy = false;
  #held = false; // a run has it
  #admitted = false; // the run itself is at work
  #last: { loaded: Loaded; sum: boolean } | undefined; // the last batch that was read in full
  #carried: number | undefined; // B of the state that the last trainStep with carryState kept

  constructor(config: RnnConfig) {
    const { cell, inputSize, hiddenSize, outputSize, seed } = config;
    const Raw = rawRnn();
    try {
      this.#raw = new Raw(cell, inputSize, hiddenSize, outputSize ?? 0, seed);
    } catch (error) {
      const output = outputSize === undefined ? "" : `, outputSize ${outputSize}`;
      throw fromCore(error, `inputSize ${inputSize}, hiddenSize ${hiddenSize}${output}`);
    }
    this.config = config;
    this.classes = outputSize ?? hiddenSize;
    this.table = parameterTable(this.#raw);
  }

  /** The raw network, for looking at it; throws once it has been freed. */
  peek(method: string): RawRnn {
    if (this.#freed) throw new BpttError("FREED", `rnn.${method}: this network has been freed`);
    return this.#raw;
  }

  /**
   * The raw network, for `work` alone: a getter in the user's data that comes back to this network meanwhile is
   * refused. Errors of the core leave as coded errors.
   */
  use<Result>(method: string, work: (raw: RawRnn) => Result): Result {
    const raw = this.peek(method);
    if (this.#busy) throw this.#refusal(method);
    this.#busy = true;
    try {
      return work(raw);
    } catch (error) {
      throw fromCore(error);
    } finally {
      this.#busy = false;
    }
  }

  /** The same for what changes parameters or optimizers: refused while a run has the network, but to the run. */
  change<Result>(method: string, work: (raw: RawRnn) => Result): Result {
    this.peek(method);
    this.#refuseIfHeld(method);
    return this.use(method, work);
  }

  /** Takes the network for a run; until `release` only what the run does by `admit` may change it. */
  hold(method: string): void {
    this.peek(method);
    if (this.#busy) throw this.#refusal(method);
    this.#refuseIfHeld(method);
    this.#held = true;
  }

  /** Lets `work` of the run that has the network change it. */
  admit<Result>(work: () => Result): Result {
    this.#admitted = true;
    try {
      return work();
    } finally {
      this.#admitted = false;
    }
  }

  /** The run has ended. */
  release(): void {
    this.#held = false;
  }

  #refuseIfHeld(method: string): void {
    if (this.#held && !this.#admitted) {
      throw new BpttError(
        "BUSY",
        `rnn.${method}: a run is training this network; await it, or stop it first`,
      );
    }
  }

  /** Gives the memory back; once more does nothing. */
  free(): void {
    if (this.#freed) return;
    if (this.#busy) throw this.#refusal("free");
    this.#refuseIfHeld("free");
    this.#freed = true;
    this.#raw.free();
  }

  #refusal(method: string): BpttError {
    return new BpttError(
      "BUSY",
      `rnn.${method}: this network is reading its arguments; a getter of theirs called it`,
    );
  }

  /** (L·D, B, H) */
  stateShape(batch: number): number[] {
    return [this.config.layers, batch, this.config.hiddenSize];
  }

  /** Checks and copies what a forward pass needs. `carry`: without an initial state, the carried one. */
  load(options: SequenceInputs, training: boolean, carry = false): Loaded {
    const raw = this.#raw;
    const { inputs, sequenceLengths, initialState } = options;
    const { inputSize } = this.config;
    const source = openInputs(inputs, inputSize);
    const { batch, time, dense } = source;
    try {
      raw.begin(batch, time, dense, training);
    } catch (error) {
      throw fromCore(error, `a batch of ${batch} rows of ${time} steps`);
    }
    const lengths = raw.pointer(RawBuffer.SequenceLengths) >>> 2;
    copyLengths(sequenceLengths, batch, time, lengths);
    const buffer = dense ? RawBuffer.Features : RawBuffer.Ids;
    copyInputs(source, inputSize, raw.pointer(buffer) >>> 2, dense ? raw.stride(buffer) : 1, lengths);
    if (initialState === undefined && carry && this.#carried) this.#restoreCarried(this.#carried, batch);
    else this.writeState(RawBuffer.InitialState, initialState, "initialState", batch);
    this.#last = { loaded: source, sum: false };
    return source;
  }

  /** Checks and copies a whole batch. Returns whether the loss is the sum form. */
  loadBatch(options: Batch, training: boolean, carry = false): { sum: boolean; loaded: Loaded } {
    const raw = this.#raw;
    checkLoss(options.loss);
    const sum = scalarLoss(options);
    const loaded = this.load(options, training, carry);
    const { batch, time } = loaded;
    const lengths = raw.pointer(RawBuffer.SequenceLengths) >>> 2;
    const weights = raw.pointer(RawBuffer.Weights) >>> 2;
    const targets = raw.pointer(RawBuffer.Targets) >>> 2;
    const given = options.weights;
    copyWeights(given, batch, time, weights, lengths);
    const hidden = given === undefined ? undefined : weights;
    copyTargets(options.targets, batch, time, this.classes, targets, lengths, hidden);
    return (this.#last = { sum, loaded });
  }

  /** Time steps within the lengths of the batch that was read last. */
  get timeSteps(): number {
    const lengths = this.#raw.pointer(RawBuffer.SequenceLengths) >>> 2;
    const view = i32();
    let total = 0;
    for (let b = 0; b < (this.#last?.loaded.batch ?? 0); b++) total += view[lengths + b];
    return total;
  }

  /** What the loss of the batch that was read last was divided by: the sum of its weights, or how many are not 0. */
  get divisor(): number {
    if (this.#last === undefined) return 0;
    const { sum, loaded } = this.#last;
    const start = this.#raw.pointer(RawBuffer.Weights) >>> 2;
    const weights = f32().subarray(start, start + loaded.batch * loaded.time);
    return weights.reduce((total, weight) => total + (sum ? Number(weight !== 0) : weight), 0);
  }

  /** (B, T, width) from a (T, B, stride) buffer; rows past a length stay 0. */
  readSequence(buffer: RawBuffer, width: number, { batch, time }: Loaded): Tensor {
    const raw = this.#raw;
    const data = floats(batch * time * width, "outputs");
    const start = raw.pointer(buffer) >>> 2;
    const stride = raw.stride(buffer);
    const lengths = raw.pointer(RawBuffer.SequenceLengths) >>> 2;
    const view = f32();
    const ends = i32();
    for (let b = 0; b < batch; b++) {
      const length = ends[lengths + b];
      for (let t = 0; t < length; t++) {
        const from = start + (t * batch + b) * stride;
        const to = (b * time + t) * width;
        for (let h = 0; h < width; h++) data[to + h] = view[from + h];
      }
    }
    return { data, shape: [batch, time, width] };
  }

  /** A copy of a state buffer. */
  readState(buffer: RawBuffer, batch: number): State {
    return readState(this.stateShape(batch), this.#raw.pointer(buffer) >>> 2);
  }

  /** Copies a user's (B, T, width) into a (T, B, stride) buffer: zeros when absent, and past a length. */
  writeSequence(
    buffer: RawBuffer,
    value: unknown,
    name: string,
    width: number,
    { batch, time }: Loaded,
  ): void {
    const raw = this.#raw;
    const start = raw.pointer(buffer) >>> 2;
    const stride = raw.stride(buffer);
    f32().fill(0, start, start + time * batch * stride); // the padding too
    if (value === undefined) return;
    const lengths = raw.pointer(RawBuffer.SequenceLengths) >>> 2;
    const strides = [stride, batch * stride, 1] as const;
    copyNumbers(value, name, { shape: [batch, time, width], rank: 3, start, strides, lengths });
  }

  /** Adds a user's (B, T, width) to what stands in a (T, B, stride) buffer. */
  addSequence(buffer: RawBuffer, value: unknown, name: string, width: number, loaded: Loaded): void {
    const start = this.#raw.pointer(buffer) >>> 2;
    const end = start + loaded.time * loaded.batch * this.#raw.stride(buffer);
    const before = f32().slice(start, end);
    this.writeSequence(buffer, value, name, width, loaded);
    const view = f32();
    for (let i = 0; i < before.length; i++) view[start + i] = view[start + i] + before[i];
  }

  /** Copies a user's state into a state buffer: zeros when absent. */
  writeState(buffer: RawBuffer, value: unknown, name: string, batch: number): void {
    const start = this.#raw.pointer(buffer) >>> 2;
    if (value === undefined) f32().fill(0, start, start + this.#stateLength(batch));
    else writeState(value, name, this.stateShape(batch), start);
  }

  /** Keeps the final state, in wasm, for the next trainStep with carryState. */
  keepCarried(batch: number): void {
    this.#raw.keepState();
    this.#carried = batch;
  }

  /** A copy of the state that the last trainStep with carryState kept. */
  get carried(): State | undefined {
    if (this.#carried === undefined) return undefined;
    const batch = this.#carried;
    return this.use("fit", (raw) => {
      raw.begin(batch, 1, false, false); // the state comes by way of the workspace, which is scratch
      raw.restoreState();
      return this.readState(RawBuffer.InitialState, batch);
    });
  }

  /** The next trainStep with carryState starts from zeros, whatever its number of rows. */
  forgetCarried(): void {
    this.#carried = undefined;
  }

  #restoreCarried(kept: number, batch: number): void {
    if (kept !== batch) {
      throw new RangeError(
        `carryState: expected a batch of ${kept} rows as in the call before, got ${batch}; ` +
          `to start anew pass initialState: rnn.zeroState(${batch})`,
      );
    }
    this.#raw.restoreState();
  }

  #stateLength(batch: number): number {
    return this.config.layers * batch * this.config.hiddenSize;
  }

  /** Refuses an optimizer that is bound to another network. */
  checkOptimizer(optimizer: OptimizerState): void {
    if (optimizer.network !== undefined && optimizer.network !== this.#identity) {
      throw new BpttError(
        "OPTIMIZER_BOUND",
        "optimizer: it belongs to another network, the first one it stepped",
      );
    }
  }

  /** One update by the optimizer, at the rate that its count of updates gives; counted when it is done. */
  update<Result>(optimizer: OptimizerState, step: (slot: number, learningRate: number) => Result): Result {
    const rate = evaluate(optimizer.learningRate, optimizer.steps);
    const result = this.withOptimizer(optimizer, (slot) => step(slot, rate));
    optimizer.steps++;
    return result;
  }

  /** Where an optimizer's moments lie; undefined while it has none. */
  slotOf(optimizer: OptimizerState): number | undefined {
    this.checkOptimizer(optimizer);
    return this.#slots.get(optimizer);
  }

  /**
   * Runs `work` with the optimizer's slot. The first time binds the optimizer to this network; when `work` fails then,
   * it is as free as before.
   */
  withOptimizer<Result>(optimizer: OptimizerState, work: (slot: number) => Result): Result {
    this.checkOptimizer(optimizer);
    const known = this.#slots.get(optimizer);
    if (known !== undefined) return work(known);
    const slot = addRule(this.#raw, optimizer.rule);
    let result: Result;
    try {
      result = work(slot);
    } catch (error) {
      this.#raw.removeOptimizer(slot);
      throw error;
    }
    this.#slots.set(optimizer, slot);
    optimizer.network = this.#identity;
    abandoned.register(optimizer, { network: new WeakRef(this), slot }, optimizer);
    return result;
  }

  /** Gives the memory of an optimizer's moments back. */
  forgetOptimizer(optimizer: OptimizerState): void {
    const slot = this.#slots.get(optimizer);
    if (slot === undefined) return;
    this.#slots.delete(optimizer);
    abandoned.unregister(optimizer);
    this.removeOptimizer(slot);
  }

  /** Forgets an optimizer's moments. */
  removeOptimizer(slot: number): void {
    if (!this.#freed) this.#raw.removeOptimizer(slot);
  }

  /** Forgets a session's buffers. */
  removeSession(slot: number): void {
    if (!this.#freed) this.use("session().free", (raw) => raw.removeSession(slot));
  }
}
