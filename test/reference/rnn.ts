/**
 * The tanh recurrent network in f64: forward pass and back-propagation through time, in plain loops.
 *
 *   h_t      = tanh(x_t·W_ih + h_{t-1}·W_hh + b_h)        TensorFlow's BasicRNNCell, PyTorch's nn.RNN with one bias
 *   logits_t = h_t·W_ho + b_o                             without output layer (V = 0): logits_t = h_t
 *
 * Past a row's length the state is carried through unchanged, and outputs and logits are 0 (TensorFlow's dynamic_rnn).
 * This is the specification and the oracle of the library: written to be read, not to be fast. It checks nothing;
 * the public API does. Finite differences and the figures of TensorFlow and PyTorch hold it (reference.test.ts).
 *
 * Shapes: B batch, T time steps, I input size, H hidden size, V classes; b, t, i, h, v their indices.
 * Everything is batch-major, flat and row-major: element (b, t, h) of a (B, T, H) array is at (b·T + t)·H + h.
 */
import { sequenceLoss } from "./loss.js";

export type Numbers = ArrayLike<number>;

export interface Net {
  readonly I: number;
  readonly H: number;
  readonly V: number; // 0: no output layer
  readonly parameters: Record<string, Float64Array>; // by the names of parameterShapes
}

export interface Sequences {
  readonly B: number;
  readonly T: number;
  readonly ids?: Numbers | undefined; // (B, T): x_t is one-hot, so that x_t·W_ih is one row of W_ih
  readonly features?: Numbers | undefined; // (B, T, I): x_t as it is
  readonly sequenceLengths?: Numbers | undefined; // (B), T each if absent
  readonly initialState?: Numbers | undefined; // (B, H), zeros if absent
}

export interface Batch extends Sequences {
  readonly targets: Numbers; // (B, T)
  readonly weights?: Numbers | undefined; // (B, T), 1 within a length and 0 past it if absent
  readonly sum?: boolean | undefined; // both sums instead of both averages
}

export interface Forward {
  readonly hidden: Float64Array; // (B, T+1, H): row 0 is the initial state
  readonly outputs: Float64Array; // (B, T, H)
  readonly logits: Float64Array; // (B, T, V), or outputs themselves
  readonly state: Float64Array; // (B, H): after the last step
}

/** What arrives from above: the gradients of a loss with respect to the results of `forward`. */
export interface Upstream {
  readonly doutputs?: Numbers | undefined; // (B, T, H)
  readonly dlogits?: Numbers | undefined; // (B, T, V)
  readonly dstate?: Numbers | undefined; // (B, H)
}

export interface Backward {
  readonly gradients: Record<string, Float64Array>; // by parameter name
  readonly dinitialState: Float64Array; // (B, H)
  readonly dfeatures: Float64Array; // (B, T, I)
}

/** Name and shape of every parameter, stored (in, out). */
export function parameterShapes({ I, H, V }: Pick<Net, "I" | "H" | "V">): Record<string, number[]> {
  const recurrent = { w_ih_l0: [I, H], w_hh_l0: [H, H], b_h_l0: [H] };
  return V === 0 ? recurrent : { ...recurrent, w_ho: [H, V], b_o: [V] };
}

// The cell: one step, and under it its derivative. Another cell is another such pair (and more columns in W).

/** h = tanh(a) */
function step(a: Float64Array): Float64Array {
  return a.map(Math.tanh); // (H)
}

/** da = dh ⊙ (1 − h²), since tanh′(a) = 1 − tanh²(a) */
function stepBackward(dh: Float64Array, h: Float64Array): Float64Array {
  return dh.map((d, j) => d * (1 - h[j]! ** 2)); // (H)
}

export function forward(net: Net, seq: Sequences): Forward {
  const { I, H, V } = net;
  const { B, T } = seq;
  const { w_ih_l0, w_hh_l0, b_h_l0, w_ho, b_o } = net.parameters;
  const hidden = new Float64Array(B * (T + 1) * H); // (B, T+1, H)
  const outputs = new Float64Array(B * T * H); // (B, T, H)
  const logits = V === 0 ? outputs : new Float64Array(B * T * V); // (B, T, V)
  const state = new Float64Array(B * H); // (B, H)

  for (let b = 0; b < B; b++) {
    let h = row(seq.initialState, b, H); // (H)
    hidden.set(h, b * (T + 1) * H);
    for (let t = 0; t < T; t++) {
      if (t < lengthOf(seq, b)) {
        // a_t = b_h + x_t·W_ih + h_{t-1}·W_hh
        const a = b_h_l0!.slice(); // (H)
        if (seq.ids) add(a, w_ih_l0!.subarray(seq.ids[b * T + t]! * H, (seq.ids[b * T + t]! + 1) * H));
        else addProduct(a, row(seq.features, b * T + t, I), w_ih_l0!);
        addProduct(a, h, w_hh_l0!);
        // h_t = tanh(a_t)
        h = step(a);
        outputs.set(h, (b * T + t) * H);
        if (V > 0) {
          // logits_t = b_o + h_t·W_ho
          const logit = b_o!.slice(); // (V)
          addProduct(logit, h, w_ho!);
          logits.set(logit, (b * T + t) * V);
        }
      } // past the length: h_t = h_{t-1}, and outputs and logits stay 0
      hidden.set(h, (b * (T + 1) + t + 1) * H);
    }
    state.set(h, b * H);
  }
  return { hidden, outputs, logits, state };
}

/** Walks t = T−1 … 0 with dh, the gradient of the loss with respect to h_t by all that comes after it. */
export function backward(net: Net, seq: Sequences, { hidden }: Forward, upstream: Upstream): Backward {
  const { I, H, V } = net;
  const { B, T } = seq;
  const { w_ih_l0, w_hh_l0, w_ho } = net.parameters;
  const gradients = Object.fromEntries(
    Object.entries(net.parameters).map(([name, theta]) => [name, new Float64Array(theta.length)]),
  );
  const { w_ih_l0: dw_ih, w_hh_l0: dw_hh, b_h_l0: db_h, w_ho: dw_ho, b_o: db_o } = gradients;
  const dfeatures = new Float64Array(B * T * I); // (B, T, I)
  const dinitialState = new Float64Array(B * H); // (B, H)

  for (let b = 0; b < B; b++) {
    let dh = row(upstream.dstate, b, H); // (H)
    for (let t = T - 1; t >= 0; t--) {
      if (t >= lengthOf(seq, b)) continue; // h_t = h_{t-1}: dh passes through; constant outputs have no gradient
      const h = row(hidden, b * (T + 1) + t + 1, H); // (H)
      const hPrevious = row(hidden, b * (T + 1) + t, H); // (H)
      const dlogit = row(upstream.dlogits, b * T + t, V || H); // (V), or (H) without output layer

      // dh_t += ∂L/∂outputs_t
      add(dh, row(upstream.doutputs, b * T + t, H));
      if (V > 0) {
        // dW_ho += h_tᵀ·dlogit,  db_o += dlogit,  dh_t += dlogit·W_hoᵀ
        addOuter(dw_ho!, h, dlogit);
        add(db_o!, dlogit);
        addProductTransposed(dh, dlogit, w_ho!);
      } else {
        // logits are outputs: dh_t += dlogit
        add(dh, dlogit);
      }
      // da_t = dh_t ⊙ (1 − h_t²)
      const da = stepBackward(dh, h); // (H)
      // dW_ih += x_tᵀ·da,  dx_t = da·W_ihᵀ
      if (seq.ids) {
        const id = seq.ids[b * T + t]!;
        add(dw_ih!.subarray(id * H, (id + 1) * H), da);
      } else {
        addOuter(dw_ih!, row(seq.features, b * T + t, I), da);
      }
      addProductTransposed(dfeatures.subarray((b * T + t) * I, (b * T + t + 1) * I), da, w_ih_l0!);
      // dW_hh += h_{t-1}ᵀ·da,  db_h += da
      addOuter(dw_hh!, hPrevious, da);
      add(db_h!, da);
      // dh_{t-1} = da·W_hhᵀ
      dh = new Float64Array(H);
      addProductTransposed(dh, da, w_hh_l0!);
    }
    dinitialState.set(dh, b * H);
  }
  return { gradients, dinitialState, dfeatures };
}

/** Forward pass, scalar sequence loss, and the loss's gradients. */
export function lossAndGradients(net: Net, batch: Batch): { loss: number; forward: Forward } & Backward {
  const { B, T } = batch;
  const result = forward(net, batch);
  const flags = batch.sum
    ? { averageAcrossTimesteps: false, averageAcrossBatch: false, sumOverTimesteps: true, sumOverBatch: true }
    : {};
  const shape = { B, T, V: net.V || net.H };
  // Past a length all logits are 0, and any class costs ln V: the target there is not read.
  const targets = Int32Array.from({ length: B * T }, (_, k) => (within(batch, k) ? batch.targets[k]! : 0));
  const { loss, dlogits } = sequenceLoss(result.logits, targets, weightsOf(batch), shape, flags);
  return { loss: loss[0]!, forward: result, ...backward(net, batch, result, { dlogits }) };
}

/** The weights of a batch, or the default: 1 within the length, 0 past it. (B, T) */
export function weightsOf(batch: Batch): Float64Array {
  const { B, T, weights } = batch;
  return Float64Array.from({ length: B * T }, (_, k) => (weights ? weights[k]! : within(batch, k) ? 1 : 0));
}

/**
 * Σ w·[argmax_v logits = target] / Σ w over the steps within the lengths, as there is no prediction past them.
 * The first of equal logits counts as the largest; 0 where Σ w = 0.
 */
export function accuracy(net: Net, batch: Batch): number {
  const { logits } = forward(net, batch);
  const V = net.V || net.H;
  let right = 0;
  let total = 0;
  weightsOf(batch).forEach((w, k) => {
    if (w === 0 || !within(batch, k)) return;
    const logit = row(logits, k, V);
    if (logit.indexOf(Math.max(...logit)) === batch.targets[k]) right += w;
    total += w;
  });
  return total === 0 ? 0 : right / total;
}

/** Whether element k of a (B, T) array is within its row's length. */
function within(seq: Sequences, k: number): boolean {
  return k % seq.T < lengthOf(seq, Math.floor(k / seq.T));
}

function lengthOf(seq: Sequences, b: number): number {
  return seq.sequenceLengths ? seq.sequenceLengths[b]! : seq.T;
}

/** A copy of row r of a matrix with `columns` columns; zeros where there is no matrix. (columns) */
function row(matrix: Numbers | undefined, r: number, columns: number): Float64Array {
  return Float64Array.from({ length: columns }, (_, c) => (matrix ? matrix[r * columns + c]! : 0));
}

/** y += x */
function add(y: Float64Array, x: Float64Array): void {
  for (let k = 0; k < y.length; k++) y[k]! += x[k]!;
}

/** y += x·W, for x (K), W (K, N), y (N) */
function addProduct(y: Float64Array, x: Float64Array, w: Float64Array): void {
  for (let k = 0; k < x.length; k++) for (let n = 0; n < y.length; n++) y[n]! += x[k]! * w[k * y.length + n]!;
}

/** x += y·Wᵀ, for y (N), W (K, N), x (K) */
function addProductTransposed(x: Float64Array, y: Float64Array, w: Float64Array): void {
  for (let k = 0; k < x.length; k++) for (let n = 0; n < y.length; n++) x[k]! += y[n]! * w[k * y.length + n]!;
}

/** W += xᵀ·y, for x (K), y (N), W (K, N) */
function addOuter(w: Float64Array, x: Float64Array, y: Float64Array): void {
  for (let k = 0; k < x.length; k++) for (let n = 0; n < y.length; n++) w[k * y.length + n]! += x[k]! * y[n]!;
}
