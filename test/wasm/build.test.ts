/**
 * Which of the two builds of the core this run of the suite is about, and the only difference there may be: one rounding
 * instead of two in a · b + c. All other tests are the same for both, tolerances included: they allow for float32, and the
 * relaxed build rounds less often, never more. Where bits are compared (a session with `forward`, a network with its twin)
 * both sides come from the same build on the same machine, which repeats itself. Only the default build promises bits from
 * one engine or machine to another: those are held by test/engines.
 */

import { Rnn } from "bptt";
import { expect, inject, it } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    build: "default" | "relaxed";
    core: "release" | "debug";
  }
}

const build = inject("build");

/** The encoding of f32x4.relaxed_madd in a module. */
const RELAXED_MADD = [0xfd, 0x85, 0x02];

it(`is the ${build} build that is loaded at first use`, () => {
  const { Module } = WebAssembly;
  const loaded: Uint8Array[] = [];
  WebAssembly.Module = new Proxy(Module, {
    construct(target, args: [Uint8Array<ArrayBuffer>]) {
      loaded.push(args[0]);
      return new target(...args);
    },
  });
  try {
    new Rnn({ cell: "tanh", inputSize: 1, hiddenSize: 1 }).free();
  } finally {
    WebAssembly.Module = Module;
  }
  expect(loaded).toHaveLength(1);
  const count = loaded[0]!.filter((_, i, bytes) =>
    RELAXED_MADD.every((byte, k) => bytes[i + k] === byte),
  ).length;
  if (build === "relaxed") expect(count).toBeGreaterThan(50);
  else expect(count).toBe(0);
});

it("rounds a · b before adding c, or not at all where the relaxed build finds a fused multiply-add", () => {
  // x · w = (1 + 2⁻¹²)² = 1 + 2⁻¹¹ + 2⁻²⁴, whose last bit does not fit a float32; the bias takes away the rest
  const [x, b] = [1 + 2 ** -12, -(1 + 2 ** -11)];
  const rnn = new Rnn({ cell: "tanh", inputSize: 1, hiddenSize: 1 });
  rnn.setParameters({ w_ih_l0: [[x]], b_h_l0: [b] });
  const [h] = rnn.forward({ inputs: [[[x]]] }).outputs.data;
  rnn.free();
  if (build === "default") expect(h).toBe(0);
  // 0 on the few processors that cannot (x64 before 2013)
  else expect([0, 2 ** -24]).toContain(h);
});
