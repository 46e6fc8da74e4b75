/**
 * A network run one step at a time, its state kept in wasm from step to step: generation, streams that arrive bit by
 * bit. The mathematics is a forward pass of one time step; see crate/src/session.rs.
 */

import { expected, optionsObject, size } from "./check.js";
import { BpttError } from "./errors.js";
import { copyIds, type IdLayout } from "./ids.js";
import type { Network } from "./network.js";
import { readState, writeState, type State } from "./state.js";
import { open } from "./source.js";
import { floats, type IdRow, type Numbers3, type Tensor } from "./tensor.js";
import { RawBuffer, type RawRnn } from "./wasm/core.js";
import { f32, i32 } from "./wasm/memory.js";

/** Options of {@link Rnn.session}. */
export interface SessionOptions {
  /** B, the rows that run side by side; default 1. */
  batch?: number;
  /** The state before the first step, (L·D, B, H); default zeros. */
  state?: State | Numbers3;
}

const NAMES: ReadonlySet<string> = new Set(["batch", "state"]);
const RESET_NAMES: ReadonlySet<string> = new Set(["state"]);

/** What a session has left in its network when it was dropped without `free`. */
const dropped = new FinalizationRegistry<{ network: WeakRef<Network>; slot: number }>(({ network, slot }) =>
  network.deref()?.removeSession(slot),
);

/**
 * A stream of single steps through a network. Made by {@link Rnn.session}. It always sees the network's present
 * weights, and its memory goes with the network's.
 *
 * @example
 * import { Rnn } from "bptt";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 });
 * const session = rnn.session();
 * for (const id of [0, 1, 2]) console.log(session.step(id).shape); // [1, 4], three times
 * session.free();
 */
export class Session {
  /** B */
  readonly batch: number;
  readonly #network: Network;
  readonly #slot: number;
  readonly #logits: Tensor; // (B, V)
  readonly #ids: IdLayout;
  readonly #start: number; // float32 index of the logits, (B, stride)
  readonly #stride: number;
  readonly #state: number; // float32 index of the state, (L·D, B, H)
  #freed = false;

  /** @internal */
  constructor(network: Network, options: SessionOptions) {
    const given = optionsObject(options, "options", NAMES) as SessionOptions;
    this.batch = given.batch === undefined ? 1 : size(given.batch, "batch");
    this.#network = network;
    const { inputSize } = network.config;
    const state = given.state;
    const raw = network.peek("session");
    const { batch } = this;
    this.#slot = network.use("session", () => raw.addSession(batch, false));
    dropped.register(this, { network: new WeakRef(network), slot: this.#slot }, this);
    try {
      const at = (buffer: RawBuffer) => raw.sessionPointer(this.#slot, buffer) >>> 2;
      const start = at(RawBuffer.Ids);
      this.#ids = {
        rows: 1,
        columns: batch,
        rank: 1,
        start,
        strides: [0, 1],
        limit: inputSize,
        noun: "an id",
      };
      this.#start = at(RawBuffer.Logits);
      this.#stride = raw.stride(RawBuffer.Logits);
      this.#state = at(RawBuffer.InitialState);
      this.#logits = { data: floats(batch * network.classes, "logits"), shape: [batch, network.classes] };
      if (state !== undefined) {
        network.use("session", () => writeState(state, "state", network.stateShape(batch), this.#state));
      }
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /**
   * One step: reads an id a row, moves the state on.
   *
   * @param ids B ids, or one number where B is 1
   * @returns logits (B, V): the same tensor at each call, valid until the next
   * @throws TypeError when `ids` is of the wrong kind
   * @throws RangeError when an id is out of range or their number is not B; the state stays
   * @throws BpttError `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const session = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 }).session({ batch: 2 });
   * console.log(session.step([0, 3]).shape); // [2, 5]
   */
  step(ids: number | IdRow): Tensor {
    const raw = this.#raw("step");
    if (typeof ids === "number" && this.batch === 1) {
      const { limit, start } = this.#ids;
      if (!(ids >= 0 && ids < limit) || !Number.isInteger(ids)) {
        throw new RangeError(expected("ids", `an id in 0..${limit - 1}`, ids));
      }
      i32()[start] = ids;
    } else this.#network.use("session().step", () => this.#copyIds(ids));
    raw.sessionStep(this.#slot);
    const { data } = this.#logits;
    const view = f32();
    const width = this.#network.classes;
    for (let b = 0, to = 0; b < this.batch; b++) {
      const from = this.#start + b * this.#stride;
      for (let v = 0; v < width; v++) data[to++] = view[from + v];
    }
    return this.#logits;
  }

  /**
   * A copy of the present state, (L·D, B, H).
   *
   * @throws BpttError `FREED`
   */
  state(): State {
    this.#raw("state");
    return readState(this.#network.stateShape(this.batch), this.#state);
  }

  /**
   * Starts anew.
   *
   * @param options `state`: the state to start from; default zeros
   * @throws TypeError when it is of the wrong kind
   * @throws RangeError when it is of the wrong shape or not finite
   * @throws BpttError `FREED`
   */
  reset(options: { state?: State | Numbers3 } = {}): void {
    this.#raw("reset");
    const shape = this.#network.stateShape(this.batch);
    const { state } = optionsObject(options, "options", RESET_NAMES) as { state?: State | Numbers3 };
    if (state === undefined) {
      const length = shape.reduce((product, n) => product * n, 1);
      f32().fill(0, this.#state, this.#state + length);
      return;
    }
    const before = this.state();
    try {
      this.#network.use("session().reset", () => writeState(state, "state", shape, this.#state));
    } catch (error) {
      f32().set(before.data, this.#state); // a bad value half-way leaves the state as it was
      throw error;
    }
  }

  /**
   * Gives the session's memory back; calling it again does nothing.
   *
   * @throws BpttError `BUSY` when called by a getter of data that the network is reading
   */
  free(): void {
    if (this.#freed) return;
    this.#network.removeSession(this.#slot);
    this.#freed = true;
    dropped.unregister(this);
  }

  #raw(method: string): RawRnn {
    if (this.#freed) throw new BpttError("FREED", `session.${method}: this session has been freed`);
    return this.#network.peek(`session().${method}`);
  }

  #copyIds(ids: unknown): void {
    const source = open(ids, "ids", `${this.batch} ids`);
    if (source.shape.length !== 1) throw new TypeError(expected("ids", `${this.batch} ids`, ids));
    if (source.shape[0] !== this.batch) {
      throw new RangeError(expected("ids", `${this.batch} ids`, ids));
    }
    // Ids are written as they are checked; the step, and with it the state, waits until all are right.
    copyIds(source, this.#ids);
  }
}
