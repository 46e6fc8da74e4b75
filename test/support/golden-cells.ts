/**
 * The recurrent layers of the golden files in one form: TensorFlow 1's dynamic_rnn and cells, PyTorch's layers, Keras'.
 * Their names, layouts and orders of gates become the library's here (w in (in, out); gru r z n, lstm i f g o).
 */
import kerasCells from "../golden/keras_cells.json";
import tfCells from "../golden/tf_cells.json";
import tfDynamicRnn from "../golden/tf_dynamic_rnn.json";
import torchCells from "../golden/torch_cells.json";
import type { Net, Sequences, Sizes } from "../reference/rnn.js";
import {
  add,
  columns,
  f32AsF64,
  fromTorch,
  mapArrays,
  rounded,
  rows,
  type Arrays,
  type GoldenArray,
} from "./golden.js";

/** A layer, what goes into it, and what came out. The gradients are those of Σ outputs·r + Σ state·r + Σ cell·r. */
export interface GoldenCell {
  readonly name: string;
  readonly net: Net; // biases are sums in doubles of float32 numbers
  readonly sequences: Sequences;
  readonly r: { readonly outputs: GoldenArray; readonly state: GoldenArray; readonly cell?: GoldenArray };
  readonly float32: GoldenAnswer;
  readonly f64: GoldenAnswer;
}

export interface GoldenAnswer {
  readonly outputs: GoldenArray;
  readonly state: GoldenArray;
  readonly cell: GoldenArray | undefined;
  readonly gradients: Arrays;
  readonly inputsGradient: GoldenArray;
  readonly initialStateGradient: GoldenArray;
  readonly initialCellGradient: GoldenArray | undefined;
}

type Record_ = Record<string, unknown>;
type Rename = (arrays: Arrays, what: "weights" | "gradients") => Arrays;

/** The library's parameters of a file's: float32 numbers, sums in doubles. */
function net(sizes: Sizes, weights: Arrays, rename: Rename): Net {
  const parameters = mapArrays(rename(mapArrays(weights, rounded), "weights"), ({ data }) =>
    Float64Array.from(data),
  );
  return { ...sizes, parameters };
}

function sequences(c: Record_, h: string, cell: string | undefined, lengths: unknown): Sequences {
  return {
    B: c["B"] as number,
    T: c["T"] as number,
    features: f32AsF64(c["inputs"] as GoldenArray),
    initialState: f32AsF64(c[h] as GoldenArray),
    ...(cell && { initialCell: f32AsF64(c[cell] as GoldenArray) }),
    sequenceLengths: (lengths as number[] | null) ?? undefined,
  };
}

// TensorFlow 1 ---------------------------------------------------------------------------------------------------

/** The joint kernel's first I rows act on x, the others on h; BasicLSTMCell orders i j f o and adds 1 to f itself. */
function tensorflowNames(kind: string, I: number): Rename {
  return (a, what) => {
    const split = (kernel: GoldenArray, bias: GoldenArray): Arrays => ({
      w_ih_l0: rows(kernel, 0, I),
      w_hh_l0: rows(kernel, I, kernel.shape[0]!),
      b_h_l0: bias,
    });
    if (kind === "gru") {
      const kernel = columns([a["gates/kernel"]!, 2], [a["candidate/kernel"]!, 1])([0, 1, 2]);
      return split(kernel, columns([a["gates/bias"]!, 2], [a["candidate/bias"]!, 1])([0, 1, 2]));
    }
    if (kind !== "lstm") return split(a["kernel"]!, a["bias"]!);
    const bias = columns([a["bias"]!, 4])([0, 2, 1, 3]);
    const H = bias.shape[0]! / 4;
    const one = what === "weights" ? 1 : 0;
    const data = bias.data.map((x, k) => x + (Math.floor(k / H) === 1 ? one : 0));
    return split(columns([a["kernel"]!, 4])([0, 2, 1, 3]), { ...bias, data });
  };
}

function tensorflow(c: Record_): GoldenCell {
  const [kind, I, H] = [c["cell"] as "tanh" | "gru" | "lstm", c["I"] as number, c["H"] as number];
  const rename = tensorflowNames(kind, I);
  const [h, cell] = kind === "lstm" ? ["h", "c"] : ["state", undefined];
  const answer = (of: Record_): GoldenAnswer => {
    const gradients = of["gradients"] as Arrays;
    const state = of["state"] as GoldenArray & { h: GoldenArray; c: GoldenArray };
    return {
      outputs: of["outputs"] as GoldenArray,
      state: cell ? state.h : state,
      cell: cell ? state.c : undefined,
      gradients: rename(gradients, "gradients"),
      inputsGradient: gradients["inputs"]!,
      initialStateGradient: gradients[`initial_${h}`]!,
      initialCellGradient: cell ? gradients["initial_c"] : undefined,
    };
  };
  return {
    name: `TensorFlow 1: ${kind}, ${c["name"] as string}`,
    // of the three forms only dynamic_rnn's file keeps w_ih and w_hh beside the kernel
    net: net({ cell: kind, resetAfter: false, I, H, V: 0 }, c["weights"] as Arrays, rename),
    sequences: sequences(c, `initial_${h}`, cell && "initial_c", c["sequence_length"]),
    r: {
      outputs: c["r_outputs"] as GoldenArray,
      state: c[`r_${h}`] as GoldenArray,
      ...(cell && { cell: c["r_c"] as GoldenArray }),
    },
    float32: answer(c),
    f64: answer(c["f64"] as Record_),
  };
}

// PyTorch ---------------------------------------------------------------------------------------------------------

function torch(c: Record_): GoldenCell {
  const kind = c["cell"] as "tanh";
  const lstm = (kind as string) === "lstm";
  const answer = (of: Record_): GoldenAnswer => {
    const gradients = of["gradients"] as Arrays;
    return {
      outputs: of["outputs"] as GoldenArray,
      state: of["hn"] as GoldenArray,
      cell: of["cn"] as GoldenArray | undefined,
      gradients: fromTorch(gradients, "gradients"),
      inputsGradient: gradients["inputs"]!,
      initialStateGradient: gradients["h0"]!,
      initialCellGradient: gradients["c0"],
    };
  };
  const sizes: Sizes = {
    cell: kind,
    layers: c["num_layers"] as number,
    bidirectional: c["bidirectional"] as boolean,
    I: c["I"] as number,
    H: c["H"] as number,
    V: 0,
  };
  return {
    name: `PyTorch: ${c["name"] as string}`,
    net: net(sizes, c["state_dict"] as Arrays, fromTorch),
    sequences: sequences(c, "h0", lstm ? "c0" : undefined, c["lengths"]),
    r: {
      outputs: c["r_outputs"] as GoldenArray,
      state: c["r_hn"] as GoldenArray,
      ...(lstm && { cell: c["r_cn"] as GoldenArray }),
    },
    float32: answer(c),
    f64: answer(c["f64"] as Record_),
  };
}

// Keras -----------------------------------------------------------------------------------------------------------

/** GRU orders z r h; with reset after it has an input's and a recurrent bias, of which only h's stay apart. */
const kerasNames: Rename = (a, what) => {
  const [kernel, recurrent, bias] = [a["kernel"]!, a["recurrent_kernel"]!, a["bias"]!];
  const [H, N] = recurrent.shape as [number, number];
  if (N !== 3 * H) return { w_ih_l0: kernel, w_hh_l0: recurrent, b_h_l0: bias };
  const turned = (x: GoldenArray): GoldenArray => columns([x, 3])([1, 0, 2]);
  const weights = { w_ih_l0: turned(kernel), w_hh_l0: turned(recurrent) };
  if (bias.shape.length === 1) return { ...weights, b_h_l0: turned(bias) };
  const [own, second] = [0, 1].map((r) => turned({ shape: [N], data: bias.data.slice(r * N, (r + 1) * N) }));
  const shared = { shape: [N], data: second!.data.map((x, k) => (k < 2 * H ? x : 0)) };
  return {
    ...weights,
    b_h_l0: what === "weights" ? add(own!, shared) : own!,
    b_hn_l0: { shape: [H], data: second!.data.slice(2 * H) },
  };
};

const KERAS: Record<string, Pick<Sizes, "cell" | "resetAfter">> = {
  SimpleRNN: { cell: "tanh" },
  LSTM: { cell: "lstm" },
  GRU_reset_after_true: { cell: "gru" },
  GRU_reset_after_false: { cell: "gru", resetAfter: false },
};

function keras(c: Record_): GoldenCell {
  const cell = KERAS[c["name"] as string]!;
  const answer = (of: Record_): GoldenAnswer => {
    const gradients = of["gradients"] as Arrays;
    const state = of["state"] as { h: GoldenArray; c?: GoldenArray };
    return {
      outputs: of["outputs"] as GoldenArray,
      state: state.h,
      cell: state.c,
      gradients: kerasNames(gradients, "gradients"),
      inputsGradient: gradients["inputs"]!,
      initialStateGradient: gradients["initial_h"]!,
      initialCellGradient: gradients["initial_c"],
    };
  };
  const lstm = cell.cell === "lstm";
  return {
    name: `Keras: ${c["name"] as string}`,
    net: net({ ...cell, I: c["I"] as number, H: c["U"] as number, V: 0 }, c["weights"] as Arrays, kerasNames),
    sequences: sequences(c, "initial_h", lstm ? "initial_c" : undefined, null),
    r: {
      outputs: c["r_outputs"] as GoldenArray,
      state: c["r_h"] as GoldenArray,
      ...(lstm && { cell: c["r_c"] as GoldenArray }),
    },
    float32: answer(c),
    f64: answer(c["f64"] as Record_),
  };
}

const casesOf = (file: { cases: unknown }): Record_[] => file.cases as Record_[];

export const GOLDEN_CELLS: readonly GoldenCell[] = [
  ...casesOf(tfDynamicRnn).map(tensorflow),
  ...casesOf(tfCells).map(tensorflow),
  ...casesOf(torchCells).map(torch),
  ...casesOf(kerasCells).map(keras),
];
