/** Descriptions of every form with seeded random parameters. */
import type { NetworkConfig, NetworkDescription, Tensor } from "bptt/convert";
import { seeded, uniform } from "../support/random.js";

const GATE_COUNT = { tanh: 1, relu: 1, gru: 3, lstm: 4 };

/** Returns a network of these sizes, with all parameters, including biases, uniform in ±0.7. */
export function randomNetwork(config: NetworkConfig, seed = 1): NetworkDescription {
  const { cell, inputSize: I, hiddenSize: H, outputSize: V, layers = 1, bidirectional = false } = config;
  const random = seeded(seed);
  const [G, D] = [GATE_COUNT[cell], bidirectional ? 2 : 1];
  const parameters: Record<string, Tensor> = {};
  const add = (name: string, ...shape: number[]) => {
    const length = shape.reduce((product, n) => product * n, 1);
    parameters[name] = { data: Float32Array.from(uniform(random, length, 0.7)), shape };
  };
  for (let l = 0; l < layers; l++) {
    for (const suffix of bidirectional ? [`_l${l}`, `_l${l}_reverse`] : [`_l${l}`]) {
      add(`w_ih${suffix}`, l === 0 ? I : D * H, G * H);
      add(`w_hh${suffix}`, H, G * H);
      add(`b_h${suffix}`, G * H);
      if (cell === "gru" && config.resetAfter !== false) add(`b_hn${suffix}`, H);
    }
  }
  if (V !== undefined) {
    add("w_ho", D * H, V);
    add("b_o", V);
  }
  return { config, parameters };
}

/** Every cell and form, in one and two layers and directions, with and without output layer. */
export const CONFIGS: readonly NetworkConfig[] = (
  ["tanh", "relu", "gru", "gru before", "lstm"] as const
).flatMap((kind) =>
  [1, 2].flatMap((layers) =>
    [false, true].map((bidirectional): NetworkConfig => ({
      cell: kind === "gru before" ? "gru" : kind,
      inputSize: 4,
      hiddenSize: 3,
      ...(layers === 2 || bidirectional ? { outputSize: 5 } : {}),
      layers,
      bidirectional,
      ...(kind.startsWith("gru") ? { resetAfter: kind === "gru" } : {}),
    })),
  ),
);

/** Returns a config in a few words. */
export function nameOf({ cell, layers, bidirectional, resetAfter, outputSize }: NetworkConfig): string {
  const form = cell === "gru" ? (resetAfter === false ? ", reset before" : ", reset after") : "";
  return `${cell}${form}, ${layers} layer${layers === 1 ? "" : "s"}${bidirectional ? ", bidirectional" : ""}${outputSize === undefined ? "" : ", head"}`;
}
