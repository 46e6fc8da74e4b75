/** The end of memory: every call either succeeds or is OUT_OF_MEMORY and changes nothing, and freed memory can be used again. */

import { readFileSync } from "node:fs";
import { beforeEach, expect, it, vi } from "vitest";
import { withMemoryLimit } from "../support/limited-memory.js";

const bytes = readFileSync(new URL("../../crate/pkg/bptt_bg.wasm", import.meta.url));
const BATCH = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };

beforeEach(() => vi.resetModules());

/** A fresh copy of the library whose memory ends after so many pages. */
async function limited(pages: number) {
  const library = await import("bptt/slim");
  await library.init(withMemoryLimit(bytes, pages));
  return library;
}

type Library = Awaited<ReturnType<typeof limited>>;

/** The code of the error that a call throws; undefined if it succeeds. */
function codeOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
  return undefined;
}

/** Makes things until there is no memory, ever smaller ones, and returns what was made. */
function fill<Thing>(make: (size: number) => Thing, largest: number): Thing[] {
  const made: Thing[] = [];
  for (let size = largest; size >= 1; size = Math.floor(size / 2)) {
    for (;;) {
      const code = codeOf(() => made.push(make(size)));
      if (code === undefined) continue;
      expect(code).toBe("OUT_OF_MEMORY");
      break;
    }
  }
  return made;
}

/** The losses of some steps of a network, which show all its weights. */
function losses({ Adam }: Library, rnn: InstanceType<Library["Rnn"]>): number[] {
  const adam = new Adam();
  return Array.from({ length: 3 }, () => rnn.trainStep(BATCH, adam).loss);
}

const CELLS = ["tanh", "gru", "lstm"] as const;

it.each([1, 3, 10, 40])("networks until nothing fits, with a limit of %i pages more", async (pages) => {
  const library = await limited(pages);
  const { Rnn } = library;
  const make = (hiddenSize: number) =>
    new Rnn({ cell: CELLS[hiddenSize % 3]!, inputSize: 4, hiddenSize, outputSize: 4, layers: 2 });
  const rnns = fill(make, 100);
  for (const rnn of rnns.splice(1)) rnn.free();
  for (const rnn of rnns) rnn.free();
  const twin = new Rnn({ inputSize: 4, hiddenSize: 5, outputSize: 4 });
  const again = new Rnn({ inputSize: 4, hiddenSize: 5, outputSize: 4 });
  expect(losses(library, again)).toEqual(losses(library, twin));
});

it("sessions, optimizers, batches and draws beside a network, which stays as it was", async () => {
  const library = await limited(20);
  const { Rnn, Sgd, RmsProp, Adam, sequenceLoss, sample } = library;
  const options = { cell: "gru", inputSize: 4, hiddenSize: 8, outputSize: 4 } as const;
  const twin = new Rnn(options);
  const expected = losses(library, twin);
  twin.free();
  const rnn = new Rnn(options);
  const before = rnn.parameters;
  const sessions = fill((batch) => rnn.session({ batch }), 1000);
  for (const optimizer of [new Adam(), new Sgd({ momentum: 0.9 }), new RmsProp({ momentum: 0.9 })]) {
    const code = codeOf(() =>
      rnn.trainStep({ inputs: [new Int32Array(5000)], targets: [new Int32Array(5000)] }, optimizer),
    );
    expect(code).toBe("OUT_OF_MEMORY");
    expect(optimizer.steps).toBe(0);
  }
  const logits = { data: new Float32Array(4e6), shape: [1000, 1000, 4] };
  expect(
    codeOf(() =>
      sequenceLoss(
        logits,
        Array.from({ length: 1000 }, () => new Int32Array(1000)),
      ),
    ),
  ).toBe("OUT_OF_MEMORY");
  expect(codeOf(() => sample({ data: new Float32Array(4e6), shape: [1000, 4000] }))).toBe("OUT_OF_MEMORY");
  expect(rnn.parameters).toEqual(before);
  for (const session of sessions) session.free();
  expect(losses(library, rnn)).toEqual(expected);
});

it("sizes whose products wrap around in 32 bits are refused", async () => {
  const { Rnn } = await limited(100);
  for (const cell of CELLS)
    for (const power of [26, 27, 28, 29, 30])
      for (const extra of [{}, { bidirectional: true }, { layers: 1024 }, { outputSize: 2 ** 30 }]) {
        const make = () => new Rnn({ cell, inputSize: 1, hiddenSize: 2 ** power, ...extra });
        expect(codeOf(make)).toBe("OUT_OF_MEMORY");
      }
});
