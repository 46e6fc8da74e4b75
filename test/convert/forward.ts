/**
 * Computes the outputs of a description in f64 and plain loops. It is an independent oracle for the
 * conversions, also for cells and forms that the library under test does not run. Formulas: PyTorch's
 * documentation of nn.RNN, GRU and LSTM; `resetAfter: false` is GRU as first published (Cho et al. 2014), r
 * before the recurrent product.
 */
import type { NetworkDescription } from "bptt/convert";

type Vector = number[];

export interface Inputs {
  readonly B: number;
  readonly T: number;
  /** (B, T) */
  readonly ids?: ArrayLike<number>;
  /** (B, T, I) */
  readonly features?: ArrayLike<number>;
  /** (B), T each if absent. */
  readonly lengths?: readonly number[];
  /** (L·D, B, H) each */
  readonly h0?: ArrayLike<number>;
  readonly c0?: ArrayLike<number>;
}

export interface Answer {
  readonly outputs: number[]; // (B, T, D·H)
  readonly logits: number[]; // (B, T, V)
  readonly h: number[]; // (L·D, B, H)
  readonly c: number[]; // (L·D, B, H)
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

export function forward({ config, parameters }: NetworkDescription, inputs: Inputs): Answer {
  const { cell, inputSize: I, hiddenSize: H, layers = 1, bidirectional = false, outputSize } = config;
  const { B, T } = inputs;
  const D = bidirectional ? 2 : 1;
  const row = (name: string, r: number): Vector => {
    const { data, shape } = parameters[name]!;
    const width = shape.at(-1)!;
    return Array.from(data.slice(r * width, (r + 1) * width));
  };
  /** x·W + b */
  const affine = (x: Vector, W: string, bias?: string): Vector => {
    const y = bias === undefined ? row(W, 0).fill(0) : row(bias, 0);
    x.forEach((value, k) => value !== 0 && row(W, k).forEach((w, n) => (y[n]! += value * w)));
    return y;
  };
  const part = (v: Vector, gate: number) => v.slice(gate * H, (gate + 1) * H);

  const step = (suffix: string, x: Vector, h: Vector, c: Vector): [Vector, Vector] => {
    const a = affine(x, `w_ih${suffix}`, `b_h${suffix}`);
    const u = affine(h, `w_hh${suffix}`);
    if (cell === "lstm") {
      const [i, f, g, o] = [0, 1, 2, 3].map((k) => part(a, k).map((v, n) => v + part(u, k)[n]!)) as [
        Vector,
        Vector,
        Vector,
        Vector,
      ];
      const next = c.map((v, n) => sigmoid(f[n]!) * v + sigmoid(i[n]!) * Math.tanh(g[n]!));
      return [next.map((v, n) => sigmoid(o[n]!) * Math.tanh(v)), next];
    }
    if (cell === "gru") {
      const [r, z] = [0, 1].map((k) => part(a, k).map((v, n) => sigmoid(v + part(u, k)[n]!))) as [
        Vector,
        Vector,
      ];
      const b_hn = `b_hn${suffix}` in parameters ? row(`b_hn${suffix}`, 0) : undefined;
      const recurrent = b_hn
        ? part(u, 2).map((v, n) => r[n]! * (v + b_hn[n]!))
        : part(
            affine(
              h.map((v, n) => v * r[n]!),
              `w_hh${suffix}`,
            ),
            2,
          );
      return [h.map((v, n) => (1 - z[n]!) * Math.tanh(part(a, 2)[n]! + recurrent[n]!) + z[n]! * v), c];
    }
    return [a.map((v, n) => (cell === "relu" ? Math.max(0, v + u[n]!) : Math.tanh(v + u[n]!))), c];
  };

  const answer: Answer = {
    outputs: [],
    logits: [],
    h: new Array(layers * D * B * H).fill(0),
    c: new Array(layers * D * B * H).fill(0),
  };
  for (let b = 0; b < B; b++) {
    const length = inputs.lengths?.[b] ?? T;
    let xs = Array.from({ length: T }, (_, t): Vector => {
      if (inputs.features) return Array.from({ length: I }, (_, i) => inputs.features![(b * T + t) * I + i]!);
      return Array.from({ length: I }, (_, i) => (inputs.ids![b * T + t] === i ? 1 : 0));
    });
    for (let l = 0; l < layers; l++) {
      const ys = xs.map(() => new Array<number>(D * H).fill(0));
      for (let d = 0; d < D; d++) {
        const at = ((l * D + d) * B + b) * H;
        const start = (state?: ArrayLike<number>) =>
          Array.from({ length: H }, (_, n) => state?.[at + n] ?? 0);
        let [h, c] = [start(inputs.h0), start(inputs.c0)];
        for (let k = 0; k < length; k++) {
          const t = d === 0 ? k : length - 1 - k;
          [h, c] = step(`_l${l}${d === 1 ? "_reverse" : ""}`, xs[t]!, h, c);
          h.forEach((v, n) => (ys[t]![d * H + n] = v));
        }
        h.forEach((v, n) => (answer.h[at + n] = v));
        c.forEach((v, n) => (answer.c[at + n] = v));
      }
      xs = ys;
    }
    xs.forEach((x, t) => {
      answer.outputs.push(...x);
      if (outputSize === undefined) answer.logits.push(...x);
      else
        answer.logits.push(
          ...(t < length ? affine(x, "w_ho", "b_o") : new Array<number>(outputSize).fill(0)),
        );
    });
  }
  return answer;
}
