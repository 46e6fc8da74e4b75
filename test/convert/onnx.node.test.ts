/**
 * Compares exported models in onnxruntime (its wasm build, which needs no binary for the platform) with the
 * f64 oracle. check_onnx.py beside this file runs the checker of the onnx package.
 */
import { toOnnx, type NetworkConfig, type ToOnnxOptions } from "bptt/convert";
import { Rnn } from "bptt";
import * as ort from "onnxruntime-web";
import { beforeAll, describe, expect, it, test } from "vitest";
import { expectClose } from "../support/compare.js";
import { integers, seeded, uniform } from "../support/random.js";
import { STATE } from "../support/tolerance.js";
import { forward, type Inputs } from "./forward.js";
import { CONFIGS, nameOf, randomNetwork } from "./networks.js";

beforeAll(() => {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
});

type Feeds = Record<string, ort.Tensor>;

async function run(
  bytes: Uint8Array,
  feeds: Feeds,
): Promise<Record<string, { shape: number[]; data: number[] }>> {
  const session = await ort.InferenceSession.create(bytes);
  try {
    const results = await session.run(feeds);
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { shape: [...dims], data: Array.from(data as Float32Array) },
      ]),
    );
  } finally {
    await session.release();
  }
}

const int64 = (data: ArrayLike<number>, shape: number[]) =>
  new ort.Tensor("int64", BigInt64Array.from(Array.from(data, BigInt)), shape);
const floats = (data: ArrayLike<number>, shape: number[]) =>
  new ort.Tensor("float32", Float32Array.from(data), shape);

/** Runs a model with these options and the oracle on the same random inputs, for a batch and a length. */
async function compare(
  config: NetworkConfig,
  options: ToOnnxOptions,
  B: number,
  T: number,
  seed: number,
): Promise<void> {
  const network = randomNetwork(config, seed);
  const { cell, inputSize: I, hiddenSize: H, outputSize, layers = 1, bidirectional = false } = config;
  const random = seeded(seed);
  const D = bidirectional ? 2 : 1;
  const feeds: Feeds = {};
  let inputs: Inputs = { B, T };
  if (options.inputs === "features") {
    const features = uniform(random, B * T * I);
    inputs = { ...inputs, features };
    feeds["inputs"] = floats(features, [B, T, I]);
  } else {
    const ids = integers(random, B * T, I);
    inputs = { ...inputs, ids };
    feeds["inputs"] = int64(ids, [B, T]);
  }
  if (options.sequenceLengths) {
    const lengths = Array.from({ length: B }, (_, b) => (b === 0 ? T : 1 + Math.floor(random() * T)));
    inputs = { ...inputs, lengths };
    feeds["sequence_lengths"] = new ort.Tensor("int32", Int32Array.from(lengths), [B]);
  }
  if (options.initialState) {
    const [h0, c0] = [uniform(random, layers * D * B * H), uniform(random, layers * D * B * H)];
    inputs = { ...inputs, h0, ...(cell === "lstm" && { c0 }) };
    feeds["initial_h"] = floats(h0, [layers * D, B, H]);
    if (cell === "lstm") feeds["initial_c"] = floats(c0, [layers * D, B, H]);
  }
  const got = await run(toOnnx(network, options), feeds);
  const want = forward(network, inputs);
  expect(Object.keys(got).sort()).toEqual(
    ["final_h", ...(cell === "lstm" ? ["final_c"] : []), "logits", "outputs"].sort(),
  );
  expect(got["outputs"]!.shape).toEqual([B, T, D * H]);
  expect(got["logits"]!.shape).toEqual([B, T, outputSize ?? D * H]);
  expect(got["final_h"]!.shape).toEqual([layers * D, B, H]);
  // float32 in another order of summation; relu's states are not bounded by 1
  const close = { ...STATE, relative: 2e-6 };
  expectClose("outputs", got["outputs"]!.data, want.outputs, close);
  expectClose("logits", got["logits"]!.data, want.logits, close);
  expectClose("final_h", got["final_h"]!.data, want.h, close);
  if (cell === "lstm") expectClose("final_c", got["final_c"]!.data, want.c, close);
}

describe("onnxruntime computes the same", () => {
  const rows = CONFIGS.map((config) => [nameOf(config), config] as const);

  test.each(rows)("%s: ids", async (_, config) => {
    await compare(config, {}, 2, 5, 1);
  });
  test.each(rows)("%s: features, lengths and initial state", async (_, config) => {
    await compare(config, { inputs: "features", sequenceLengths: true, initialState: true }, 3, 6, 2);
  });

  it("one session takes any batch and length", async () => {
    const network = randomNetwork({
      cell: "gru",
      inputSize: 4,
      hiddenSize: 3,
      outputSize: 5,
      layers: 2,
      bidirectional: true,
    });
    const session = await ort.InferenceSession.create(toOnnx(network));
    for (const [B, T] of [
      [1, 1],
      [1, 9],
      [4, 2],
    ] as const) {
      const ids = integers(seeded(B), B * T, 4);
      const { logits } = await session.run({ inputs: int64(ids, [B, T]) });
      expectClose("logits", logits!.data as Float32Array, forward(network, { B, T, ids }).logits, {
        ...STATE,
        relative: 2e-6,
      });
    }
    await session.release();
  });

  it("a network's own logits", async () => {
    const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, outputSize: 3, seed: 4 });
    const { logits } = await run(toOnnx(rnn), { inputs: int64([0, 1, 2, 3], [1, 4]) });
    expectClose("logits", logits!.data, rnn.forward({ inputs: [[0, 1, 2, 3]] }).logits.data, STATE);
    rnn.free();
  });
});

it("the same network gives the same bytes", () => {
  const [a, b] = [1, 1].map(() => toOnnx(randomNetwork({ cell: "lstm", inputSize: 3, hiddenSize: 2 })));
  expect(a).toEqual(b);
});
