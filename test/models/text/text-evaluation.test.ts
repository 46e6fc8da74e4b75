import { describe, expect, it, vi } from "vitest";
import { CharRnn, Rnn, sequenceLoss, type State } from "bptt";
import { readCharRnnOptions } from "../../../ts/models/text/char-rnn-options.js";
import { evaluationWindows } from "../../../ts/models/text/batches.js";
import { validationLoss } from "../../../ts/models/text/evaluate.js";

const LONG = "so much depends upon a red wheel barrow glazed with rain water ".repeat(60);
const LIST = ["anna", "otto", "hannah", "bob", "johanna", "jo", "susanna", "a"];

/** Evaluates from logits: sums of losses and of correct tokens. */
function byLogits(rnn: Rnn, windows: Iterable<Parameters<ReturnType<typeof validationLoss>>[0]>) {
  let carried: State | undefined;
  const losses: number[] = [];
  let right = 0;
  let count = 0;
  for (const { inputs, targets, sequenceLengths, initialState = carried } of windows) {
    const start = initialState === undefined ? {} : { initialState };
    const { logits, state } = rnn.forward({ inputs, sequenceLengths, ...start });
    carried = state;
    const [batch, time] = inputs.shape;
    const classes = logits.shape[2] as number;
    const weights = new Float32Array(batch * time);
    sequenceLengths.forEach((length, b) => weights.fill(1, b * time, b * time + length));
    const tokens = sequenceLengths.reduce((sum, length) => sum + length, 0);
    const loss = sequenceLoss(logits, targets, { weights: { data: weights, shape: [batch, time] } });
    losses.push(Number(loss) * tokens);
    count += tokens;
    weights.forEach((weight, i) => {
      const row = Array.from(logits.data.subarray(i * classes, (i + 1) * classes));
      if (weight !== 0 && row.indexOf(Math.max(...row)) === targets.data[i]) right++;
    });
  }
  return { losses, right, tokens: count };
}

it.each([
  ["a long text", "gru", LONG],
  ["a long text", "lstm", LONG],
  ["a list", "tanh", LIST],
] as const)("the loss of %s (%s) has the bits of sequenceLoss on its logits", (_kind, cell, text) => {
  const model = new CharRnn({ text: text as string, cell, hiddenSize: 12, layers: 2, dropout: 0.3, seed: 4 });
  const { rnn } = model;
  const { codec } = readCharRnnOptions({ text });
  const windows = evaluationWindows(rnn, codec, codec.encodeAll(text as string));
  const { losses, right, tokens } = byLogits(rnn, windows);
  expect(losses.length).toBeGreaterThan(0);
  const total = losses.reduce((sum, loss) => sum + loss, 0);

  const { loss, accuracy } = model.evaluate(text as string);
  expect(loss).toBe(total / tokens);
  expect(accuracy).toBe(right / tokens);
  const share = windows.count / windows.tokens;
  const take = validationLoss(rnn, windows);
  expect(Array.from(windows, take)).toEqual(losses.map((each) => each * share));
  model.free();
});

it("evaluation copies no logits, and inspect makes no other network", () => {
  const model = new CharRnn({ text: LONG, hiddenSize: 8, layers: 2, dropout: 0.5 });
  const forward = vi.spyOn(Rnn.prototype, "forward");
  model.evaluate(LONG);
  expect(forward).not.toHaveBeenCalled();
  const set = vi.spyOn(Rnn.prototype, "setParameters");
  const gradients = vi.spyOn(Rnn.prototype, "gradients");
  const { hidden, gates, losses } = model.inspect("so much");
  expect(set).not.toHaveBeenCalled();
  expect(gradients).not.toHaveBeenCalled();
  expect([hidden.shape, gates.shape, losses.length]).toEqual([[7, 2, 1, 8], [7, 2, 1, 24], 7]);
  vi.restoreAllMocks();
  model.free();
});

it("weights that overflow give a loss that is not finite, not an error", () => {
  const model = new CharRnn({ text: LONG, cell: "relu", hiddenSize: 8 });
  const { w_hh_l0 } = model.rnn.parameters;
  model.rnn.setParameters({ w_hh_l0: { ...w_hh_l0!, data: w_hh_l0!.data.map(() => 1e30) } });
  expect(model.evaluate(LONG).loss).not.toBeLessThan(Infinity);
  model.free();
});

describe("onProgress of evaluate", () => {
  it.each([
    ["one long text", "so much depends upon ".repeat(500)],
    ["a list", Array.from({ length: 90 }, (_, i) => "depends".repeat(1 + (i % 9)))],
  ] as const)("%s: rises to all tokens, and changes nothing", (_, text) => {
    using model = new CharRnn({ text, hiddenSize: 4 });
    const seen: { tokens: number; fraction: number }[] = [];
    const result = model.evaluate(text, { onProgress: (progress) => void seen.push(progress) });
    expect(result).toEqual(model.evaluate(text));
    expect(seen.length).toBeGreaterThan(1);
    for (const [i, { tokens, fraction }] of seen.entries()) {
      expect(tokens).toBeGreaterThan(seen[i - 1]?.tokens ?? 0);
      expect(fraction).toBe(tokens / seen.at(-1)!.tokens);
    }
    const all =
      typeof text === "string" ? text.length - 1 : text.reduce((sum, each) => sum + each.length + 1, 0);
    if (typeof text !== "string") expect(seen.at(-1)!.tokens).toBe(all);
    expect(seen.at(-1)!.fraction).toBe(1);
  });

  it("bad input", () => {
    using model = new CharRnn({ text: "abc", hiddenSize: 4 });
    expect(() => model.evaluate("abc", { onProgress: 7 as never })).toThrow(TypeError);
    expect(() => model.evaluate("abc", { onprogress: () => undefined } as never)).toThrow(TypeError);
  });
});
