// Learns gohom → ohome with the result of `import` or `require`. The answer has the same bits everywhere.

/** @param {any} library */
export function gohome({ Adam, Rnn, Vocabulary, oneHot }) {
  const vocabulary = new Vocabulary(["g", "o", "h", "m", "e"]);
  const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 5, seed: 1 });
  const inputs = oneHot([vocabulary.encode("gohom")], 4);
  const batch = { inputs, targets: [vocabulary.encode("ohome")] };
  const adam = new Adam({ learningRate: 0.1 });
  let loss = 0;
  for (let step = 0; step < 60; step++) loss = rnn.trainStep(batch, adam).loss;
  const { data } = rnn.forward({ inputs }).logits; // (1, 5, 5)
  const ids = [0, 1, 2, 3, 4].map((t) => {
    const row = data.subarray(t * 5, t * 5 + 5);
    return row.indexOf(Math.max(...row));
  });
  rnn.free();
  return { said: vocabulary.decode(ids), loss };
}
