// A custom loss: quantile regression by the pinball loss, through `rnn.backward`.
//
//     npm run custom-loss
//
// The data is a signal whose noise grows and shrinks with its phase. The network predicts three quantiles of
// the next value: 10 %, 50 % and 90 %. For a quantile q the pinball loss of a prediction p is q·(y − p) if
// the value y is above it and (1 − q)·(p − y) if it is below (Koenker and Bassett, "Regression Quantiles",
// 1978). bptt does not contain this loss; it needs only the value and the gradient with respect to the
// logits. The figure of merit is the fraction of held-out values below each quantile, which should equal that
// quantile.

import { Adam, cosine, fit, Rnn, type Tensor } from "bptt";

const QUANTILES = [0.1, 0.5, 0.9];
const BATCH = 16;
const TIME = 64;

/** Returns a generator of numbers in 0 … 1 from a seed: Marsaglia's xorshift. */
function random(seed: number): () => number {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

interface Sequences {
  inputs: Tensor; // (B, T, 1)
  next: Float32Array; // (B·T)
}

/** Returns sawtooth waves of 16 steps with noise that is five times as wide at the top as at the bottom. */
function sequences(seed: number): Sequences {
  const coin = random(seed);
  const data = new Float32Array(BATCH * TIME);
  const next = new Float32Array(BATCH * TIME);
  for (let b = 0; b < BATCH; b++) {
    const start = Math.floor(coin() * 16);
    const at = (t: number) => {
      const phase = ((start + t) % 16) / 16;
      const noise = coin() + coin() - 1; // triangular in −1 … 1
      return phase + noise * (0.05 + 0.2 * phase);
    };
    let value = at(0);
    for (let t = 0; t < TIME; t++) {
      data[b * TIME + t] = value;
      next[b * TIME + t] = value = at(t + 1);
    }
  }
  return { inputs: { data, shape: [BATCH, TIME, 1] }, next };
}

/** Returns the mean pinball loss and its gradient with respect to the logits (B, T, Q). */
function pinball(logits: Tensor, next: Float32Array): { loss: number; logitsGradient: Tensor } {
  const data = new Float32Array(logits.data.length);
  let loss = 0;
  logits.data.forEach((predicted, i) => {
    const quantile = QUANTILES[i % QUANTILES.length]!;
    const error = next[Math.floor(i / QUANTILES.length)]! - predicted;
    const slope = error > 0 ? quantile : quantile - 1;
    loss += (slope * error) / data.length;
    data[i] = -slope / data.length;
  });
  return { loss, logitsGradient: { data, shape: logits.shape } };
}

const rnn = new Rnn({ cell: "tanh", inputSize: 1, hiddenSize: 24, outputSize: QUANTILES.length, seed: 1 });

/** Yields the ten batches of epoch n. */
function* epoch(n: number): Generator<Sequences> {
  for (let batch = 0; batch < 10; batch++) yield sequences(1 + n * 10 + batch);
}

const STEPS = 1200;
const { loss, validationLoss, steps } = await fit(rnn, epoch, {
  steps: STEPS,
  optimizer: new Adam({ epsilonMode: "torch" }),
  learningRate: cosine({ from: 0.01, steps: STEPS }),
  trainStep: ({ inputs, next }, { optimizer, clipNorm }) => {
    const { loss, logitsGradient } = pinball(rnn.forward({ inputs }).logits, next);
    const { gradients } = rnn.backward({ inputs, logitsGradient });
    return { loss, ...rnn.applyGradients(gradients, optimizer, { clipNorm }) };
  },
  validation: [sequences(1_000_003)],
  evaluate: ({ inputs, next }) => pinball(rnn.forward({ inputs }).logits, next).loss,
});
console.log(
  `${steps} steps: pinball loss ${loss.toFixed(5)}, on held-out data ${validationLoss!.toFixed(5)}\n`,
);

const heldOut = Array.from({ length: 20 }, (_, n) => sequences(2_000_003 + n));
const below = QUANTILES.map(() => 0);
let count = 0;
for (const { inputs, next } of heldOut) {
  const { data } = rnn.forward({ inputs }).logits;
  next.forEach((value, i) => {
    if (i % TIME < 16) return; // the first tooth is skipped, because its phase is unknown
    count++;
    QUANTILES.forEach((_, q) => {
      if (value < data[i * QUANTILES.length + q]!) below[q]!++;
    });
  });
}
let worst = 0;
QUANTILES.forEach((quantile, q) => {
  const share = below[q]! / count;
  worst = Math.max(worst, Math.abs(share - quantile));
  console.log(
    `${(100 * share).toFixed(1).padStart(5)} % of ${count} held-out values lie below the ${100 * quantile} % quantile`,
  );
});
console.log(`\nlargest deviation: ${(100 * worst).toFixed(1)} percentage points`);
if (!(worst < 0.03)) process.exitCode = 1;
