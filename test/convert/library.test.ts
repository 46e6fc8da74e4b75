/**
 * Tests that the library computes what the oracle of the conversions does, so that parameter names and the
 * order of gates mean the same to both.
 */
import { Rnn, type Tensor } from "bptt";
import { fromKeras, toKeras } from "bptt/convert";
import { expect, test } from "vitest";
import { expectClose } from "../support/compare.js";
import { integers, seeded } from "../support/random.js";
import { LOGITS } from "../support/tolerance.js";
import { forward } from "./forward.js";
import { CONFIGS, nameOf, randomNetwork } from "./networks.js";

test.each(CONFIGS.map((config) => [nameOf(config), config] as const))("%s", (_, config) => {
  const network = randomNetwork(config);
  const rnn = new Rnn(network.config);
  rnn.setParameters(network.parameters);
  const [B, T] = [2, 5];
  const ids = integers(seeded(3), B * T, config.inputSize);
  const want = forward(network, { B, T, ids });
  const { logits, state } = rnn.forward({ inputs: { data: ids, shape: [B, T] } });
  expectClose("logits", logits.data, want.logits, LOGITS);
  const { h, c } = "h" in state ? (state as { h: Tensor; c: Tensor }) : { h: state as Tensor, c: undefined };
  expectClose("h", h.data, want.h, LOGITS);
  if (c) expectClose("c", c.data, want.c, LOGITS);
  // a network is a description itself
  const { cell, layers = 1, bidirectional = false } = config;
  expect(fromKeras(toKeras(rnn), { cell, layers, bidirectional })).toEqual(network);
  rnn.free();
});
