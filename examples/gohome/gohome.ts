// The tutorial's program: learns to answer "ohome" to "gohom", one letter at a time.
//
//     npm run gohome                       as in the TensorFlow listing: the hidden states are the logits
//     npm run gohome -- --output-layer     with the logits H_t·W_ho + b_o
//     npm run gohome -- --seed 7           other initial weights; 12 of the first 100 seeds do not hold "ohome"
//
// Without an output layer the logits are tanh values in −1 … 1, so the loss cannot fall below ln(1 + 4e⁻²) ≈
// 0.4327.

import { parseArgs } from "node:util";
import { Adam, Rnn, Vocabulary, oneHot } from "bptt";

const { values } = parseArgs({
  options: { seed: { type: "string", default: "1" }, "output-layer": { type: "boolean", default: false } },
});

const vocabulary = new Vocabulary(["g", "o", "h", "m", "e"]);
const inputs = oneHot([vocabulary.encode("gohom")], 4); // (1, 5, 4): "e" is never an input
const targets = [vocabulary.encode("ohome")]; // (1, 5)
const weights = [[1, 1, 1, 1, 1]]; // (1, 5): every step counts the same

const rnn = new Rnn({
  cell: "tanh",
  inputSize: 4,
  hiddenSize: 5,
  outputSize: values["output-layer"] ? 5 : undefined,
  seed: Number(values.seed),
});
const initialState = rnn.zeroState(1);
const adam = new Adam({ learningRate: 0.1 });

/** Returns the letters with the largest logit at each step. */
function predict(): string {
  const { data, shape } = rnn.forward({ inputs, initialState }).logits; // (1, 5, 5)
  const [, steps = 0, classes = 0] = shape;
  const ids = Array.from({ length: steps }, (_, t) => {
    const row = data.subarray(t * classes, (t + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
  return vocabulary.decode(ids);
}

for (let step = 0; step < 300; step++) {
  const { loss } = rnn.trainStep({ inputs, initialState, targets, weights }, adam);
  if (step < 5 || step % 25 === 0) {
    console.log(`step ${String(step).padStart(3)}  loss ${loss.toFixed(4)}  says ${predict()}`);
  }
}

const { outputs } = rnn.forward({ inputs, initialState });
console.log(`\nH_t       ${["h0", "h1", "h2", "h3", "h4"].map((unit) => unit.padStart(7)).join("")}`);
[..."gohom"].forEach((letter, t) => {
  const hidden = [...outputs.data.subarray(t * 5, t * 5 + 5)].map((h) => h.toFixed(3).padStart(7));
  console.log(`t = ${t}  ${letter}  ${hidden.join("")}`);
});
const said = predict();
console.log(`\nloss ${rnn.evaluate({ inputs, targets, weights }).loss.toFixed(4)}\ngohom -> ${said}`);
if (said !== "ohome") process.exitCode = 1;
