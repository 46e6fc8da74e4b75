/** The golden files as TypeScript sees them (test/golden/README.md says what they hold), and how to read an array. */

export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export type Arrays = Record<string, GoldenArray>;

/** The float32 numbers that the 9 printed digits name. */
export function f32(array: GoldenArray): Float32Array {
  return Float32Array.from(array.data);
}

/** The same numbers in doubles, for the f64 twin: input, not an answer of an `f64` block. */
export function f32AsF64(array: GoldenArray): Float64Array {
  return Float64Array.from(f32(array));
}

/** Row r of a matrix. */
export function rowOf(array: GoldenArray, r: number): number[] {
  const columns = array.shape[1]!;
  return array.data.slice(r * columns, (r + 1) * columns);
}

/** TensorFlow's names, without the joint kernel, as the library's. */
export function fromTensorFlow(weights: Arrays): Arrays {
  const names: Record<string, string> = {
    w_ih: "w_ih_l0",
    w_hh: "w_hh_l0",
    bias: "b_h_l0",
    w_ho: "w_ho",
    b_o: "b_o",
  };
  const own = Object.entries(names).filter(([theirs]) => theirs in weights);
  return Object.fromEntries(own.map(([theirs, ours]) => [ours, weights[theirs]!]));
}

/** The rows of the joint kernel (I+H, H) as w_ih (I, H) and w_hh (H, H). */
export function splitKernel(arrays: Arrays, inputSize: number): Arrays {
  const { shape, data } = arrays["kernel"]!;
  const [rows, columns] = shape as [number, number];
  const part = (from: number, to: number): GoldenArray => ({
    shape: [to - from, columns],
    data: data.slice(from * columns, to * columns),
  });
  return { ...arrays, w_ih: part(0, inputSize), w_hh: part(inputSize, rows) };
}

/**
 * Converts PyTorch's names and (out, in) matrices to the library's, with any prefix before "weight_ih_l0". A net with one
 * bias gets the sum of PyTorch's two; of gradients, which are equal for both, it gets one. In a gru the second bias of the n gate
 * is multiplied by r and remains separate: b_hn.
 */
export function fromTorch(arrays: Arrays, what: "weights" | "gradients"): Arrays {
  const bare = Object.fromEntries(Object.entries(arrays).map(([name, a]) => [name.replace("rnn.", ""), a]));
  const result: Record<string, GoldenArray> = {};
  for (const name of Object.keys(bare).filter((key) => key.startsWith("weight_ih"))) {
    const suffix = name.slice("weight_ih".length);
    const [w_ih, w_hh] = [transpose(bare[name]!), transpose(bare[`weight_hh${suffix}`]!)];
    const [own, second] = [bare[`bias_ih${suffix}`]!, bare[`bias_hh${suffix}`]!];
    const [H, N] = w_hh.shape as [number, number];
    const gru = N === 3 * H;
    const shared = { ...second, data: second.data.map((x, k) => (gru && k >= 2 * H ? 0 : x)) };
    result[`w_ih${suffix}`] = w_ih;
    result[`w_hh${suffix}`] = w_hh;
    result[`b_h${suffix}`] = what === "gradients" ? own : add(own, shared);
    if (gru) result[`b_hn${suffix}`] = { shape: [H], data: second.data.slice(2 * H) };
  }
  if (!("head.weight" in bare)) return result;
  return { ...result, w_ho: transpose(bare["head.weight"]!), b_o: bare["head.bias"]! };
}

function transpose({ shape, data }: GoldenArray): GoldenArray {
  const [rows, columns] = shape as [number, number];
  const turned = Array.from(
    { length: rows * columns },
    (_, k) => data[(k % rows) * columns + Math.floor(k / rows)]!,
  );
  return { shape: [columns, rows], data: turned };
}

/** x + y */
export function add(x: GoldenArray, y: GoldenArray): GoldenArray {
  return { ...x, data: x.data.map((value, k) => value + y.data[k]!) };
}

/** The same array with every number rounded to float32: what the printed digits mean outside `f64`. */
export function rounded(array: GoldenArray): GoldenArray {
  return { ...array, data: array.data.map(Math.fround) };
}

/** Rows from … to − 1 of a matrix. */
export function rows({ shape, data }: GoldenArray, from: number, to: number): GoldenArray {
  const N = shape[1]!;
  return { shape: [to - from, N], data: data.slice(from * N, to * N) };
}

/** Takes matrices (or vectors) apart into blocks of columns, and puts the blocks side by side in another order. */
export function columns(...parts: [array: GoldenArray, blocks: number][]): (order: number[]) => GoldenArray {
  const height = parts[0]![0].shape.length === 1 ? 1 : parts[0]![0].shape[0]!;
  const blocks = parts.flatMap(([{ data }, count]) => {
    const width = data.length / height / count;
    return Array.from({ length: count }, (_, g) => (r: number) => {
      const start = r * width * count + g * width;
      return data.slice(start, start + width);
    });
  });
  return (order) => {
    const data = Array.from({ length: height }, (_, r) => order.flatMap((g) => blocks[g]!(r))).flat();
    const width = data.length / height;
    return { shape: parts[0]![0].shape.length === 1 ? [width] : [height, width], data };
  };
}

/** Applies `read` to every array of a record. */
export function mapArrays<T>(arrays: Arrays, read: (array: GoldenArray) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, read(array)]));
}

export interface GohomeCase {
  readonly name: string;
  readonly chars: string;
  readonly text_in: string;
  readonly text_out: string;
  readonly T: number;
  readonly input_size: number;
  readonly hidden_size: number;
  readonly classes: number;
  readonly learning_rate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly steps: number;
  readonly token_ids: GoldenArray;
  readonly x_one_hot: GoldenArray;
  readonly targets: GoldenArray;
  readonly loss_weights: GoldenArray;
  readonly initial_state: GoldenArray;
  readonly initial_weights: Arrays;
  readonly initial: GohomeInitial;
  readonly loss_after_step: GoldenArray;
  readonly predictions: Record<string, string>;
  readonly first_step_correct: number;
  readonly correct_from_step_on: number;
  readonly weights_after_step: Record<string, Arrays & { adam_m?: Arrays; adam_v?: Arrays }>;
  readonly f64: {
    readonly initial: GohomeInitial;
    readonly loss_after_step: GoldenArray;
    readonly first_step_correct: number;
    readonly weights_after_step: Record<string, Arrays>;
  };
}

export interface GohomeInitial {
  readonly loss: number;
  readonly outputs: GoldenArray;
  readonly final_state: GoldenArray;
  readonly logits?: GoldenArray;
  readonly gradients: Arrays;
}

interface GoldenFlags {
  readonly average_across_timesteps: boolean;
  readonly average_across_batch: boolean;
  readonly sum_over_timesteps: boolean;
  readonly sum_over_batch: boolean;
}

export interface SequenceLossFile {
  readonly B: number;
  readonly T: number;
  readonly V: number;
  readonly targets: GoldenArray;
  readonly sets: Record<string, { readonly logits: GoldenArray; readonly weights: GoldenArray }>;
  readonly raises_ValueError: readonly { readonly flags: GoldenFlags }[];
  readonly accepted_by_1_15_but_ambiguous: readonly { readonly flags: GoldenFlags }[];
  readonly cases: readonly (SequenceLossAnswer & {
    readonly set: string;
    readonly flags: GoldenFlags;
    readonly f64: SequenceLossAnswer;
  })[];
}

interface SequenceLossAnswer {
  readonly loss: GoldenArray;
  readonly gradient_of_sum_logits: GoldenArray;
}

/** TensorFlow's flag names as the library's. */
export function flagsOf(flags: GoldenFlags): {
  averageAcrossTimesteps: boolean;
  averageAcrossBatch: boolean;
  sumOverTimesteps: boolean;
  sumOverBatch: boolean;
} {
  return {
    averageAcrossTimesteps: flags.average_across_timesteps,
    averageAcrossBatch: flags.average_across_batch,
    sumOverTimesteps: flags.sum_over_timesteps,
    sumOverBatch: flags.sum_over_batch,
  };
}

export interface TfAdamFile {
  readonly parameters_before: GoldenArray;
  readonly gradients: GoldenArray;
  readonly adam: readonly (TfAdamAnswer & {
    readonly lr: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly f64: TfAdamAnswer;
  })[];
  readonly clip_by_global_norm: readonly {
    readonly clip_norm: number;
    readonly gradients: readonly GoldenArray[];
    readonly global_norm: number;
    readonly clipped: readonly GoldenArray[];
    readonly f64: { readonly global_norm: number };
  }[];
}

interface TfAdamAnswer {
  readonly parameters_after_step: GoldenArray;
  readonly final_m: GoldenArray;
  readonly final_v: GoldenArray;
}

export interface TorchAdamFile {
  readonly parameters_before: GoldenArray;
  readonly gradients: { readonly wide: GoldenArray };
  readonly optimizers: readonly {
    readonly optimizer: string;
    readonly settings: {
      readonly lr: number;
      readonly betas: readonly [number, number];
      readonly eps: number;
      readonly weight_decay: number;
    };
    readonly parameters_after_step: GoldenArray;
    readonly final_state: { readonly exp_avg: GoldenArray; readonly exp_avg_sq: GoldenArray };
    readonly f64: { readonly parameters_after_last_step: GoldenArray };
  }[];
  readonly clip_grad_norm_: readonly {
    readonly max_norm: number;
    readonly gradients: readonly GoldenArray[];
    readonly total_norm: GoldenArray;
    readonly clipped: readonly GoldenArray[];
    readonly f64: { readonly total_norm: GoldenArray };
  }[];
}

export interface TorchTrainCase {
  readonly name: string;
  readonly cell: "tanh" | "gru" | "lstm";
  readonly V: number;
  readonly H: number;
  readonly B: number;
  readonly T: number;
  readonly learning_rate: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly max_norm: number;
  readonly steps: number;
  readonly number_of_clipped_steps: number;
  readonly token_ids: GoldenArray;
  readonly targets: GoldenArray;
  readonly initial_weights: Arrays;
  readonly gradients_step0_before_clipping: Arrays;
  readonly gradients_step0_after_clipping: Arrays;
  readonly weights_after_1_step: Arrays;
  readonly loss_after_step: GoldenArray;
  readonly gradient_norm_before_clipping: GoldenArray;
  readonly final_weights: Arrays;
  readonly f64: {
    readonly loss_after_step: GoldenArray;
    readonly gradient_norm_before_clipping: GoldenArray;
    readonly final_weights: Arrays;
  };
}
