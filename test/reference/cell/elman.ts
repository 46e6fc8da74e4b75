/** h' = f(a + h·W_hh): the simple recurrent cell with f = tanh or relu. TensorFlow's BasicRNNCell, PyTorch's nn.RNN. */
import { addOuter, addProduct, addProductTransposed } from "../vectors.js";
import type { Cell } from "./cell.js";

/** `slope` is f′ in terms of f's value. */
export function elman(f: (a: number) => number, slope: (h: number) => number): Cell {
  return {
    G: 1,
    states: 1,

    step(input, previous, { w_hh }) {
      // a = x·W_ih + b_h + h·W_hh,  h' = f(a)
      const a = input.slice(); // (H)
      addProduct(a, previous[0]!, w_hh);
      const h = a.map(f); // (H)
      return { previous, next: [h], gates: h };
    },

    backward([dh], { previous, next }, { w_hh }, { w_hh: dw_hh }) {
      // da = dh' ⊙ f′(a)
      const da = dh!.map((d, j) => d * slope(next[0]![j]!)); // (H)
      // dW_hh += hᵀ·da,  dh = da·W_hhᵀ
      addOuter(dw_hh, previous[0]!, da);
      const dprevious = new Float64Array(da.length); // (H)
      addProductTransposed(dprevious, da, w_hh);
      return { da, dprevious: [dprevious] };
    },
  };
}
