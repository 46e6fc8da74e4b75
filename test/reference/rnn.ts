/**
 * The recurrent network in f64: forward pass and back-propagation through time, in plain loops.
 *
 *   layer 0 reads x_t; layer l + 1 reads y_t of layer l (⊙ a dropout mask)
 *   y_t      = h_t                                        one direction
 *   y_t      = [h_t, h_t of the reverse direction]        two; each has its own weights and states
 *   logits_t = y_t·W_ho + b_o                             of the last layer; without output layer (V = 0) y_t itself
 *
 * The cells stand in cell/, a file each, the walk through time in layer.ts. Past a row's length the state is carried
 * through unchanged, and outputs and logits are 0 (TensorFlow's dynamic_rnn, PyTorch's packed sequences).
 * This is the specification and the oracle of the library: written to be read, not to be fast. It checks nothing;
 * the public API does. Finite differences and the figures of TensorFlow, PyTorch and Keras hold it (reference*.test.ts).
 *
 * Shapes: B batch, T time steps, I input size, H hidden size, V classes, L layers, D directions, G gates; b, t, … their
 * indices. Everything is batch-major, flat and row-major: element (b, t, h) of a (B, T, H) array is at (b·T + t)·H + h.
 */
import type { Cell, State } from "./cell/cell.js";
import { gru } from "./cell/gru.js";
import { lstm } from "./cell/lstm.js";
import { relu } from "./cell/relu.js";
import { tanh } from "./cell/tanh.js";
import { layerBackward, layerForward, type LayerForward, type LayerParameters } from "./layer.js";
import { add, addOuter, addProduct, addProductTransposed, row, type Numbers } from "./vectors.js";

export type { Numbers } from "./vectors.js";

export interface Sizes {
  readonly cell?: "tanh" | "relu" | "gru" | "lstm"; // default "tanh"
  readonly resetAfter?: boolean; // gru's form, default true
  readonly layers?: number; // L, default 1
  readonly bidirectional?: boolean; // D = 2, default false
  readonly I: number;
  readonly H: number;
  readonly V: number; // 0: no output layer
}

export interface Net extends Sizes {
  readonly parameters: Record<string, Float64Array>; // by the names of parameterShapes
}

export interface Sequences {
  readonly B: number;
  readonly T: number;
  readonly ids?: Numbers | undefined; // (B, T): x_t is one-hot, so that x_t·W_ih is one row of W_ih
  readonly features?: Numbers | undefined; // (B, T, I): x_t as it is
  readonly sequenceLengths?: Numbers | undefined; // (B), T each if absent
  readonly initialState?: Numbers | undefined; // (L·D, B, H), zeros if absent
  readonly initialCell?: Numbers | undefined; // (L·D, B, H), lstm's c, zeros if absent
  readonly dropoutMasks?: readonly Numbers[] | undefined; // (L − 1)(B, T, D·H): 0 or 1/(1 − p); ones if absent
}

export interface Forward {
  readonly outputs: Float64Array; // (B, T, D·H)
  readonly logits: Float64Array; // (B, T, V), or outputs themselves
  readonly state: Float64Array; // (L·D, B, H): after the last step
  readonly cell: Float64Array; // (L·D, B, H): lstm's c; zeros for the others
  readonly hidden: Float64Array; // (T, L·D, B, H): after each step; 0 past a length
  readonly gates: Float64Array; // (T, L·D, B, G·H): after their activations; 0 past a length
  readonly rows: readonly RowForward[]; // (B): for `backward`
}

/** One row's way up through the layers. */
interface RowForward {
  readonly x: readonly Float64Array[][]; // (L)(n)(I or D·H): what each layer read
  readonly layers: readonly LayerForward[]; // (L·D)
  readonly y: readonly Float64Array[]; // (n)(D·H): what the last layer gave
}

/** What arrives from above: the gradients of a loss with respect to the results of `forward`. */
export interface Upstream {
  readonly doutputs?: Numbers | undefined; // (B, T, D·H)
  readonly dlogits?: Numbers | undefined; // (B, T, V)
  readonly dstate?: Numbers | undefined; // (L·D, B, H)
  readonly dcell?: Numbers | undefined; // (L·D, B, H)
}

export interface Backward {
  readonly gradients: Record<string, Float64Array>; // by parameter name
  readonly dinitialState: Float64Array; // (L·D, B, H)
  readonly dinitialCell: Float64Array; // (L·D, B, H)
  readonly dfeatures: Float64Array; // (B, T, I)
  readonly dhidden: Float64Array; // (T, L·D, B, H): ∂L/∂h_t by all that follows from it; 0 past a length
}

export function cellOf({ cell = "tanh", resetAfter = true }: Sizes): Cell {
  return cell === "gru" ? gru(resetAfter) : { tanh, relu, lstm }[cell];
}

/** D */
export function directionsOf({ bidirectional = false }: Sizes): number {
  return bidirectional ? 2 : 1;
}

/** L·D, the number of states and of layers' directions: index l·D + d. */
export function stacksOf(net: Sizes): number {
  return (net.layers ?? 1) * directionsOf(net);
}

/** The width of the logits. */
export function classesOf(net: Sizes): number {
  return net.V || directionsOf(net) * net.H;
}

/** Name and shape of every parameter, stored (in, out). */
export function parameterShapes(net: Sizes): Record<string, number[]> {
  const { cell = "tanh", resetAfter = true, I, H, V } = net;
  const { G } = cellOf(net);
  const D = directionsOf(net);
  const shapes: Record<string, number[]> = {};
  for (let s = 0; s < stacksOf(net); s++) {
    const suffix = suffixOf(net, s);
    shapes[`w_ih${suffix}`] = [s < D ? I : D * H, G * H];
    shapes[`w_hh${suffix}`] = [H, G * H];
    shapes[`b_h${suffix}`] = [G * H];
    if (cell === "gru" && resetAfter) shapes[`b_hn${suffix}`] = [H];
  }
  return V === 0 ? shapes : { ...shapes, w_ho: [D * H, V], b_o: [V] };
}

function suffixOf(net: Sizes, s: number): string {
  const D = directionsOf(net);
  return `_l${Math.floor(s / D)}${s % D === 1 ? "_reverse" : ""}`;
}

/** The parameters of one direction of a layer among all, or their gradients. */
function layerOf(net: Sizes, all: Record<string, Float64Array>, s: number): LayerParameters {
  const suffix = suffixOf(net, s);
  return {
    w_ih: all[`w_ih${suffix}`]!,
    w_hh: all[`w_hh${suffix}`]!,
    b_h: all[`b_h${suffix}`]!,
    b_hn: all[`b_hn${suffix}`],
  };
}

export function forward(net: Net, seq: Sequences): Forward {
  const { H, V } = net;
  const { B, T } = seq;
  const { w_ho, b_o } = net.parameters;
  const cell = cellOf(net);
  const [D, S] = [directionsOf(net), stacksOf(net)];
  const GH = cell.G * H;
  const outputs = new Float64Array(B * T * D * H); // (B, T, D·H)
  const logits = V === 0 ? outputs : new Float64Array(B * T * V); // (B, T, V)
  const states = [new Float64Array(S * B * H), new Float64Array(S * B * H)]; // h and c, (L·D, B, H)
  const hidden = new Float64Array(T * S * B * H); // (T, L·D, B, H)
  const gates = new Float64Array(T * S * B * GH); // (T, L·D, B, G·H)

  const rows = Array.from({ length: B }, (_, b): RowForward => {
    const x: Float64Array[][] = [];
    const layers: LayerForward[] = [];
    let y = elements(net, seq, b);
    for (let s = 0; s < S; s += D) {
      if (s > 0) y = masked(y, seq, s / D - 1, b);
      x.push(y);
      for (let d = 0; d < D; d++) {
        const initial = [row(seq.initialState, (s + d) * B + b, H), row(seq.initialCell, (s + d) * B + b, H)];
        const parameters = layerOf(net, net.parameters, s + d);
        layers.push(layerForward(cell, parameters, y, initial.slice(0, cell.states), d === 1));
      }
      // y_t = h_t, or the h_t of both directions side by side
      y = y.map((_, t) =>
        Float64Array.of(...layers.slice(s).flatMap(({ steps }) => [...steps[t]!.next[0]!])),
      );
    }
    layers.forEach(({ steps, last }, s) => {
      last.forEach((state, k) => states[k]!.set(state, (s * B + b) * H));
      steps.forEach((step, t) => {
        hidden.set(step.next[0]!, ((t * S + s) * B + b) * H);
        gates.set(step.gates, ((t * S + s) * B + b) * GH);
      });
    });
    y.forEach((y_t, t) => {
      outputs.set(y_t, (b * T + t) * D * H);
      if (V === 0) return;
      // logits_t = b_o + y_t·W_ho
      const logit = b_o!.slice(); // (V)
      addProduct(logit, y_t, w_ho!);
      logits.set(logit, (b * T + t) * V);
    });
    return { x, layers, y };
  });
  return { outputs, logits, state: states[0]!, cell: states[1]!, hidden, gates, rows };
}

/** What the first layer reads: a row's elements within its length. (n)(I) */
function elements({ I }: Net, seq: Sequences, b: number): Float64Array[] {
  return Array.from({ length: lengthOf(seq, b) }, (_, t) => {
    const at = b * seq.T + t;
    if (!seq.ids) return row(seq.features, at, I);
    return new Float64Array(I).fill(1, seq.ids[at]!, seq.ids[at]! + 1); // one-hot
  });
}

/** y_t ⊙ mask of the gap above layer l; the same once more for gradients on their way down. (n)(D·H) */
function masked(y: readonly Float64Array[], seq: Sequences, l: number, b: number): Float64Array[] {
  const mask = seq.dropoutMasks?.[l];
  return y.map((y_t, t) =>
    y_t.map((value, k) => (mask ? value * mask[(b * seq.T + t) * y_t.length + k]! : value)),
  );
}

/** Down from the logits through the layers, each back through time (layer.ts). */
export function backward(net: Net, seq: Sequences, { rows }: Forward, upstream: Upstream): Backward {
  const { I, H, V } = net;
  const { B, T } = seq;
  const { w_ho } = net.parameters;
  const cell = cellOf(net);
  const [D, S] = [directionsOf(net), stacksOf(net)];
  const gradients = Object.fromEntries(
    Object.entries(net.parameters).map(([name, theta]) => [name, new Float64Array(theta.length)]),
  );
  const { w_ho: dw_ho, b_o: db_o } = gradients;
  const dfeatures = new Float64Array(B * T * I); // (B, T, I)
  const dinitial = [new Float64Array(S * B * H), new Float64Array(S * B * H)]; // of h and c, (L·D, B, H)
  const dhidden = new Float64Array(T * S * B * H); // (T, L·D, B, H)

  rows.forEach(({ x, layers, y }, b) => {
    // ∂L/∂y_t of the last layer; what arrives past a length belongs to constants
    let dy = y.map((y_t, t) => {
      const dy_t = row(upstream.doutputs, b * T + t, D * H); // (D·H)
      const dlogit = row(upstream.dlogits, b * T + t, classesOf(net)); // (V)
      if (V > 0) {
        // dW_ho += y_tᵀ·dlogit,  db_o += dlogit,  dy_t += dlogit·W_hoᵀ
        addOuter(dw_ho!, y_t, dlogit);
        add(db_o!, dlogit);
        addProductTransposed(dy_t, dlogit, w_ho!);
      } else {
        // logits are outputs: dy_t += dlogit
        add(dy_t, dlogit);
      }
      return dy_t;
    });
    for (let s = S - D; s >= 0; s -= D) {
      const read = x[s / D]!; // (n)(I or D·H)
      const dx = read.map((x_t) => new Float64Array(x_t.length));
      for (let d = 0; d < D; d++) {
        const dlast: State = [
          row(upstream.dstate, (s + d) * B + b, H),
          row(upstream.dcell, (s + d) * B + b, H),
        ];
        const own = layerBackward(
          cell,
          layerOf(net, net.parameters, s + d),
          layerOf(net, gradients, s + d),
          read,
          layers[s + d]!,
          dy.map((dy_t) => dy_t.subarray(d * H, (d + 1) * H)),
          dlast.slice(0, cell.states),
          d === 1,
        );
        own.dx.forEach((dx_t, t) => add(dx[t]!, dx_t));
        own.dinitial.forEach((d_state, k) => dinitial[k]!.set(d_state, ((s + d) * B + b) * H));
        own.dh.forEach((dh_t, t) => dhidden.set(dh_t, ((t * S + s + d) * B + b) * H));
      }
      if (s > 0) dy = masked(dx, seq, s / D - 1, b);
      else dx.forEach((dx_t, t) => dfeatures.set(dx_t, (b * T + t) * I));
    }
  });
  return { gradients, dinitialState: dinitial[0]!, dinitialCell: dinitial[1]!, dfeatures, dhidden };
}

/** Whether element k of a (B, T) array is within its row's length. */
export function within(seq: Sequences, k: number): boolean {
  return k % seq.T < lengthOf(seq, Math.floor(k / seq.T));
}

function lengthOf(seq: Sequences, b: number): number {
  return seq.sequenceLengths ? seq.sequenceLengths[b]! : seq.T;
}
