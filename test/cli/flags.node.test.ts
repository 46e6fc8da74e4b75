/** Errors of the library as the command line prints them: with flags in the place of options, in hints too. */

import { describe, expect, it } from "vitest";
import { CharRnn, Rnn, Vocabulary } from "bptt";
import { Failure, sentenceOf, UsageError } from "../../ts/cli/failure.js";
import { onCommandLine } from "../../ts/cli/flags.js";
import { modelFailure } from "../../ts/cli/model/error-messages.js";
import { caught } from "../support/caught.js";

describe("a hint names flags", () => {
  it("that permit the unknown token", () => {
    using model = new CharRnn({ text: "ab", unknown: "?", hiddenSize: 4 });
    const error = onCommandLine(caught(() => model.generate({ prompt: "a", exclude: ["a", "b"] })));
    expect(error).toBeInstanceOf(UsageError);
    expect(sentenceOf(error)).toBe(
      "--exclude: expected at least one token that may be written, received all of them; --allow-unknown permits the unknown token",
    );
  });

  it("but none where it would not help", () => {
    using model = new CharRnn({ text: "ab", hiddenSize: 4 });
    const error = onCommandLine(caught(() => model.generate({ prompt: "a", exclude: ["a", "b"] })));
    expect(sentenceOf(error)).toBe(
      "--exclude: expected at least one token that may be written, received all of them",
    );
  });

  it("that give a model its vocabulary", () => {
    using rnn = new Rnn({ inputSize: 2, hiddenSize: 4, outputSize: 2 });
    const bytes = rnn.save();
    const error = modelFailure(
      "m.safetensors",
      caught(() => CharRnn.load(bytes)),
    );
    expect(error).toBeInstanceOf(Failure);
    expect(sentenceOf(error)).toBe(
      "m.safetensors: expected a model with a vocabulary, received one without; --vocabulary gives it one",
    );
    CharRnn.load(bytes, { vocabulary: new Vocabulary(["a", "b"]) }).free();
  });
});
