/**
 * One direction of one layer over one row's sequence, forward and back through time.
 *
 * The steps are taken in the order of `order(n)`: 0 … n−1, or n−1 … 0 for the reverse direction. As n is the row's own
 * length, a reverse direction starts at the row's last element, regardless of the padding after it (PyTorch's packed sequences).
 */
import type { Cell, Recurrent, State, Step } from "./cell/cell.js";
import { add, addOuter, addProduct, addProductTransposed } from "./vectors.js";

export interface LayerParameters extends Recurrent {
  readonly w_ih: Float64Array; // (I, G·H)
  readonly b_h: Float64Array; // (G·H)
}

export interface LayerForward {
  readonly steps: Step[]; // (n), by the element's place, not by the order of walking
  readonly last: State; // after the last step taken; the initial one where n = 0
}

export interface LayerBackward {
  readonly dx: Float64Array[]; // (n)(I)
  readonly dh: Float64Array[]; // (n)(H): ∂L/∂h after the step at each place, by all that follows from it
  readonly dinitial: State;
}

const order = (n: number, reverse: boolean): number[] =>
  Array.from({ length: n }, (_, k) => (reverse ? n - 1 - k : k));

export function layerForward(
  cell: Cell,
  parameters: LayerParameters,
  x: readonly Float64Array[], // (n)(I)
  initial: State,
  reverse: boolean,
): LayerForward {
  const steps: Step[] = [];
  let state = initial;
  for (const t of order(x.length, reverse)) {
    // a_t = b_h + x_t·W_ih
    const a = parameters.b_h.slice(); // (G·H)
    addProduct(a, x[t]!, parameters.w_ih);
    steps[t] = cell.step(a, state, parameters);
    state = steps[t]!.next;
  }
  return { steps, last: state };
}

/** Walks the steps in the opposite order with dstate, the gradient by all that comes after. Adds to `gradients`. */
export function layerBackward(
  cell: Cell,
  parameters: LayerParameters,
  gradients: LayerParameters,
  x: readonly Float64Array[], // (n)(I)
  { steps }: LayerForward,
  douts: readonly Float64Array[], // (n)(H): ∂L/∂h_t by what is above
  dlast: State,
  reverse: boolean,
): LayerBackward {
  const dx: Float64Array[] = [];
  const dhs: Float64Array[] = [];
  let dstate = dlast.map((d) => d.slice());
  for (const t of order(x.length, reverse).reverse()) {
    // dh_t += ∂L/∂h_t from above
    add(dstate[0]!, douts[t]!);
    dhs[t] = dstate[0]!.slice();
    const { da, dprevious } = cell.backward(dstate, steps[t]!, parameters, gradients);
    // dW_ih += x_tᵀ·da,  db_h += da,  dx_t = da·W_ihᵀ
    addOuter(gradients.w_ih, x[t]!, da);
    add(gradients.b_h, da);
    dx[t] = new Float64Array(x[t]!.length);
    addProductTransposed(dx[t]!, da, parameters.w_ih);
    dstate = dprevious.map((d) => d.slice());
  }
  return { dx, dh: dhs, dinitial: dstate };
}
