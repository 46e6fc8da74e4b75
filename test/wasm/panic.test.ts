/** How a panic of the core arrives in JavaScript. No public call causes one, so the test uses a freed object of the seam. */

import { oneHot } from "bptt";
import { expect, inject, it } from "vitest";
import { RawSampler } from "../../ts/wasm/raw-sampler.js";

it(`is ${inject("core") === "debug" ? "an error with its file and line" : "a bare trap"}`, () => {
  expect(oneHot([0], 1)).toBeDefined(); // the import registers the loader of the core
  const sampler = new RawSampler(1, 3);
  sampler.free();
  const panic = () => sampler.draw({ temperature: 1, topK: 3, topP: 1, seed: 0, step: 0 });
  if (inject("core") === "debug") expect(panic).toThrow(/^panicked at crate\/src\/[\w/]+\.rs:\d+:\d+:\n\S/);
  else expect(panic).toThrow(WebAssembly.RuntimeError);
});
