/**
 * Tests how text becomes batches: every token once and in order, the carried state of the right row, little
 * padding, the same order on every engine.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  batchesByLength,
  buckets,
  countSteps,
  sequenceRows,
  type SequenceRows,
} from "../../../ts/models/text/buckets.js";
import { countOf, joinTexts, idCount } from "../../../ts/models/text/encoded-text.js";
import { fingerprint } from "../../../ts/models/text/fingerprint.js";
import { numbers, shuffle } from "../../../ts/models/shared/shuffle.js";
import { fitShape, streams } from "../../../ts/models/text/contiguous-rows.js";
import { windows, type Window } from "../../../ts/models/text/windows.js";

const zeros = (batch: number) => ({ data: new Float32Array(batch), shape: [1, batch, 1] });

/** Returns the inputs and targets of each row, over windows with one beginning. */
function replay(all: Iterable<Window>): { inputs: number[][]; targets: number[][]; widths: number[] } {
  const [inputs, targets, widths]: [number[][], number[][], number[]] = [[], [], []];
  let n = 0;
  for (const window of all) {
    const [rows, time] = window.inputs.shape;
    expect(window.initialState !== undefined).toBe(n++ === 0);
    expect(window.targets.shape).toEqual([rows, time]);
    widths.push(time);
    window.sequenceLengths.forEach((length, b) => {
      expect(inputs[b]?.length ?? 0).toBe(
        inputs[b] === undefined || length === 0 ? (inputs[b]?.length ?? 0) : sum(widths) - time,
      );
      (inputs[b] ??= []).push(...window.inputs.data.subarray(b * time, b * time + length));
      (targets[b] ??= []).push(...window.targets.data.subarray(b * time, b * time + length));
    });
  }
  return { inputs, targets, widths };
}

const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);

describe("one long text", () => {
  it("every token is read once and in order, each row going on where it was, in windows of nearly equal length", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 400 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 70 }),
        (tokens, B, T) => {
          const ids = Int32Array.from({ length: tokens }, (_, i) => i);
          const shape = fitShape(tokens, { batchSize: B, sequenceLength: T });
          expect(shape.batchSize).toBeLessThanOrEqual(B);
          expect(shape.sequenceLength).toBeLessThanOrEqual(T);
          const { inputs, targets, widths } = replay(
            windows(streams(ids, shape.batchSize), shape.sequenceLength, zeros),
          );
          expect(inputs).toHaveLength(shape.batchSize);
          expect(inputs.flat()).toEqual(Array.from(ids.subarray(0, -1)));
          expect(targets.flat()).toEqual(Array.from(ids.subarray(1)));
          expect(Math.max(...widths)).toBeLessThanOrEqual(T);
          expect(Math.max(...widths) - Math.min(...widths)).toBeLessThanOrEqual(1);
          const lengths = inputs.map(({ length }) => length);
          expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it.each([
    [100_000, 32, 64],
    [1000, 15, 64],
    [66, 1, 64],
    [6, 1, 5],
    [2, 1, 1],
  ])("of %i tokens: %i rows, windows of %i", (tokens, batchSize, sequenceLength) => {
    expect(fitShape(tokens, { batchSize: 32, sequenceLength: 64 })).toEqual({ batchSize, sequenceLength });
  });
});

const textOf = (texts: ArrayLike<number>[]) => joinTexts(texts.length, 0, (i) => Int32Array.from(texts[i]!));

describe("a list of texts", () => {
  const END = 99;
  const list = fc.array(fc.array(fc.nat(9), { maxLength: 30 }), { minLength: 1, maxLength: 60 });
  const rowsOf = (texts: number[][]): SequenceRows => sequenceRows(textOf(texts), numbers(texts.length), END);
  const sorted = (texts: number[][]) => texts.map((text) => text.join()).sort();

  it("every text is read once an epoch, from its start to its end", () => {
    fc.assert(
      fc.property(
        list,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(5),
        (texts, B, T, epoch) => {
          const batches = [...buckets(rowsOf(texts), B, 3, epoch)];
          const played = batches.map((batch) => replay(windows(batch, T, zeros)));
          expect(batches.every(({ length }) => length <= B)).toBe(true);
          expect(batches).toHaveLength(Math.ceil(texts.length / B));
          const steps = sum(batches.map((batch) => [...windows(batch, T, zeros)].length));
          expect(countSteps(rowsOf(texts), { batchSize: B, sequenceLength: T }, 3, epoch)).toBe(steps);
          expect(sorted(played.flatMap(({ inputs }) => inputs))).toEqual(
            sorted(texts.map((text) => [END, ...text])),
          );
          expect(sorted(played.flatMap(({ targets }) => targets))).toEqual(
            sorted(texts.map((text) => [...text, END])),
          );
        },
      ),
    );
  });

  it("pads little: batches of texts of 1 to 40 tokens are at most 3 % padding", () => {
    const texts = Array.from({ length: 5000 }, (_, i) => new Array<number>(1 + ((i * 7919) % 40)).fill(0));
    const batches = [...buckets(rowsOf(texts), 32, 1, 1)];
    const cells = sum(batches.map((batch) => batch.length * Math.max(...batch.map(({ length }) => length))));
    expect(cells / sum(texts.map(({ length }) => length + 1))).toBeLessThan(1.03);
  });

  it("comes in another order each epoch, which hangs on seed and epoch alone", () => {
    const rows = rowsOf(Array.from({ length: 40 }, (_, i) => [i % 10]));
    const order = (seed: number, epoch: number) =>
      JSON.stringify(
        [...buckets(rows, 4, seed, epoch)].map((b) => b.map((row) => rows.starts.indexOf(row.start))),
      );
    expect(order(1, 1)).toBe(order(1, 1));
    expect(new Set([order(1, 1), order(1, 2), order(2, 1), order(2, 2)]).size).toBe(4);
    // the order of Node 20; it is part of what a seed promises
    const many = rowsOf(Array.from({ length: 1000 }, (_, i) => new Array<number>((i * 7919) % 40).fill(0)));
    const places = [...buckets(many, 3, 1, 2)].map((b) =>
      Int32Array.from(b, (row) => many.starts.indexOf(row.start)),
    );
    expect(fingerprint(textOf(places))).toBe("0ac3b758e88a68b22b8cc78461d712df");
    // stable where lengths are the same
    const starts = batchesByLength(rows, 4).flatMap((batch) => batch.map(({ start }) => start));
    expect(starts).toEqual(Array.from(rows.starts.subarray(0, -1)));
  });
});

describe("consecutive texts", () => {
  it("are what they were, however many ids were expected", () => {
    const kinds = fc.constantFrom(Uint8Array, Uint16Array, Int32Array);
    const texts = fc.array(fc.array(fc.nat(255), { maxLength: 9 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(texts, fc.nat(60), kinds, (texts, capacity, Kind) => {
        const all = joinTexts(texts.length, capacity, (i) => Kind.from(texts[i]!));
        const { ids, starts } = all;
        expect(ids).toBeInstanceOf(Kind);
        expect(ids.buffer.byteLength).toBe(ids.byteLength); // so that it can be transferred to a worker
        expect(countOf(all)).toBe(texts.length);
        expect(
          texts.map((_, i) => Array.from(ids.subarray(starts[i], starts[i]! + idCount(all, i)))),
        ).toEqual(texts);
        expect(ids.length).toBe(starts.at(-1));
      }),
    );
  });
});

describe("order and fingerprint", () => {
  it("shuffles to a permutation, evenly, the same everywhere", () => {
    // the order of Node 20; it is part of what a seed promises
    expect(shuffle([0, 1, 2, 3, 4, 5, 6, 7], 1, 2, 3)).toEqual([6, 5, 1, 3, 0, 4, 7, 2]);
    const counts = Array.from({ length: 5 }, () => new Array<number>(5).fill(0));
    for (let seed = 0; seed < 5000; seed++)
      shuffle([0, 1, 2, 3, 4], seed).forEach((item, place) => counts[place]![item]!++);
    // 1000 expected each, standard deviation √(5000·0.2·0.8) ≈ 28; five of them
    for (const count of counts.flat()) expect(Math.abs(count - 1000)).toBeLessThan(142);
  });

  it("tells texts apart that differ in a token, in length or in where a part ends", () => {
    const of = (...parts: number[][]) => fingerprint(textOf(parts));
    const all = [
      of([1, 2, 3]),
      of([1, 2, 4]),
      of([1, 2]),
      of([1, 2], [3]),
      of([1], [2, 3]),
      of([], [1, 2, 3]),
      of([3, 2, 1]),
      of([0]),
      of([0, 0]),
    ];
    expect(new Set(all).size).toBe(all.length);
    for (const print of all) expect(print).toMatch(/^[0-9a-f]{32}$/);
    expect(of([1, 2, 3])).toBe("58300279cf351d798d2cbbe56fdb21a1"); // the value of the first version, which saved runs contain
    expect(of([1, 2], [], [3])).toBe("815a88eca71df71a97579867d3947053");
  });
});
