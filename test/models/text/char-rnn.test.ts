/**
 * Tests that a text model memorizes a short text and reproduces it, with every cell and both kinds, and that
 * its results are those of its network.
 */

import { CharRnn, Rnn, sequenceLoss, Vocabulary, type Cell } from "bptt";
import { describe, expect, it } from "vitest";

const CELLS = ["tanh", "relu", "gru", "lstm"] as const satisfies Cell[];
const TEXT = "so much depends upon a red wheel barrow glazed with rain water beside the white chickens. ";
const NAMES = ["anna", "otto", "hannes", "ида", "지민", "👩‍🚀e\u0301"];

describe("CharRnn learns by heart", () => {
  it.each(CELLS)("one long text, %s", async (cell) => {
    const text = TEXT.repeat(12);
    const model = new CharRnn({ text, cell, hiddenSize: 48, seed: 3 });
    const options = {
      steps: cell === "relu" ? 1000 : 400, // unbounded units learn irregularly: smaller steps, and more of them
      batchSize: 8,
      sequenceLength: 30,
      learningRate: cell === "relu" ? 2e-3 : 1e-2,
    };
    const { stopped } = await model.fit(text, options);
    expect(stopped).toBe("finished");
    const prompt = "so much";
    expect(model.generate({ prompt, length: TEXT.length - 1, temperature: 0 })).toBe(
      (TEXT + TEXT).slice(prompt.length, prompt.length + TEXT.length - 1),
    );
    const { loss, accuracy, bitsPerCharacter, perplexity } = model.evaluate(text);
    expect(accuracy).toBeGreaterThan(0.95);
    expect(bitsPerCharacter).toBeCloseTo(loss / Math.LN2, 12);
    expect(perplexity).toBeCloseTo(Math.exp(loss), 12);
    expect(model.nextProbabilities("so muc")[0]?.token).toBe("h");
    model.free();
  });

  it.each(CELLS)("a list of texts, each from its start to its end, %s", async (cell) => {
    const model = new CharRnn({ text: NAMES, cell, hiddenSize: 32, seed: 1 });
    await model.fit(NAMES, { steps: 300, batchSize: 4, learningRate: 0.01 });
    const said = new Set(model.generate({ count: 60, length: 20, temperature: 0.5 }));
    expect([...said].sort()).toEqual([...NAMES].sort());
    expect(model.generate({ prompt: "han", temperature: 0 })).toBe("nes");
    model.free();
  });
});

describe("CharRnn says what its network says", () => {
  const text = "anna und hannah essen ananas, otto nicht; ".repeat(4);
  const model = new CharRnn({ text, cell: "lstm", hiddenSize: 7, layers: 2, dropout: 0.5, seed: 4 });
  const { rnn, vocabulary } = model;
  const ids = vocabulary.encode(text);

  it("evaluate: of a short text the loss of one pass over it", () => {
    const inputs = [ids.subarray(0, -1)];
    const targets = [ids.subarray(1)];
    const { loss, accuracy } = rnn.evaluate({ inputs, targets });
    const got = model.evaluate(text);
    expect(got.loss).toBeCloseTo(loss, 5); // two sums of float32 losses over different pieces
    expect(got.accuracy).toBeCloseTo(accuracy, 6);
  });

  it("nextProbabilities: the softmax of the last logits", () => {
    const prompt = text.slice(0, 20);
    const { logits } = rnn.forward({ inputs: [vocabulary.encode(prompt)] });
    const last = Array.from(logits.data.slice(-vocabulary.size), Math.exp);
    const sum = last.reduce((a, b) => a + b);
    const next = model.nextProbabilities(prompt);
    expect(next).toHaveLength(vocabulary.size);
    for (const { token, probability } of next) {
      expect(probability).toBeCloseTo(last[vocabulary.tokens.indexOf(token)]! / sum, 6);
    }
    expect(next.map(({ probability }) => probability)).toEqual(
      next.map(({ probability }) => probability).sort((a, b) => b - a),
    );
  });

  it("inspect: the states of a forward pass without dropout, and what each token cost", () => {
    const { tokens, hidden, gates, cells, probabilities, losses } = model.inspect("anna");
    expect(tokens).toEqual(["a", "n", "n", "a"]);
    expect([hidden.shape, gates.shape, cells?.shape]).toEqual([
      [4, 2, 1, 7],
      [4, 2, 1, 28],
      [4, 2, 1, 7],
    ]);
    expect(probabilities.shape).toEqual([4, vocabulary.size]);
    const inputs = [vocabulary.encode("anna")];
    const { outputs, logits } = rnn.forward({ inputs });
    for (let t = 0; t < 4; t++) {
      const layer1 = hidden.data.subarray((t * 2 + 1) * 7, (t * 2 + 2) * 7);
      expect(Array.from(layer1)).toEqual(Array.from(outputs.data.subarray(t * 7, (t + 1) * 7)));
    }
    const three = { data: logits.data.slice(0, 3 * vocabulary.size), shape: [1, 3, vocabulary.size] };
    const mean = sequenceLoss(three, [vocabulary.encode("nna")]) as number;
    expect((losses[0]! + losses[1]! + losses[2]!) / 3).toBeCloseTo(mean, 5);
    expect(losses[3]).toBeNaN();
  });

  it("a list model is inspected from its start to its end", () => {
    const list = new CharRnn({ text: ["ab"], hiddenSize: 3 });
    const { tokens, losses } = list.inspect("ab");
    expect(tokens).toEqual(["<end>", "a", "b"]);
    expect(losses.every((loss) => loss > 0)).toBe(true);
    list.free();
  });

  it("a PyTorch file and a vocabulary make a model", () => {
    const plain = new Rnn({ cell: "gru", inputSize: 3, hiddenSize: 4, outputSize: 3, seed: 1 });
    const loaded = CharRnn.load(plain.save(), { vocabulary: new Vocabulary(["a", "b", "c"]) });
    expect(loaded.rnn.parameters).toEqual(plain.parameters);
    expect(loaded.generate({ prompt: "a", length: 3 })).toHaveLength(3);
    loaded.free();
    plain.free();
  });
});
