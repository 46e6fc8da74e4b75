/**
 * The sequence loss in f64: weighted softmax cross-entropy over (B, T), with its gradient.
 * It follows TensorFlow 1.15's contrib.seq2seq.sequence_loss.
 *
 *   xent_bt = ln Σ_v exp(logits_btv) − logits_bt[target_bt]
 *   loss_g  = Σ_{bt in g} w_bt·xent_bt / divisor_g          0 where divisor_g is exactly 0 (div_no_nan)
 *   divisor = Σ w (average) | number of weights that are not 0 (sum) | 1 (no flag)
 *
 * The flags only decide which (b, t) fall into one group g: all of them, a row, a column, or each by itself.
 */
import type { Numbers } from "./rnn.js";

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

export function sequenceLoss(
  logits: Numbers, // (B, T, V)
  targets: Numbers, // (B, T), not read where the weight is 0
  weights: Numbers, // (B, T)
  { B, T, V }: { B: number; T: number; V: number },
  flags: LossFlags = {},
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
      const target = targets[b * T + t]!;
      const logit = Float64Array.from({ length: V }, (_, v) => logits[(b * T + t) * V + v]!); // (V)
      // The largest logit is subtracted first: the value does not change, and exp cannot overflow.
      const largest = logit.reduce((a, x) => Math.max(a, x), -Infinity);
      const normaliser = logit.reduce((s, x) => s + Math.exp(x - largest), 0);

      // xent = ln Σ exp(logit) − logit[target]
      total[g]! += w * (Math.log(normaliser) + largest - logit[target]!);
      if (average) divisor[g]! += w;
      if (sum) divisor[g]! += 1;
      for (let v = 0; v < V; v++) {
        // ∂(w·xent)/∂logit_v = w·(softmax(logit)_v − [v = target])
        dlogits[(b * T + t) * V + v] =
          w * (Math.exp(logit[v]! - largest) / normaliser - (v === target ? 1 : 0));
      }
    }
  }
  const divided = (x: number, g: number): number => (divisor[g] === 0 ? 0 : x / divisor[g]!);
  return {
    loss: total.map(divided),
    shape,
    dlogits: dlogits.map((d, k) => divided(d, group(Math.floor(k / (T * V)), Math.floor(k / V) % T))),
  };
}
