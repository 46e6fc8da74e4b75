/** How the weights begin: limits, biases, orthogonality; by seed, and alike in shape for every cell. */
import { Rnn, type RnnOptions, type Tensor } from "bptt";
import { describe, expect, it } from "vitest";
import { optionsOf } from "../support/library.js";
import { cellOf, parameterShapes, type Sizes } from "../reference/rnn.js";
import { largest } from "../support/compare.js";
import { FAMILY } from "../support/random.js";

const [I, H, V] = [7, 24, 5];

function parametersOf(sizes: Sizes, options: Partial<RnnOptions>): Record<string, Tensor> {
  const rnn = new Rnn({ ...optionsOf(sizes), ...options });
  const { parameters } = rnn;
  rnn.free();
  return parameters;
}

/** Uniform in ±limit: none beyond, the largest near it, the mean near 0 (five deviations). */
function expectUniform(name: string, { data }: Tensor, limit: number): void {
  expect(largest(data), name).toBeLessThanOrEqual(Math.fround(limit));
  if (data.length < 100) return;
  expect(largest(data), name).toBeGreaterThan(0.9 * limit);
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  expect(Math.abs(mean), name).toBeLessThan((5 * limit) / Math.sqrt(3 * data.length));
}

describe.each(FAMILY)("$cell, resetAfter $resetAfter", (cell) => {
  const sizes: Sizes = { ...cell, layers: 2, bidirectional: true, I, H, V };
  const { G } = cellOf(sizes);

  it("has the twin's names and shapes, in this order", () => {
    const shapes = Object.entries(parametersOf(sizes, {})).map(([name, { shape }]) => [name, shape]);
    expect(shapes).toEqual(Object.entries(parameterShapes(sizes)));
  });

  it("glorot-uniform: the limit of the joint kernel (I + H, G·H), of the output layer (D·H, V), biases 0", () => {
    for (const [name, tensor] of Object.entries(parametersOf(sizes, { seed: 3 }))) {
      const inputs = name.includes("_l0") ? I : 2 * H;
      if (name === "w_ho") expectUniform(name, tensor, Math.sqrt(6 / (2 * H + V)));
      else if (name.startsWith("w_")) expectUniform(name, tensor, Math.sqrt(6 / (inputs + H + G * H)));
      else if (cell.cell === "lstm" && name.startsWith("b_h"))
        expect([...tensor.data]).toEqual(
          Array.from({ length: 4 * H }, (_, k) => (k >= H && k < 2 * H ? 1 : 0)),
        );
      else expect([...tensor.data], name).toEqual(new Array(tensor.data.length).fill(0));
    }
  });

  it("uniform-hidden: ±1/√H for everything, biases too", () => {
    for (const [name, tensor] of Object.entries(parametersOf(sizes, { init: "uniform-hidden" }))) {
      expectUniform(name, tensor, 1 / Math.sqrt(H));
      expect(largest(tensor.data), name).toBeGreaterThan(0);
    }
  });

  it("orthogonal: each gate's block Q of w_hh has Q·Qᵀ = 1, the rest is as without", () => {
    const plain = parametersOf(sizes, { seed: 4 });
    const parameters = parametersOf(sizes, { seed: 4, recurrentInit: "orthogonal" });
    const blocks = new Set<string>();
    for (const [name, { data }] of Object.entries(parameters)) {
      if (!name.startsWith("w_hh")) {
        expect(data, name).toEqual(plain[name]!.data);
        continue;
      }
      for (let g = 0; g < G; g++) {
        const at = (r: number, c: number): number => data[r * G * H + g * H + c]!;
        blocks.add(`${at(0, 0)}`);
        for (let a = 0; a < H; a++) {
          for (let b = 0; b <= a; b++) {
            let dot = 0;
            for (let c = 0; c < H; c++) dot += at(a, c) * at(b, c);
            // H products of numbers rounded to float32
            expect(Math.abs(dot - (a === b ? 1 : 0)), `${name} ${g}`).toBeLessThan(2e-6);
          }
        }
      }
    }
    expect(blocks.size).toBe(4 * G);
  });

  it("depends on the seed", () => {
    for (const init of ["glorot-uniform", "uniform-hidden"] as const) {
      const [a, b, c] = [1, 1, 2].map((seed) => parametersOf(sizes, { init, seed }));
      expect(a).toEqual(b);
      expect(a!["w_hh_l1_reverse"]).not.toEqual(c!["w_hh_l1_reverse"]);
    }
  });
});

it("forgetBias is where an lstm's f block begins, and there alone", () => {
  const { b_h_l0 } = parametersOf({ cell: "lstm", I, H: 2, V: 0 }, { forgetBias: -1.5 });
  expect([...b_h_l0!.data]).toEqual([0, 0, -1.5, -1.5, 0, 0, 0, 0]);
});
