/** The parts of the models of labels, against values worked out by hand or by a second implementation. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classWeightsOf } from "../../../ts/models/labels/class-weights.js";
import type { Dataset } from "../../../ts/models/labels/dataset.js";
import { Decider } from "../../../ts/models/labels/decider.js";
import { evaluateDecisions } from "../../../ts/models/labels/metrics.js";
import { labelLoss, probabilitiesOf } from "../../../ts/models/labels/probabilities.js";
import { splitExamples } from "../../../ts/models/labels/split.js";
import { fitTemperature } from "../../../ts/models/labels/temperature.js";
import { WindowMean } from "../../../ts/models/labels/window-mean.js";
import { Gaussian } from "../../../ts/models/shared/gaussian.js";

const dataset = (targets: number[], groups?: number[]): Dataset => ({
  values: new Float32Array(targets.length),
  width: 1,
  starts: Int32Array.from({ length: targets.length + 1 }, (_, i) => i),
  targets: Int32Array.from(targets),
  isTagged: false,
  groups: groups && Int32Array.from(groups),
});

describe("metrics", () => {
  // a is right twice and once taken for b; b is right once; c never occurs and is decided once
  const rows = [
    [3, 0, 0],
    [2, 1, 0],
    [0, 2, 0],
    [0, 1, 0],
    [0, 0, 4],
  ];
  const result = evaluateDecisions({ logits: rows, targets: [0, 0, 0, 1, 1] }, ["a", "b", "c"], 1);

  it("count what was taken for what", () => {
    expect(result.confusion).toEqual([
      [2, 1, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
    expect(result.accuracy).toBe(3 / 5);
    expect(result.labels).toEqual(["a", "b", "c"]);
  });

  it("tell how each label fares", () => {
    expect(result.perLabel).toEqual([
      { label: "a", precision: 1, recall: 2 / 3, f1: 0.8, support: 3 },
      { label: "b", precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
      { label: "c", precision: 0, recall: 0, f1: 0, support: 0 },
    ]);
    expect(result.macroF1).toBeCloseTo((0.8 + 0.5 + 0) / 3, 15);
  });

  it("have the loss and the calibration error of their definition", () => {
    const p = rows.map((row) => {
      const e = row.map(Math.exp);
      return e.map((x) => x / e.reduce((a, b) => a + b));
    });
    const targets = [0, 0, 0, 1, 1];
    expect(result.loss).toBeCloseTo(p.reduce((sum, row, i) => sum - Math.log(row[targets[i]!]!), 0) / 5, 14);
    const bins = new Map<number, [number, number]>();
    p.forEach((row, i) => {
      const top = Math.max(...row);
      const bin = Math.floor(top * 15);
      const [sum, right] = bins.get(bin) ?? [0, 0];
      bins.set(bin, [sum + top, right + Number(row.indexOf(top) === targets[i])]);
    });
    const error = [...bins.values()].reduce((sum, [top, right]) => sum + Math.abs(top - right), 0) / 5;
    expect(result.calibrationError).toBeCloseTo(error, 14);
  });

  it("leave out of the mean f1 what neither occurs nor is decided", () => {
    const { macroF1 } = evaluateDecisions({ logits: [[1, 0, 0]], targets: [0] }, ["a", "b", "c"], 1);
    expect(macroF1).toBe(1);
  });
});

describe("probabilities", () => {
  it("are a softmax, flatter the higher the temperature, and lose −ln p", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -30, max: 30, noNaN: true }), { minLength: 2, maxLength: 6 }),
        fc.double({ min: 0.3, max: 10, noNaN: true }),
        (logits, temperature) => {
          const e = logits.map((x) => Math.exp((x - Math.max(...logits)) / temperature));
          const sum = e.reduce((a, b) => a + b);
          probabilitiesOf(logits, temperature).forEach((p, c) => {
            expect(p).toBeCloseTo(e[c]! / sum, 14);
            expect(labelLoss(logits, c, temperature)).toBeCloseTo(-Math.log(e[c]! / sum), 11);
          });
        },
      ),
    );
  });
});

describe("the temperature", () => {
  it("undoes an exaggeration of the logits", () => {
    // drawn from the probabilities of the logits themselves: their true temperature is 1
    const noise = new Gaussian(1);
    const logits = Array.from({ length: 4000 }, () => [noise.next(), noise.next(), noise.next()]);
    const gumbel = () => {
      const [x, y] = [noise.next(), noise.next()];
      return -Math.log((x * x + y * y) / 2); // −ln of an exponential deviate
    };
    const targets = logits.map((row) => {
      const drawn = row.map((x) => x + gumbel());
      return drawn.indexOf(Math.max(...drawn));
    });
    expect(Math.abs(fitTemperature(logits, targets) - 1)).toBeLessThan(0.1);
    const exaggerated = logits.map((row) => row.map((x) => 5 * x));
    const found = fitTemperature(exaggerated, targets);
    expect(Math.abs(found - 5)).toBeLessThan(0.5);
    const loss = (t: number) => exaggerated.reduce((sum, row, i) => sum + labelLoss(row, targets[i]!, t), 0);
    for (const other of [found * 0.9, found * 1.1, 1]) expect(loss(other)).toBeGreaterThan(loss(found));
  });

  it("stays within its bounds when every answer is right, or wrong", () => {
    expect(fitTemperature([[1, 0]], [0])).toBeCloseTo(0.25, 6);
    expect(fitTemperature([[1, 0]], [1])).toBeCloseTo(16, 5);
  });
});

describe("the split", () => {
  const targets = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
  const settings = { validationFraction: 0.25, seed: 3 };

  it("takes the same share of each label, and nothing twice", () => {
    const { training, validation } = splitExamples(dataset(targets), settings, ["a", "b"]);
    expect([...training, ...validation].sort((x, y) => x - y)).toEqual(targets.map((_, i) => i));
    const labels = Array.from(validation, (i) => targets[i]);
    expect(labels).toEqual([0, 0, 1]);
  });

  it("depends on the seed alone", () => {
    const of = (seed: number) =>
      splitExamples(dataset(targets), { ...settings, seed }, ["a", "b"]).validation;
    expect(of(3)).toEqual(of(3));
    const drawn = new Set(Array.from({ length: 20 }, (_, seed) => of(seed).join()));
    expect(drawn.size).toBeGreaterThan(10);
  });

  it("keeps groups together", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 30 }),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        fc.nat(1000),
        (given, validationFraction, seed) => {
          const numbers = new Map([...new Set(given)].map((group, i) => [group, i]));
          fc.pre(numbers.size >= 2);
          const groups = given.map((group) => numbers.get(group)!);
          const data = dataset(
            groups.map(() => 0),
            groups,
          );
          const { training, validation } = splitExamples(data, { validationFraction, seed }, ["a", "b"]);
          expect(training.length).toBeGreaterThan(0);
          expect(validation.length).toBeGreaterThan(0);
          const sides = [training, validation].map((rows) => new Set(Array.from(rows, (i) => groups[i])));
          for (const group of sides[0]!) expect(sides[1]!.has(group)).toBe(false);
        },
      ),
    );
  });
});

describe("class weights", () => {
  const data = dataset([0, 0, 0, 1, 2, 2]);
  const all = Int32Array.of(0, 1, 2, 3, 4, 5);

  it("balance labels by the inverse of their share", () => {
    expect([...classWeightsOf("balanced", ["a", "b", "c", "d"], data, all)]).toEqual([0.5, 1.5, 0.75, 0]);
    expect([...classWeightsOf("balanced", ["a", "b", "c"], data, all.subarray(2))]).toEqual([
      4 / 3,
      4 / 3,
      2 / 3,
    ]);
  });

  it("are 1 where nothing is said", () => {
    expect([...classWeightsOf({ b: 3 }, ["a", "b", "c"], data, all)]).toEqual([1, 3, 1]);
    expect([...classWeightsOf(null, ["a", "b", "c"], data, all)]).toEqual([1, 1, 1]);
  });
});

describe("a decision", () => {
  const run = (rows: number[][], options: Partial<ConstructorParameters<typeof Decider>[0]> = {}) => {
    const decider = new Decider({ confidence: 0.8, hold: 3, release: 0.5, background: -1, ...options });
    return rows.map((row) => decider.push(Float64Array.from(row), row.indexOf(Math.max(...row))));
  };
  const a = [0.9, 0.1];
  const b = [0.1, 0.9];
  const neither = [0.6, 0.4];

  it("comes once a label has been likely for long enough, and ends when it is unlikely", () => {
    expect(run([neither, a, a, a, neither, [0.5, 0.5], [0.4, 0.6], a])).toEqual([
      -1, -1, -1, 0, 0, 0, -1, -1,
    ]);
  });

  it("starts counting again after a doubt", () => {
    expect(run([a, a, neither, a, a, a])).toEqual([-1, -1, -1, -1, -1, 0]);
  });

  it("of the same label made twice is two decisions", () => {
    const none = [0.3, 0.7];
    expect(run([a, a, a, none, a, a, a])).toEqual([-1, -1, 0, -1, -1, -1, 0]);
  });

  it("passes from one label to another only through none, unless the other is held meanwhile", () => {
    expect(run([a, a, a, b, b, b], { hold: 2 })).toEqual([-1, 0, 0, -1, 1, 1]);
  });

  it("is never the background", () => {
    expect(run([b, b, b, b], { background: 1 })).toEqual([-1, -1, -1, -1]);
    expect(run([a, a, a, b, b], { background: 1 })).toEqual([-1, -1, 0, -1, -1]);
  });
});

describe("the mean of a window", () => {
  it("is that of the last rows, without growing errors", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(), (size, seed) => {
        const random = new Gaussian(seed);
        const mean = new WindowMean(size, 2);
        const rows: number[][] = [];
        for (let i = 0; i < 200; i++) {
          const row = [random.next() * 1000, random.next()];
          rows.push(row);
          const last = rows.slice(-size);
          const found = mean.push(row);
          [0, 1].forEach((c) => {
            expect(found[c]).toBeCloseTo(last.reduce((sum, each) => sum + each[c]!, 0) / last.length, 9);
          });
        }
      }),
    );
  });

  it("of a window that never fills up has the bits of a plain sum", () => {
    const random = new Gaussian(5);
    const mean = new WindowMean(100, 1);
    let sum = 0;
    for (let n = 1; n <= 100; n++) {
      const x = random.next();
      sum += x;
      expect(mean.push([x])[0]).toBe(sum / n);
    }
  });
});

describe("normal deviates", () => {
  it("have the moments of the normal distribution", () => {
    const random = new Gaussian(1, 2, 3);
    const n = 40000;
    const moments = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = random.next();
      [x, x * x, x ** 3, x ** 4].forEach((value, k) => (moments[k]! += value / n));
    }
    // within five standard errors: √(Var xᵏ / n)
    [0, 1, 0, 3].forEach((wanted, k) => {
      expect(Math.abs(moments[k]! - wanted)).toBeLessThan((5 * Math.sqrt([1, 2, 15, 96][k]!)) / Math.sqrt(n));
    });
  });

  it("depend on the keys alone, and have the same bits everywhere", () => {
    const first = (...keys: number[]) => new Gaussian(...keys).next();
    expect(first(1, 2)).toBe(first(1, 2));
    expect(new Set([first(1, 2), first(2, 1), first(1), first(1, 3)]).size).toBe(4);
    expect(first(1, 2)).toMatchInlineSnapshot(`-0.1627949462486056`);
  });
});
