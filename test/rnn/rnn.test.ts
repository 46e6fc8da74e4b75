/** Tests the forms of data, the state and the memory of `Rnn`. The golden data and the f64 twin test its mathematics. */

import { Adam, BpttError, oneHot, Rnn, sequenceLoss, type ClassBatch } from "bptt";
import { describe, expect, it } from "vitest";
import { bits, expectSameNextStep, GOOD, SIZES, twins } from "../support/twins.js";

const rows = [
  [0, 1, 2],
  [3, 2, 1],
];

describe("forms of inputs", () => {
  const rnn = new Rnn(SIZES);
  const want = rnn.forward({ inputs: rows });
  const flat = rows.flat();

  it.each([
    ["rows of Int32Array", rows.map((row) => Int32Array.from(row))],
    ["rows of Uint8Array", rows.map((row) => Uint8Array.from(row))],
    ["mixed rows", [rows[0]!, Uint16Array.from(rows[1]!)]],
    ["flat Int32Array", { data: Int32Array.from(flat), shape: [2, 3] }],
    ["flat Uint8ClampedArray", { data: Uint8ClampedArray.from(flat), shape: [2, 3] }],
    ["flat plain array", { data: flat, shape: [2, 3] }],
    ["part of a larger buffer", { data: Int32Array.from([9, ...flat, 9]).subarray(1, 7), shape: [2, 3] }],
  ])("ids as %s give the same bits", (_, inputs) => {
    expect(rnn.forward({ inputs })).toEqual(want);
  });

  it("dense features come in as many forms, and give the same bits among themselves", () => {
    const dense = oneHot(rows, 4);
    const first = rnn.forward({ inputs: dense });
    const nested = rows.map((row) => row.map((id) => [0, 1, 2, 3].map((i) => (i === id ? 1 : 0))));
    const forms = [
      nested,
      nested.map((row) => row.map((vector) => Float32Array.from(vector))),
      nested.map((row) => row.map((vector) => Uint8Array.from(vector))),
      { data: Float64Array.from(dense.data), shape: dense.shape },
      { data: Int8Array.from(dense.data), shape: dense.shape },
      { data: [...dense.data], shape: dense.shape },
    ];
    for (const inputs of forms) expect(rnn.forward({ inputs })).toEqual(first);
    first.outputs.data.forEach((x, i) => expect(x).toBeCloseTo(want.outputs.data[i]!, 5));
  });

  it("gives shapes and tensors of the caller's own", () => {
    const { outputs, logits, state } = rnn.forward({ inputs: rows });
    expect([outputs.shape, logits.shape, state.shape]).toEqual([[2, 3, 5], [2, 3, 3], [1, 2, 5]]); // prettier-ignore
    const before = bits(outputs.data);
    rnn.forward({ inputs: [[1], [1]] });
    expect(bits(outputs.data)).toEqual(before);
    outputs.data.fill(7);
    expect(rnn.forward({ inputs: rows })).toEqual(want);
  });

  it("takes a whole batch for a forward pass", () => {
    expect(rnn.forward({ ...GOOD, weights: [[1]], inputs: rows } as ClassBatch)).toEqual(want);
  });

  it("has the hidden states for logits without output layer", () => {
    const bare = new Rnn({ inputSize: 4, hiddenSize: 5 });
    const { outputs, logits } = bare.forward({ inputs: rows });
    expect(logits).toBe(outputs);
    expect(bare.outputSize).toBeUndefined();
    bare.free();
  });
});

describe("masking", () => {
  const rnn = new Rnn(SIZES);
  const lengths = [2, 0];

  it("neither reads nor checks inputs past a length", () => {
    const want = rnn.forward({ inputs: [[0, 1, 0], [0, 0, 0]], sequenceLengths: lengths }); // prettier-ignore
    const junk = [
      [0, 1, -7],
      [NaN, "x", null],
    ] as number[][];
    expect(rnn.forward({ inputs: junk, sequenceLengths: lengths })).toEqual(want);
    const dense = oneHot([[0, 1, 0], [0, 0, 0]], 4); // prettier-ignore
    const masked = { data: dense.data.slice(), shape: dense.shape };
    masked.data.fill(NaN, 8);
    const [a, b] = [dense, masked].map((inputs) => rnn.forward({ inputs, sequenceLengths: lengths }));
    expect(b).toEqual(a);
  });

  it("has zeros past a length and carries the state through", () => {
    const initialState = [[[0.5, 0.5, 0.5, 0.5, 0.5], [-0.5, 0, 0.5, 0, 0.25]]]; // prettier-ignore
    const { outputs, logits, state } = rnn.forward({ inputs: rows, sequenceLengths: lengths, initialState });
    expect([...outputs.data.subarray(10)]).toEqual(new Array(20).fill(0));
    expect([...logits.data.subarray(6)]).toEqual(new Array(12).fill(0));
    expect([...state.data.subarray(0, 5)]).toEqual([...outputs.data.subarray(5, 10)]);
    expect([...state.data.subarray(5)]).toEqual(initialState[0]![1]);
  });

  it("does not read targets past a length or where the weight is 0", () => {
    const weights = [[1, 0, 1], [1, 1, 0]]; // prettier-ignore
    const batch = { inputs: rows, weights, sequenceLengths: [3, 2] };
    const want = rnn.evaluate({ ...batch, targets: [[1, 0, 2], [2, 0, 0]] }); // prettier-ignore
    expect(rnn.evaluate({ ...batch, targets: [[1, -100, 2], [2, 0, -1]] })).toEqual(want); // prettier-ignore
    expect(rnn.evaluate({ ...batch, targets: [[1, NaN, 2], [2, 0, "x"]] as never })).toEqual(want); // prettier-ignore
    const { weights: _, ...unweighted } = batch;
    expect(() => rnn.evaluate({ ...unweighted, targets: [[1, -100, 2], [2, 0, -1]] })).toThrow("targets[0][1]"); // prettier-ignore
  });

  it("weighs 1 within the lengths and 0 beyond by default", () => {
    const batch = { ...GOOD, sequenceLengths: [3, 1] };
    const weights = [[1, 1, 1], [1, 0, 0]]; // prettier-ignore
    expect(rnn.gradients(batch)).toEqual(rnn.gradients({ ...batch, weights }));
  });

  it("agrees with sequenceLoss of its own logits, with the same lengths", () => {
    const weights = [[1, 2, 0.5], [0.25, 1, 3]]; // prettier-ignore
    const batch = { ...GOOD, sequenceLengths: [3, 1], weights };
    const { logits } = rnn.forward(batch);
    expect(rnn.evaluate(batch).loss).toBe(
      sequenceLoss(logits, GOOD.targets, { weights, sequenceLengths: [3, 1] }),
    );
  });
});

describe("carryState", () => {
  const carrying = { carryState: true, returnState: true } as const;

  it("starts each step from the final state of the one before", () => {
    const { subject, twin } = twins();
    const fresh = () => ({ rnn: new Rnn(SIZES), adam: new Adam() });
    const [a, b] = [fresh(), fresh()];
    let initialState = b.rnn.zeroState(2);
    for (let step = 0; step < 4; step++) {
      const got = a.rnn.trainStep(GOOD, a.adam, carrying);
      const want = b.rnn.trainStep({ ...GOOD, initialState }, b.adam, { returnState: true });
      expect(got).toEqual(want);
      initialState = want.state!;
    }
    subject.rnn.free();
    twin.rnn.free();
  });

  it("is not disturbed by what happens between two steps", () => {
    const { subject, twin } = twins();
    const { rnn } = subject;
    rnn.evaluate({ inputs: [[0, 1, 2, 3], [1, 2, 3, 0], [1, 1, 1, 1]], targets: [[0, 1, 2, 0], [0, 0, 0, 0], [1, 1, 1, 1]] }); // prettier-ignore
    rnn.forward({ inputs: [[1]] });
    rnn.gradients({ inputs: [[1, 2]], targets: [[1, 2]] });
    rnn.backward({ inputs: rows, initialState: rnn.zeroState(2) });
    const got = rnn.trainStep(GOOD, subject.adam, carrying);
    expect(got).toEqual(twin.rnn.trainStep(GOOD, twin.adam, carrying));
  });

  it("gives way to an initialState, of another batch too", () => {
    const { rnn, adam } = twins().subject;
    const one = { inputs: [[0, 1]], targets: [[1, 2]] };
    const { state } = rnn.trainStep({ ...one, initialState: rnn.zeroState(1) }, adam, carrying);
    const next = rnn.forward({ ...one, initialState: state! }).state;
    const got = rnn.trainStep(one, adam, { ...carrying });
    expect(got.state).toEqual(next);
    expect(() => rnn.trainStep(GOOD, adam, carrying)).toThrow(
      "expected a batch of 1 rows as in the previous call, received 2",
    );
  });

  it("stays as it is when a step fails", () => {
    const { subject, twin } = twins();
    const before = subject.rnn.parameters;
    const w_ho = { data: new Float32Array(15).fill(3e38), shape: [5, 3] };
    for (const { rnn } of [subject, twin]) rnn.setParameters({ w_ho });
    const heavy = { data: new Float32Array(6).fill(1e6), shape: [2, 3] };
    const sums = {
      averageAcrossTimesteps: false,
      averageAcrossBatch: false,
      sumOverTimesteps: true,
      sumOverBatch: true,
    };
    const fails = () => subject.rnn.trainStep({ ...GOOD, ...sums, weights: heavy }, subject.adam, carrying);
    expect(fails).toThrow(expect.objectContaining({ code: "NOT_FINITE" }));
    for (const { rnn } of [subject, twin]) rnn.setParameters(before);
    expectSameNextStep(subject, twin);
  });
});

describe("optimizers", () => {
  it("are bound by their first successful step only", () => {
    const adam = new Adam();
    const [a, b] = [new Rnn(SIZES), new Rnn(SIZES)];
    expect(() => a.trainStep({ ...GOOD, targets: [[9]] }, adam)).toThrow(RangeError);
    expect(() => a.applyGradients({ b_o: [NaN, 0, 0] }, adam)).toThrow(
      expect.objectContaining({ code: "NOT_FINITE" }),
    );
    b.trainStep(GOOD, adam);
    expect(() => a.trainStep(GOOD, adam)).toThrow(expect.objectContaining({ code: "OPTIMIZER_BOUND" }));
    b.free();
    expect(() => a.trainStep(GOOD, adam)).toThrow(expect.objectContaining({ code: "OPTIMIZER_BOUND" }));
  });

  it("keep their moments apart within one network", () => {
    const { subject, twin } = twins();
    subject.rnn.trainStep(GOOD, new Adam({ learningRate: 0 }));
    const options = { carryState: true } as const;
    expect(subject.rnn.trainStep(GOOD, subject.adam, options)).toEqual(
      twin.rnn.trainStep(GOOD, twin.adam, options),
    );
    expect(subject.rnn.parameters).toEqual(twin.rnn.parameters);
  });

  it("show their settings, of which the learning rate may change", () => {
    const adam = new Adam({ learningRate: 0.1, epsilonMode: "torch", weightDecay: 0.01 });
    expect([adam.learningRate, adam.beta1, adam.beta2, adam.epsilon]).toEqual([0.1, 0.9, 0.999, 1e-8]);
    expect([adam.epsilonMode, adam.weightDecay]).toEqual(["torch", 0.01]);
    adam.learningRate = 0;
    const rnn = new Rnn(SIZES);
    const before = rnn.parameters;
    rnn.trainStep(GOOD, adam);
    expect(rnn.parameters).toEqual(before);
    adam.learningRate = 0.1;
    rnn.trainStep(GOOD, adam);
    expect(rnn.parameters).not.toEqual(before);
  });

  it("apply gradients to the named parameters alone", () => {
    const rnn = new Rnn(SIZES);
    const before = rnn.parameters;
    const { gradientNorm } = rnn.applyGradients({ b_o: [3, 0, 4] }, new Adam({ learningRate: 0.1 }), {
      clipNorm: 1,
    });
    expect(gradientNorm).toBe(5);
    const { b_o, ...others } = rnn.parameters;
    const { b_o: _, ...othersBefore } = before;
    expect(others).toEqual(othersBefore);
    expect([...b_o!.data].map((x) => Math.round(x * 1e4) / 1e4)).toEqual([-0.1, 0, -0.1]);
  });

  it("do the same with gradients and applyGradients as with trainStep", () => {
    const { subject, twin } = twins();
    const { gradients } = subject.rnn.gradients(GOOD);
    const { gradientNorm } = subject.rnn.applyGradients(gradients, subject.adam, { clipNorm: 0.5 });
    expect(twin.rnn.trainStep(GOOD, twin.adam, { clipNorm: 0.5 }).gradientNorm).toBe(gradientNorm);
    expect(subject.rnn.parameters).toEqual(twin.rnn.parameters);
  });
});

describe("backward", () => {
  it("adds both gradients where outputs are the logits", () => {
    const rnn = new Rnn({ inputSize: 4, hiddenSize: 3 });
    const ones = { data: new Float32Array(9).fill(1), shape: [1, 3, 3] };
    const twos = { data: new Float32Array(9).fill(2), shape: [1, 3, 3] };
    const inputs = [[0, 1, 2]];
    const want = rnn.backward({ inputs, outputsGradient: { ...ones, data: ones.data.map(() => 3) } });
    expect(rnn.backward({ inputs, outputsGradient: ones, logitsGradient: twos })).toEqual(want);
    expect(rnn.backward({ inputs, logitsGradient: { ...ones, data: ones.data.map(() => 3) } })).toEqual(want);
  });

  it("has the gradient of dense inputs, and of them alone", () => {
    const rnn = new Rnn(SIZES);
    const logitsGradient = { data: new Float32Array(18).fill(1), shape: [2, 3, 3] };
    expect(rnn.backward({ inputs: rows, logitsGradient })).not.toHaveProperty("inputsGradient");
    const { inputsGradient } = rnn.backward({
      inputs: oneHot(rows, 4),
      logitsGradient,
      sequenceLengths: [3, 1],
    });
    expect(inputsGradient!.shape).toEqual([2, 3, 4]);
    expect([...inputsGradient!.data.subarray(16)]).toEqual(new Array(8).fill(0));
  });

  it("gives the loss's own gradients when handed the loss's seeds", () => {
    const rnn = new Rnn(SIZES);
    const { logits } = rnn.forward(GOOD);
    // dloss/dlogits of the mean cross-entropy: (softmax − one-hot)/(B·T)
    const seeds = logits.data.map((_, at) => {
      const row = logits.data.subarray(at - (at % 3), at - (at % 3) + 3);
      const sum = row.reduce((total, x) => total + Math.exp(x), 0);
      const target = (GOOD.targets as number[][]).flat()[Math.floor(at / 3)];
      return (Math.exp(row[at % 3]!) / sum - (at % 3 === target ? 1 : 0)) / 6;
    });
    const got = rnn.backward({ inputs: GOOD.inputs, logitsGradient: { data: seeds, shape: logits.shape } });
    const want = rnn.gradients(GOOD);
    for (const [name, { data }] of Object.entries(want.gradients)) {
      data.forEach((x, i) => expect(got.gradients[name]!.data[i]).toBeCloseTo(x, 6));
    }
  });
});

describe("parameters", () => {
  it("are set all or nothing and come out as copies", () => {
    const rnn = new Rnn(SIZES);
    const before = rnn.parameters;
    expect(Object.keys(before)).toEqual(["w_ih_l0", "w_hh_l0", "b_h_l0", "w_ho", "b_o"]);
    expect(() => rnn.setParameters({ b_o: [1, 2, 3], b_h_l0: [1] })).toThrow(RangeError);
    expect(rnn.parameters).toEqual(before);
    before.b_o!.data.fill(9);
    expect(rnn.parameters.b_o!.data).toEqual(new Float32Array(3));
    rnn.setParameters({ b_o: Float64Array.of(1, 2, 3), b_h_l0: { data: [1, 2, 3, 4, 5], shape: [5] } });
    expect(rnn.parameters.b_o!.data).toEqual(Float32Array.of(1, 2, 3));
    const other = new Rnn({ ...SIZES, seed: 99 });
    other.setParameters(rnn.parameters);
    expect(other.forward({ inputs: rows })).toEqual(rnn.forward({ inputs: rows }));
  });

  it("depend on the seed alone", () => {
    expect(new Rnn(SIZES).parameters).toEqual(new Rnn(SIZES).parameters);
    expect(new Rnn({ ...SIZES, seed: 0 }).parameters).not.toEqual(new Rnn(SIZES).parameters);
  });
});

describe("end of life", () => {
  it("frees once, and says so ever after", () => {
    const rnn = new Rnn(SIZES);
    const adam = new Adam();
    rnn.trainStep(GOOD, adam);
    rnn.free();
    rnn.free();
    const uses: (() => unknown)[] = [
      () => rnn.zeroState(1),
      () => rnn.forward(GOOD),
      () => rnn.gradients(GOOD),
      () => rnn.backward({ inputs: rows }),
      () => rnn.trainStep(GOOD, adam),
      () => rnn.applyGradients({}, adam),
      () => rnn.evaluate(GOOD),
      () => rnn.parameters,
      () => rnn.setParameters({}),
    ];
    for (const use of uses) {
      expect(use).toThrow(BpttError);
      expect(use).toThrow(
        expect.objectContaining({ code: "FREED", message: expect.stringMatching(/^rnn\.\w+: /) }),
      );
    }
    expect(rnn.hiddenSize).toBe(5);
  });

  it("is disposed of by `using`", () => {
    let outlived: Rnn;
    {
      using rnn = new Rnn(SIZES);
      outlived = rnn;
      rnn.forward(GOOD);
    }
    expect(() => outlived.forward(GOOD)).toThrow(expect.objectContaining({ code: "FREED" }));
  });

  it("takes errors of other copies of the library for its own kind", () => {
    const foreign = Object.assign(new Error("elsewhere"), { [Symbol.for("bptt.error")]: true });
    expect(foreign).toBeInstanceOf(BpttError);
    expect(new Error("mine")).not.toBeInstanceOf(BpttError);
    expect(null).not.toBeInstanceOf(BpttError);
  });
});
