// A session gives the same bits as one forward pass over the whole sequence, for any batch.

import { Adam, BpttError, Rnn, type Session } from "bptt";
import { describe, expect, test } from "vitest";

const ids = [
  [0, 3, 1, 2, 2, 0, 1],
  [4, 4, 0, 1, 3, 2, 0],
  [1, 0, 2, 4, 0, 3, 3],
];

/** Logits (B, T, V) put together from single steps. */
function stepwise(rnn: Rnn, rows: readonly number[][], state?: ReturnType<Rnn["zeroState"]>): number[][] {
  const session = rnn.session({ batch: rows.length, ...(state && { state }) });
  const collected: number[][] = rows.map(() => []);
  for (let t = 0; t < (rows[0]?.length ?? 0); t++) {
    const { data, shape } = session.step(rows.map((row) => row[t] ?? NaN));
    const [, width = 0] = shape;
    collected.forEach((row, b) => row.push(...data.subarray(b * width, (b + 1) * width)));
  }
  session.free();
  return collected;
}

describe.each([
  { outputSize: undefined, hiddenSize: 5 },
  { outputSize: 6, hiddenSize: 11 },
  { outputSize: 8, hiddenSize: 16 },
])("with %o", (sizes) => {
  test.each([1, 2, 3])("a batch of %i: the bits of forward", (batch) => {
    const rnn = new Rnn({ cell: "tanh", inputSize: 5, seed: 3, ...sizes });
    const rows = ids.slice(0, batch);
    const initialState = rnn.zeroState(batch);
    initialState.data.forEach((_, i) => (initialState.data[i] = Math.fround(0.1 * (i % 7) - 0.3)));
    const { logits } = rnn.forward({ inputs: rows, initialState });
    expect(stepwise(rnn, rows, initialState).flat()).toEqual([...logits.data]);
    rnn.free();
  });
});

test("state, reset and the network's present weights", () => {
  const rnn = new Rnn({ cell: "tanh", inputSize: 5, hiddenSize: 4, outputSize: 5, seed: 1 });
  const session = rnn.session();
  const first = [...session.step(0).data];
  session.step(3);
  expect(session.state()).toEqual(rnn.forward({ inputs: [[0, 3]] }).state);
  session.reset();
  expect([...session.step(0).data]).toEqual(first);
  const { state } = rnn.forward({ inputs: [[0, 3]] });
  session.reset({ state });
  expect(session.state()).toEqual(state);

  rnn.trainStep({ inputs: [[0, 1]], targets: [[1, 2]] }, new Adam({ learningRate: 0.1 }));
  session.reset();
  expect([...session.step(0).data]).toEqual([...rnn.forward({ inputs: [[0]] }).logits.data]);
  expect([...session.step(new Uint8Array([2])).data]).toHaveLength(5);
  rnn.free();
});

test("two sessions do not disturb each other, nor training", () => {
  const rnn = new Rnn({ cell: "tanh", inputSize: 5, hiddenSize: 4, seed: 1 });
  const twin = new Rnn({ cell: "tanh", inputSize: 5, hiddenSize: 4, seed: 1 });
  const [a, b] = [rnn.session(), rnn.session({ batch: 2 })];
  const adams = [new Adam(), new Adam()] as const;
  const batch = { inputs: [[0, 1, 2]], targets: [[1, 2, 3]] };
  for (let step = 0; step < 3; step++) {
    a.step(step);
    b.step([step, 4]);
    expect(rnn.trainStep(batch, adams[0])).toEqual(twin.trainStep(batch, adams[1]));
  }
  expect(rnn.parameters).toEqual(twin.parameters);
  a.free();
  const c = rnn.session();
  expect([...c.step(1).data]).toEqual([...rnn.forward({ inputs: [[1]] }).outputs.data]);
  rnn.free();
  twin.free();
});

test("bad input says what is wrong, and leaves the state", () => {
  const rnn = new Rnn({ cell: "tanh", inputSize: 5, hiddenSize: 2 });
  const session = rnn.session({ batch: 2 });
  session.step([1, 2]);
  const before = session.state();
  const bad = (ids: unknown) => () => session.step(ids as number[]);
  expect(bad([0, 5])).toThrow(
    expect.objectContaining({ name: "RangeError", message: "ids[1]: expected an id in 0..4, received 5" }),
  );
  expect(bad([0, 0.5])).toThrow(
    expect.objectContaining({
      name: "RangeError",
      message: "ids[1]: expected an id in 0..4, received 0.5; pass dense: true for a session of features",
    }),
  );
  expect(bad([0])).toThrow(RangeError);
  expect(bad([0, "1"])).toThrow(TypeError);
  expect(bad(1)).toThrow(TypeError);
  expect(bad(new Float32Array(2))).toThrow(TypeError);
  expect(bad([[0], [1]])).toThrow(TypeError);
  expect(() => session.reset({ state: [[[1, 2]]] })).toThrow(RangeError);
  const halfWay = [
    [
      [9, 9],
      [9, NaN],
    ],
  ];
  expect(() => session.reset({ state: halfWay })).toThrow(RangeError);
  expect(session.state()).toEqual(before);
  expect(() => rnn.session({ batch: 0 })).toThrow(
    expect.objectContaining({ name: "RangeError", message: "batch: expected an integer >= 1, received 0" }),
  );
  expect(() => rnn.session({ batch: 2 ** 30 })).toThrow(BpttError);
  expect(() => rnn.session({ rows: 1 } as never)).toThrow(TypeError);
  const single = rnn.session();
  for (const id of [-1, 5, 0.5, NaN]) expect(() => single.step(id)).toThrow(RangeError);
  session.free();
  session.free();
  expect(() => session.step([0, 0])).toThrow(BpttError);
  rnn.free();
  expect(() => single.step(0)).toThrow(BpttError);
  expect(() => rnn.session()).toThrow(BpttError);
});

test("a session is disposed of by `using`", () => {
  using rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 4 });
  let outlived: Session;
  {
    using session = rnn.session();
    outlived = session;
    session.step(1);
  }
  expect(() => outlived.step(1)).toThrow(expect.objectContaining({ code: "FREED" }));
});

test.each([[[0.5, 0.2]], [[[0.5, 0.2]]], [Float32Array.of(0, 1)], [0.5]])(
  "features for a session of ids: %s",
  (features) => {
    const session = new Rnn({ cell: "tanh", inputSize: 2, hiddenSize: 3 }).session();
    expect(() => session.step(features as never)).toThrow("; pass dense: true for a session of features");
  },
);
