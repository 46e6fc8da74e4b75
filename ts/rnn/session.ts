/**
 * Runs a network one step at a time and keeps its state in wasm from step to step, for generation and for
 * streams. A step is a forward pass of one time step; see crate/src/session.rs.
 */

import { finalizer, weak } from "../base/finalization.js";
import { show } from "../base/show.js";
import { boolean, invalid, size } from "../base/check.js";
import { readOptions, unchecked, type Declaration, type OptionsOf } from "../base/options.js";
import { Disposable } from "../base/disposable.js";
import { BpttError, isCheckError, rangeError, typeError, withFields } from "../base/errors.js";
import { copyIds, type IdLayout } from "../data/ids.js";
import type { Network } from "./network.js";
import { copySource, rowMajor } from "../data/numbers.js";
import type { Cell } from "../data/rnn-options.js";
import { open } from "../base/source.js";
import { readState, replaceState, type State, type StateInput, type StatePlace } from "../data/state.js";
import { floats, type IdRow, type NumberRow, type Numbers2, type Tensor } from "../base/tensor.js";
import { FLOATS, typedArrayKind, NONE } from "../base/typed-array.js";
import { RawBuffer } from "../wasm/enumerations.js";
import { expectStack } from "../wasm/core.js";
import { f32, i32, type BufferPlace } from "../wasm/memory.js";
import type { RawRnn } from "../wasm/raw-rnn.js";

/** A state that is checked when it is written. */
const STATE = { read: unchecked<StateInput>, fallback: undefined };

const SESSION = {
  /** B: the number of rows that run side by side. Default 1. */
  batch: { read: size, fallback: 1 },
  /** The state before the first step, (L·D, B, H); `{ h, c }` for an lstm. Default: zeros. */
  state: STATE,
  /** True if the steps read features (B, I) instead of ids. Default false. */
  dense: { read: boolean, fallback: false },
} satisfies Declaration;

/** Options of {@link Rnn.session}. */
export interface SessionOptions extends OptionsOf<typeof SESSION> {}

const RESET = { state: STATE } satisfies Declaration;

/** Frees the buffers of a session that was garbage collected without `free`. */
const dropped = /* @__PURE__ */ finalizer<{ network: { deref(): Network | undefined }; slot: number }>(
  ({ network, slot }) => network.deref()?.removeSession(slot),
);

/**
 * A session that runs a network one step at a time. {@link Rnn.session} creates it. It always uses the
 * network's current weights, and its memory is freed with the network's at the latest.
 *
 * @example
 * import { Rnn } from "bptt";
 *
 * const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 });
 * const session = rnn.session();
 * for (const id of [0, 1, 2]) console.log(session.step(id).shape); // [1, 4], three times
 * session.free(); // or `using session = …`, which does it at the end of the block
 */
export class Session<C extends Cell = Cell> extends Disposable {
  /** B: the number of rows. */
  readonly batch: number;
  readonly #network: Network;
  readonly #slot: number;
  readonly #dense: boolean;
  readonly #logits: Tensor; // (B, V)
  readonly #ids: IdLayout;
  readonly #features: BufferPlace; // (B, stride), in a dense session
  readonly #place: BufferPlace; // the logits in the core, (B, stride)
  readonly #state: StatePlace; // (L·D, B, H)
  #freed = false;

  /** @internal */
  constructor(network: Network, options: SessionOptions) {
    super();
    const { batch, dense, state } = readOptions(options, SESSION);
    this.batch = batch;
    this.#dense = dense;
    this.#network = network;
    const { inputSize, bidirectional } = network.config;
    const raw = network.peek("session");
    if (bidirectional) {
      throw rangeError("session", "a network with one direction", "a bidirectional one", {
        hint: "its second direction begins at the end",
      });
    }
    this.#slot = network.use("session", () => raw.addSession(batch, dense));
    dropped.register(this, { network: weak(network), slot: this.#slot }, this);
    try {
      const place = (buffer: RawBuffer) => raw.sessionPlace(this.#slot, buffer);
      this.#ids = {
        rows: 1,
        columns: batch,
        rank: 1,
        start: dense ? 0 : place(RawBuffer.Ids).start,
        strides: [0, 1],
        limit: inputSize,
        noun: "an id",
      };
      this.#features = place(RawBuffer.Features);
      this.#place = place(RawBuffer.Logits);
      this.#state = {
        h: place(RawBuffer.InitialState),
        c: network.lstm ? place(RawBuffer.InitialCell) : undefined,
      };
      this.#logits = { data: floats(batch * network.classes, "logits"), shape: [batch, network.classes] };
      if (state !== undefined) {
        network.use("session", () => replaceState(state, "state", network.stateShape(batch), this.#state));
      }
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /**
   * Performs one step: reads one id per row, or features, and advances the state.
   *
   * @param input B ids, or one number if B is 1; in a dense session features (B, I), or one row if B is 1
   * @returns logits (B, V); every call returns the same tensor, so its values are valid until the next call
   * @throws TypeError when `input` is of the wrong kind
   * @throws RangeError when an id or number is out of range, or there are not B of them; the state does not
   *   change
   * @throws BpttError `FREED`
   *
   * @example
   * import { Rnn } from "bptt";
   *
   * const session = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 }).session({ batch: 2 });
   * console.log(session.step([0, 3]).shape); // [2, 5]
   *
   * const sensor = new Rnn({ cell: "gru", inputSize: 2, hiddenSize: 5, outputSize: 1 }).session({ dense: true });
   * console.log(sensor.step([0.5, -0.25]).shape); // [1, 1]
   */
  step(input: number | IdRow | NumberRow | Numbers2): Tensor {
    const raw = this.#raw("step");
    expectStack();
    if (this.#dense) this.#network.use("session().step", () => this.#copyFeatures(input));
    else if (typeof input === "number" && this.batch === 1) {
      const { limit, start } = this.#ids;
      if (!(input >= 0 && input < limit) || !Number.isInteger(input)) {
        const hint = looksDense([input]) ? DENSE_HINT : undefined;
        throw rangeError("ids", `an id in 0..${limit - 1}`, show(input), { hint });
      }
      i32()[start] = input;
    } else this.#network.use("session().step", () => this.#copyIds(input));
    const view = f32(); // before the step, after which nothing may fail
    raw.sessionStep(this.#slot);
    const { data } = this.#logits;
    const width = this.#network.classes;
    const { start, stride } = this.#place;
    for (let b = 0, to = 0; b < this.batch; b++) {
      const from = start + b * stride;
      for (let v = 0; v < width; v++) data[to++] = view[from + v];
    }
    return this.#logits;
  }

  /**
   * Returns a copy of the current state, (L·D, B, H); `{ h, c }` for an lstm.
   *
   * @throws BpttError `FREED`
   */
  state(): State<C> {
    this.#raw("state");
    return readState(this.#network.stateShape(this.batch), this.#state) as State<C>;
  }

  /**
   * Resets the state, as at the beginning of a sequence.
   *
   * @param options `state`: the state to start from; default zeros
   * @throws TypeError when it is of the wrong kind
   * @throws RangeError when it is of the wrong shape or not finite; the current state is then kept
   * @throws BpttError `FREED`
   */
  reset(options: { state?: StateInput } = {}): void {
    this.#raw("reset");
    const shape = this.#network.stateShape(this.batch);
    const { state } = readOptions(options, RESET);
    this.#network.use("session().reset", () => replaceState(state, "state", shape, this.#state));
  }

  /**
   * Frees the session's memory. Calling it again does nothing.
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

  /** Features are written while they are checked. The step is done only if all are valid. */
  #copyFeatures(input: unknown): void {
    const { batch } = this;
    const { inputSize } = this.#network.config;
    const wanted = `${batch} rows of ${inputSize} features`;
    const source = open(input, "features", wanted);
    const row = source.shape.length === 1 && batch === 1;
    const layout = rowMajor(row ? [inputSize] : [batch, inputSize], this.#features.start);
    if (!row && source.shape.length !== 2) throw typeError("features", wanted, show(input));
    copySource(source, { ...layout, strides: [0, this.#features.stride, 1] });
  }

  #copyIds(ids: unknown): void {
    try {
      const source = open(ids, "ids", `${this.batch} ids`);
      const { shape } = source;
      if (shape.length !== 1 || shape[0] !== this.batch) {
        throw invalid(shape.length === 1, "ids", `${this.batch} ids`, ids);
      }
      // Ids are written while they are checked. The step, and with it the change of the state, is done only
      // if all are valid.
      copyIds(source, this.#ids);
    } catch (error) {
      throw isCheckError(error) && looksDense(ids) ? withFields(error, { hint: DENSE_HINT }) : error;
    }
  }
}

const DENSE_HINT = "pass dense: true for a session of features";

/** Returns true if refused ids may be features: fractions, floats, or rows of numbers. */
function looksDense(given: unknown): boolean {
  const data: unknown = typeof given === "object" && given !== null && "data" in given ? given.data : given;
  if (typedArrayKind(data) === FLOATS) return true;
  const isDense = (x: unknown) =>
    Array.isArray(x) ||
    typedArrayKind(x) !== NONE ||
    (typeof x === "number" && Number.isFinite(x) && !Number.isInteger(x));
  return Array.isArray(data) && data.some(isDense);
}
