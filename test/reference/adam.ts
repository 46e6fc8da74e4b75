/**
 * Adam in f64, in the two forms that differ in the place of ε, and clipping by the global norm.
 *
 *   m ← β1·m + (1 − β1)·g                                   t counts from 1; m and v start at 0
 *   v ← β2·v + (1 − β2)·g²
 *   TensorFlow 1 (ε̂):  θ ← θ − lr·√(1 − β2ᵗ)/(1 − β1ᵗ) · m/(√v + ε)
 *   PyTorch:           θ ← θ − lr · m̂/(√v̂ + ε),  m̂ = m/(1 − β1ᵗ),  v̂ = v/(1 − β2ᵗ)
 *   weight decay:      θ ← θ·(1 − lr·λ) before the update: decoupled, as in AdamW, and on every parameter
 *
 * Sources: tf.train.AdamOptimizer 1.15, torch.optim.Adam and AdamW 2.5.
 */
export type Arrays = Record<string, Float64Array>;

export interface AdamSettings {
  readonly learningRate?: number; // default 0.001
  readonly beta1?: number; // default 0.9
  readonly beta2?: number; // default 0.999
  readonly epsilon?: number; // default 1e-8
  readonly epsilonMode?: "tensorflow" | "torch"; // default "tensorflow"
  readonly weightDecay?: number; // λ, default 0
}

export class Adam {
  readonly m: Arrays = {};
  readonly v: Arrays = {};
  t = 0;

  constructor(readonly settings: AdamSettings = {}) {}

  /** Updates in place every parameter that has a gradient. */
  step(parameters: Arrays, gradients: Arrays): void {
    const { learningRate: lr = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = this.settings;
    const { epsilonMode = "tensorflow", weightDecay = 0 } = this.settings;
    this.t += 1;
    const correction1 = 1 - beta1 ** this.t;
    const correction2 = 1 - beta2 ** this.t;

    for (const [name, g] of Object.entries(gradients)) {
      const theta = parameters[name]!;
      const m = (this.m[name] ??= new Float64Array(theta.length));
      const v = (this.v[name] ??= new Float64Array(theta.length));
      for (let k = 0; k < theta.length; k++) {
        // m ← β1·m + (1 − β1)·g,  v ← β2·v + (1 − β2)·g²
        m[k] = beta1 * m[k]! + (1 - beta1) * g[k]!;
        v[k] = beta2 * v[k]! + (1 - beta2) * g[k]! ** 2;
        // θ ← θ·(1 − lr·λ)
        theta[k]! *= 1 - lr * weightDecay;
        // θ ← θ − lr·√(1 − β2ᵗ)/(1 − β1ᵗ) · m/(√v + ε)    or    θ ← θ − lr · m̂/(√v̂ + ε)
        theta[k]! -=
          epsilonMode === "tensorflow"
            ? ((lr * Math.sqrt(correction2)) / correction1) * (m[k]! / (Math.sqrt(v[k]!) + epsilon))
            : (lr * (m[k]! / correction1)) / (Math.sqrt(v[k]! / correction2) + epsilon);
      }
    }
  }
}

/** ‖g‖ = √(Σ g²) over all arrays together. */
export function globalNorm(gradients: Arrays): number {
  let sum = 0;
  for (const g of Object.values(gradients)) for (const x of g) sum += x * x;
  return Math.sqrt(sum);
}

/** g·clip·min(1/‖g‖, 1/clip): TensorFlow's clip_by_global_norm; a norm within the limit changes nothing. */
export function clipByGlobalNorm(gradients: Arrays, clipNorm: number): { clipped: Arrays; norm: number } {
  const norm = globalNorm(gradients);
  const scale = norm > clipNorm ? clipNorm / norm : 1;
  const clipped = Object.entries(gradients).map(([name, g]) => [name, g.map((x) => x * scale)] as const);
  return { clipped: Object.fromEntries(clipped), norm };
}
