/** Live decisions: the same probabilities as whole sequences, and gestures found in a stream with pauses. */

import { SequenceClassifier } from "bptt";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { GESTURES, Pen } from "../../support/gestures.js";

const training = new Pen(7).examples(15);

describe("a stream", () => {
  const rows = (steps: number, seed: number) => new Pen(seed).rest(steps).map(([x, y]) => [x * 50, y * 50]);

  it.each(["mean", "last"] as const)(
    "has the bits of classify at the ends of patches, readout %s",
    (readout) => {
      const data = training.slice(0, 12);
      const model = new SequenceClassifier({ data, hiddenSize: 8, bidirectional: false, patch: 3, readout });
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(999), (steps, seed) => {
          const input = rows(steps, seed);
          const live = model.stream({ window: 60 });
          input.forEach((step, t) => {
            const { label, probability, probabilities } = live.push(step);
            const read = Math.floor((t + 1) / 3) * 3;
            if (read === 0) {
              expect(new Set(probabilities.map((each) => each.probability))).toEqual(new Set([1 / 6]));
            } else {
              expect({ label, probability, probabilities }).toEqual(model.classify(input.slice(0, read)));
            }
          });
          live.free();
        }),
        { numRuns: 20 },
      );
    },
  );

  it("averages the last steps of its window, of the median length by default", () => {
    const data = training.slice(0, 12);
    const model = new SequenceClassifier({ data, hiddenSize: 8, bidirectional: false, patch: 1 });
    const lengths = data.map(({ input }) => input.length).sort((a, b) => a - b);
    const median = lengths[5]!;
    const [byDefault, given, shorter] = [{}, { window: median }, { window: median - 1 }].map((options) =>
      model.stream(options),
    );
    let differs = false;
    for (const step of rows(3 * median, 5)) {
      const { probabilities } = byDefault!.push(step);
      expect(given!.push(step).probabilities).toEqual(probabilities);
      if (shorter!.push(step).probability !== probabilities[0]!.probability) differs = true;
    }
    expect(differs).toBe(true);
  });

  it("stays as it was when a step is refused, and starts again on request", () => {
    const model = new SequenceClassifier({
      data: training.slice(0, 12),
      hiddenSize: 8,
      bidirectional: false,
      patch: 2,
    });
    const [live, other] = [model.stream(), model.stream()];
    const steps = rows(9, 3);
    for (const step of steps) {
      expect(() => live.push([1, NaN])).toThrow("step[1]: expected a finite number, received NaN");
      expect(() => live.push([1])).toThrow("step: expected 2 features, received 1");
      expect(live.push(step)).toEqual(other.push(step));
    }
    live.reset();
    const fresh = model.stream();
    for (const step of steps) expect(live.push(step)).toEqual(fresh.push(step));
    live.free();
    live.free();
    expect(() => live.push(steps[0]!)).toThrow(expect.objectContaining({ code: "FREED" }));
  });

  it("reads text token by token", () => {
    const data = [
      { input: "abba", label: "x" },
      { input: "bab", label: "y" },
    ];
    const model = new SequenceClassifier({ data, hiddenSize: 8, bidirectional: false });
    const live = model.stream({ window: 10 });
    const last = [..."abz"].map((token) => live.push(token)).at(-1)!;
    expect(last.probability).toBe(model.classify("abz").probability);
  });
});

describe("200 gestures with pauses", () => {
  const model = new SequenceClassifier({ data: training, bidirectional: false, seed: 1 });
  beforeAll(async () => {
    await model.fit(training);
  }, 300_000);

  it("are each decided once: missed ≤ 2 %, false ≤ 2 %", () => {
    const pen = new Pen(99);
    const live = model.stream({ background: "none" });
    let decided: string | null = null;
    let [missed, wrong] = [0, 0];
    /** The decisions that begin while these steps come in. */
    const feed = (steps: readonly (readonly number[])[]): string[] => {
      const begun: string[] = [];
      for (const step of steps) {
        const now = live.push(step).decided;
        if (now !== decided && now !== null) begun.push(now);
        decided = now;
      }
      return begun;
    };
    wrong += feed(pen.rest(30)).length;
    for (let i = 0; i < 200; i++) {
      const name = GESTURES[pen.choose(GESTURES.length)]!;
      const begun = [...feed(pen.draw(name)), ...feed(pen.rest(15 + pen.choose(25)))];
      const right = begun.includes(name);
      if (!right) missed++;
      wrong += begun.length - Number(right);
    }
    expect(missed).toBeLessThanOrEqual(4);
    expect(wrong).toBeLessThanOrEqual(4);
  });

  it("made twice in a row are two decisions", () => {
    const pen = new Pen(3);
    const live = model.stream({ background: "none" });
    for (const name of GESTURES) {
      let [count, decided] = [0, null as string | null];
      for (const step of [...pen.draw(name), ...pen.rest(30), ...pen.draw(name), ...pen.rest(40)]) {
        const now = live.push(step).decided;
        if (now !== decided && now === name) count++;
        decided = now;
      }
      expect([name, count]).toEqual([name, 2]);
    }
  });

  it("of a pause alone nothing is decided", () => {
    const live = model.stream({ background: "none" });
    for (const step of new Pen(4).rest(500)) expect(live.push(step).decided).toBeNull();
  });
});
