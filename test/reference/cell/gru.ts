/**
 * The gated recurrent unit in its two forms; gates r z n.
 *
 *   r = σ(a_r + h·W_hr)          z = σ(a_z + h·W_hz)          h' = (1 − z)⊙n + z⊙h
 *   reset after the product:     n = tanh(a_n + r⊙(h·W_hn + b_hn))     PyTorch's nn.GRU, Keras by default
 *   reset before the product:    n = tanh(a_n + (r⊙h)·W_hn)            TensorFlow 1's GRUCell, Cho et al. 2014
 *
 * TensorFlow calls z u; Keras orders z r h.
 */
import { add, addOuter, addProduct, addProductTransposed, blocks, sigmoid } from "../vectors.js";
import type { Cell, Recurrent } from "./cell.js";

const R = 0;
const Z = 1;
const N = 2;
const G = 3;

/** x ⊙ y */
const times = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, j) => value * y[j]!);

/** b_hn + h·W_hn: what r is multiplied with in the reset-after form. (H) */
function candidate(h: Float64Array, { w_hh, b_hn }: Recurrent): Float64Array {
  const q = b_hn!.slice();
  addProduct(q, h, w_hh, N, G);
  return q;
}

export function gru(resetAfter: boolean): Cell {
  return {
    G,
    states: 1,

    step(input, previous, parameters) {
      const { w_hh } = parameters;
      const h = previous[0]!; // (H)
      const [a_r, a_z, a_n] = blocks(input.slice(), G) as [Float64Array, Float64Array, Float64Array];
      // r = σ(a_r + h·W_hr),  z = σ(a_z + h·W_hz)
      addProduct(a_r, h, w_hh, R, G);
      addProduct(a_z, h, w_hh, Z, G);
      const r = sigmoid(a_r);
      const z = sigmoid(a_z);
      // n = tanh(a_n + r⊙(h·W_hn + b_hn))    or    n = tanh(a_n + (r⊙h)·W_hn)
      if (resetAfter) add(a_n, times(r, candidate(h, parameters)));
      else addProduct(a_n, times(r, h), w_hh, N, G);
      const n = a_n.map(Math.tanh);
      // h' = (1 − z)⊙n + z⊙h
      const next = h.map((value, j) => (1 - z[j]!) * n[j]! + z[j]! * value);
      return { previous, next: [next], gates: Float64Array.of(...r, ...z, ...n) };
    },

    backward([dnext], { previous, gates }, parameters, { w_hh: dw_hh, b_hn: db_hn }) {
      const { w_hh } = parameters;
      const h = previous[0]!; // (H)
      const [r, z, n] = blocks(gates, G) as [Float64Array, Float64Array, Float64Array];
      // dh = dh'⊙z + …,  dn = dh'⊙(1 − z),  dz = dh'⊙(h − n)
      const dh = times(dnext!, z);
      const da_n = dnext!.map((d, j) => d * (1 - z[j]!) * (1 - n[j]! ** 2));
      const da_z = dnext!.map((d, j) => d * (h[j]! - n[j]!) * z[j]! * (1 - z[j]!));
      let dr: Float64Array;
      if (resetAfter) {
        // dr = da_n⊙q,  dq = da_n⊙r,  db_hn += dq,  dW_hn += hᵀ·dq,  dh += dq·W_hnᵀ
        dr = times(da_n, candidate(h, parameters));
        const dq = times(da_n, r);
        add(db_hn!, dq);
        addOuter(dw_hh, h, dq, N, G);
        addProductTransposed(dh, dq, w_hh, N, G);
      } else {
        // dp = da_n·W_hnᵀ with p = r⊙h,  dW_hn += pᵀ·da_n,  dr = dp⊙h,  dh += dp⊙r
        const dp = new Float64Array(h.length);
        addProductTransposed(dp, da_n, w_hh, N, G);
        addOuter(dw_hh, times(r, h), da_n, N, G);
        dr = times(dp, h);
        add(dh, times(dp, r));
      }
      const da_r = dr.map((d, j) => d * r[j]! * (1 - r[j]!));
      // dW_hr += hᵀ·da_r,  dW_hz += hᵀ·da_z,  dh += da_r·W_hrᵀ + da_z·W_hzᵀ
      addOuter(dw_hh, h, da_r, R, G);
      addOuter(dw_hh, h, da_z, Z, G);
      addProductTransposed(dh, da_r, w_hh, R, G);
      addProductTransposed(dh, da_z, w_hh, Z, G);
      return { da: Float64Array.of(...da_r, ...da_z, ...da_n), dprevious: [dh] };
    },
  };
}
