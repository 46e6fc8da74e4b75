/**
 * Long short-term memory; gates i f g o, no peepholes. PyTorch's nn.LSTM; TensorFlow 1's BasicLSTMCell orders i j f o
 * and adds its forget bias while it runs.
 *
 *   i f o = σ(a + h·W_hh)    g = tanh(a_g + h·W_hg)    c' = f⊙c + i⊙g    h' = o⊙tanh(c')
 */
import { addOuter, addProduct, addProductTransposed, blocks, sigmoid } from "../vectors.js";
import type { Cell } from "./cell.js";

const G = 4;
type Four = [Float64Array, Float64Array, Float64Array, Float64Array];

export const lstm: Cell = {
  G,
  states: 2,

  step(input, previous, { w_hh }) {
    const [h, c] = previous as [Float64Array, Float64Array];
    // i f g o = a + h·W_hh, then σ or tanh
    const a = blocks(input.slice(), G) as Four;
    a.forEach((block, k) => addProduct(block, h, w_hh, k, G));
    const [i, f, g, o] = [sigmoid(a[0]), sigmoid(a[1]), a[2].map(Math.tanh), sigmoid(a[3])];
    // c' = f⊙c + i⊙g,  h' = o⊙tanh(c')
    const cNext = c.map((value, j) => f[j]! * value + i[j]! * g[j]!);
    const hNext = cNext.map((value, j) => o[j]! * Math.tanh(value));
    return { previous, next: [hNext, cNext], gates: Float64Array.of(...i, ...f, ...g, ...o) };
  },

  backward([dhNext, dcNext], { previous, next, gates }, { w_hh }, { w_hh: dw_hh }) {
    const [h, c] = previous as [Float64Array, Float64Array];
    const [i, f, g, o] = blocks(gates, G) as Four;
    const tanhC = next[1]!.map(Math.tanh);
    // do = dh'⊙tanh(c'),  dc = dc' + dh'⊙o⊙(1 − tanh²(c'))
    const dc = dcNext!.map((d, j) => d + dhNext![j]! * o[j]! * (1 - tanhC[j]! ** 2));
    // di = dc⊙g,  df = dc⊙c,  dg = dc⊙i, each times the slope of its gate
    const da: Four = [
      dc.map((d, j) => d * g[j]! * i[j]! * (1 - i[j]!)),
      dc.map((d, j) => d * c[j]! * f[j]! * (1 - f[j]!)),
      dc.map((d, j) => d * i[j]! * (1 - g[j]! ** 2)),
      dhNext!.map((d, j) => d * tanhC[j]! * o[j]! * (1 - o[j]!)),
    ];
    // dW_hh += hᵀ·da,  dh = da·W_hhᵀ,  dc_prev = dc⊙f
    const dh = new Float64Array(h.length);
    da.forEach((block, k) => {
      addOuter(dw_hh, h, block, k, G);
      addProductTransposed(dh, block, w_hh, k, G);
    });
    return {
      da: Float64Array.of(...da.flatMap((x) => [...x])),
      dprevious: [dh, dc.map((d, j) => d * f[j]!)],
    };
  },
};
