/**
 * The losses in f64, with their gradients: a cost at each step (B, T), weighted and averaged as TensorFlow 1.15's
 * contrib.seq2seq.sequence_loss does.
 *
 *   loss_g  = Σ_{bt in g} w_bt·cost_bt / divisor_g          0 where divisor_g is exactly 0 (div_no_nan)
 *   divisor = Σ w (average) | number of weights that are not 0 (sum) | 1 (no flag)
 *   cost_bt = ln Σ_v exp(logits_btv) − logits_bt[target_bt]     softmax cross-entropy
 *   cost_bt = (1/V)·Σ_v (logits_btv − target_btv)²              mean squared error (Keras; with w = 1 PyTorch's MSELoss)
 *
 * The flags only decide which (b, t) fall into one group g: all of them, a row, a column, or each by itself.
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

/** Mean squared error of logits (B, T, V) against numbers (B, T, V). */
export function meanSquaredError(
  logits: Numbers,
  targets: Numbers,
  weights: Numbers, // (B, T)
  shape: Shape,
  flags: LossFlags = {},
): LossResult {
  const { V } = shape;
  const squares: Cost = (logit, k) => {
    const difference = logit.map((y, v) => y - targets[k * V + v]!);
    return {
      // cost = (1/V)·Σ (y − target)²,  ∂cost/∂y_v = (2/V)·(y_v − target_v)
      cost: difference.reduce((sum, d) => sum + d * d, 0) / V,
      dlogit: difference.map((d) => (2 * d) / V),
    };
  };
  return weighted(logits, weights, shape, flags, squares);
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
