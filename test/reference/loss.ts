/**
 * The losses in f64, with their gradients. Of classes: a cost at each step (B, T), weighted and averaged as TensorFlow
 * 1.15's contrib.seq2seq.sequence_loss does.
 *
 *   loss_g  = Σ_{bt in g} w_bt·cost_bt / divisor_g          0 where divisor_g is exactly 0 (div_no_nan)
 *   divisor = Σ w (average) | number of weights that are not 0 (sum) | 1 (no flag)
 *   cost_bt = ln Σ_v exp(logits_btv) − logits_bt[target_bt]     softmax cross-entropy
 *
 * The flags only decide which (b, t) fall into one group g: all of them, a row, a column, or each by itself.
 *
 * Of target values (B, T, K): a cost for each value, all in one group.
 *
 *   loss    = Σ_btk w_btk·cost_btk / divisor
 *   cost    = (y − t)²                                          mean squared error (with w = 1 PyTorch's MSELoss)
 *             |y − t|                                           mean absolute error (L1Loss)
 *             (1/Q)·Σ_q max(q·(t − y_q), (q − 1)·(t − y_q))     quantile
 *             −t·ln σ(y) − (1 − t)·ln(1 − σ(y))                 binary cross-entropy (BCEWithLogitsLoss)
 */
import { row, type Numbers } from "./vectors.js";

export interface LossFlags {
  readonly averageAcrossTimesteps?: boolean; // default true
  readonly averageAcrossBatch?: boolean; // default true
  readonly sumOverTimesteps?: boolean; // default false
  readonly sumOverBatch?: boolean; // default false
}

export interface LossResult {
  readonly loss: Float64Array; // of `shape`
  readonly shape: number[]; // [], [B], [T] or [B, T]
  readonly dlogits: Float64Array; // (B, T, V): gradient of the sum of `loss`
}

interface Shape {
  readonly B: number;
  readonly T: number;
  readonly V: number;
}

/** A step's cost, and its gradient by the step's logits. */
type Cost = (logit: Float64Array, k: number) => { cost: number; dlogit: Float64Array };

/** Softmax cross-entropy of logits (B, T, V) against classes (B, T), which are not read where the weight is 0. */
export function sequenceLoss(
  logits: Numbers,
  targets: Numbers,
  weights: Numbers, // (B, T)
  shape: Shape,
  flags: LossFlags = {},
): LossResult {
  const crossEntropy: Cost = (logit, k) => {
    const target = targets[k]!;
    // The largest logit is subtracted first: the value does not change, and exp cannot overflow.
    const largest = logit.reduce((a, x) => Math.max(a, x), -Infinity);
    const normaliser = logit.reduce((s, x) => s + Math.exp(x - largest), 0);
    return {
      // xent = ln Σ exp(logit) − logit[target]
      cost: Math.log(normaliser) + largest - logit[target]!,
      // ∂xent/∂logit_v = softmax(logit)_v − [v = target]
      dlogit: logit.map((x, v) => Math.exp(x - largest) / normaliser - (v === target ? 1 : 0)),
    };
  };
  return weighted(logits, weights, shape, flags, crossEntropy);
}

/** The losses of target values. */
export type ValueLoss = "meanSquaredError" | "meanAbsoluteError" | "quantile" | "binaryCrossEntropy";

/** The cost of one target value t, and its derivatives by the value's outputs y (Q). */
function costOfValue(
  loss: ValueLoss,
  y: Float64Array,
  t: number,
  quantiles: Numbers,
): { cost: number; dy: Float64Array } {
  const Q = y.length;
  switch (loss) {
    case "meanSquaredError":
      return { cost: (y[0]! - t) ** 2, dy: y.map((y) => 2 * (y - t)) };
    case "meanAbsoluteError":
      return { cost: Math.abs(y[0]! - t), dy: y.map((y) => Math.sign(y - t)) };
    case "quantile":
      return {
        cost:
          y.reduce((sum, y, q) => sum + Math.max(quantiles[q]! * (t - y), (quantiles[q]! - 1) * (t - y)), 0) /
          Q,
        dy: y.map((y, q) => (y === t ? 0 : (Number(y > t) - quantiles[q]!) / Q)),
      };
    case "binaryCrossEntropy": {
      const [p, not] = [1 / (1 + Math.exp(-y[0]!)), 1 / (1 + Math.exp(y[0]!))];
      return { cost: -t * Math.log(p) - (1 - t) * Math.log(not), dy: y.map(() => p - t) };
    }
  }
}

/**
 * The loss of outputs (B, T, K·Q) against target values (B, T, K), which are not read where the weight is 0.
 *
 * @param weights (B, T, K)
 * @param sum divide by the number of weights that are not 0 instead of their sum
 */
export function valueLoss(
  loss: ValueLoss,
  outputs: Numbers,
  targets: Numbers,
  weights: Numbers,
  quantiles: Numbers = [0.5],
  sum = false,
): { loss: number; dlogits: Float64Array } {
  const Q = loss === "quantile" ? quantiles.length : 1;
  const dlogits = new Float64Array(outputs.length);
  let [total, divisor] = [0, 0];
  for (let k = 0; k < weights.length; k++) {
    const w = weights[k]!;
    if (w === 0) continue;
    const { cost, dy } = costOfValue(loss, row(outputs, k, Q), targets[k]!, quantiles);
    total += w * cost;
    divisor += sum ? 1 : w;
    dlogits.set(
      dy.map((d) => w * d),
      k * Q,
    );
  }
  return divisor === 0
    ? { loss: 0, dlogits: dlogits.fill(0) }
    : { loss: total / divisor, dlogits: dlogits.map((d) => d / divisor) };
}

function weighted(
  logits: Numbers,
  weights: Numbers,
  { B, T, V }: Shape,
  flags: LossFlags,
  costOf: Cost,
): LossResult {
  const { averageAcrossTimesteps = true, averageAcrossBatch = true } = flags;
  const { sumOverTimesteps = false, sumOverBatch = false } = flags;
  const average = averageAcrossTimesteps || averageAcrossBatch;
  const sum = sumOverTimesteps || sumOverBatch;
  // Both on one axis contradict each other; one on either axis leaves open which divisor comes first.
  if (average && sum) throw new RangeError("average and sum flags cannot be combined");

  const keepB = !averageAcrossBatch && !sumOverBatch;
  const keepT = !averageAcrossTimesteps && !sumOverTimesteps;
  const shape = [...(keepB ? [B] : []), ...(keepT ? [T] : [])];
  const group = (b: number, t: number): number => (keepB ? b : 0) * (keepT ? T : 1) + (keepT ? t : 0);
  const groups = (keepB ? B : 1) * (keepT ? T : 1);
  const total = new Float64Array(groups);
  const divisor = new Float64Array(groups).fill(average || sum ? 0 : 1);
  const dlogits = new Float64Array(B * T * V); // (B, T, V)

  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++) {
      const w = weights[b * T + t]!;
      if (w === 0) continue;
      const g = group(b, t);
      const { cost, dlogit } = costOf(row(logits, b * T + t, V), b * T + t);
      total[g]! += w * cost;
      if (average) divisor[g]! += w;
      if (sum) divisor[g]! += 1;
      dlogits.set(
        dlogit.map((d) => w * d),
        (b * T + t) * V,
      );
    }
  }
  const divided = (x: number, g: number): number => (divisor[g] === 0 ? 0 : x / divisor[g]!);
  return {
    loss: total.map(divided),
    shape,
    dlogits: dlogits.map((d, k) => divided(d, group(Math.floor(k / (T * V)), Math.floor(k / V) % T))),
  };
}
