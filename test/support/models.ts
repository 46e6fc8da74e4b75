/** Networks as plain data, of every cell: names and shapes of their parameters written out once more, and random values. */

import type { FileTensor } from "../../ts/file/dtype.js";
import { readTensorValues } from "../../ts/file/dtype.js";
import type { ModelConfig } from "../../ts/file/model-file.js";
import { parseSafetensors } from "../../ts/file/safetensors.js";
import { serializeSafetensors } from "../../ts/file/safetensors-write.js";
import { product, seeded, uniform } from "./random.js";

interface Values {
  data: Float32Array<ArrayBuffer>;
  shape: number[];
}

/** I 3, H 4, V 5: every cell, one and two layers, one and two directions, with and without output layer. */
export const CONFIGS: ModelConfig[] = (["tanh", "relu", "gru", "lstm"] as const)
  .flatMap((cell) => (cell === "gru" ? [true, false] : [true]).map((resetAfter) => ({ cell, resetAfter })))
  .flatMap((form) => [1, 2].map((layers) => ({ ...form, layers })))
  .flatMap((form) => [false, true].map((bidirectional) => ({ ...form, bidirectional })))
  .flatMap((form) =>
    [undefined, 5].map((outputSize) => ({ ...form, outputSize, inputSize: 3, hiddenSize: 4 })),
  );

/** A configuration in a few words. */
export function nameOf({ cell, resetAfter, layers, bidirectional, outputSize }: ModelConfig): string {
  const form = resetAfter === false ? " reset before" : "";
  return `${cell}${form}, ${layers} layers, ${bidirectional ? 2 : 1} directions, ${outputSize ?? "no"} outputs`;
}

/** What the network's parameters are called, and their shapes: the contract of `rnn.parameters`. */
export function parametersOf(config: ModelConfig): [name: string, shape: number[]][] {
  const { cell, resetAfter, inputSize: I, hiddenSize: H, outputSize: V, layers: L, bidirectional } = config;
  const G = { tanh: 1, relu: 1, gru: 3, lstm: 4 }[cell];
  const D = bidirectional ? 2 : 1;
  const list: [string, number[]][] = [];
  for (let layer = 0; layer < L; layer++) {
    for (const end of bidirectional ? ["", "_reverse"] : [""]) {
      const suffix = `_l${layer}${end}`;
      list.push([`w_ih${suffix}`, [layer === 0 ? I : D * H, G * H]], [`w_hh${suffix}`, [H, G * H]]);
      list.push([`b_h${suffix}`, [G * H]]);
      if (cell === "gru" && resetAfter !== false) list.push([`b_hn${suffix}`, [H]]);
    }
  }
  if (V !== undefined) list.push(["w_ho", [D * H, V]], ["b_o", [V]]);
  return list;
}

/** Random parameters, each value another. */
export function randomParameters(config: ModelConfig, seed: number): Record<string, Values> {
  const random = seeded(seed);
  return Object.fromEntries(
    parametersOf(config).map(([name, shape]) => [
      name,
      { data: Float32Array.from(uniform(random, product(shape))), shape },
    ]),
  );
}

/** The file with its tensors changed by `change`. */
export function edited(
  file: Uint8Array,
  change: (tensors: Map<string, FileTensor>, metadata: Map<string, string>) => void,
): Uint8Array<ArrayBuffer> {
  const stored = parseSafetensors(file);
  const tensors = new Map(
    [...stored.tensors].map(([name, tensor]): [string, FileTensor] => [
      name,
      { data: readTensorValues(tensor, name), shape: [...tensor.shape] },
    ]),
  );
  const metadata = new Map(stored.metadata);
  change(tensors, metadata);
  return serializeSafetensors(Object.fromEntries(tensors), Object.fromEntries(metadata));
}
