/** The summary of a model file, as plain data. */

import type { Cell, LastRun, RunState, TextFitOptions } from "bptt";
import { parseJson } from "../../base/json.js";
import { columnsIn, type StoredColumns } from "../series-columns.js";
import type { Metadata } from "./metadata.js";
import type { StoredNetwork } from "./read.js";

/** The summary. Values that the file does not contain are null. */
export interface Summary {
  readonly file: string;
  /** The format of the file. */
  readonly format: string;
  readonly bytes: number;
  readonly cell: Cell;
  /** The form of a gru. */
  readonly resetAfter: boolean | null;
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Null without an output layer. */
  readonly outputSize: number | null;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly dropout: number | null;
  /** The number of parameters. */
  readonly parameters: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly vocabulary: { readonly tokens: readonly string[]; readonly unknown?: string } | null;
  /** The rule with which a text model reads. */
  readonly text: TextSummary | null;
  /** The series of a forecaster. */
  readonly series: SeriesSummary | null;
  /** The last complete run of a text model or a forecaster. */
  readonly trained: LastRun | null;
  /** The interrupted run. */
  readonly run: RunSummary | null;
  /** The optimizer in the file. */
  readonly optimizer: OptimizerSummary | null;
}

interface TextSummary {
  readonly kind: "text" | "list";
  readonly tokens: string;
  readonly end: string | null;
}

interface SeriesSummary {
  readonly horizon: number;
  readonly seasons: readonly number[];
  readonly quantiles: readonly number[];
  readonly past: readonly string[];
  readonly future: readonly string[];
  readonly fixed: readonly string[];
  readonly calibrated: boolean;
  /** The columns of the table that the command line read. */
  readonly columns: StoredColumns | null;
}

interface RunSummary {
  readonly settings: Pick<
    TextFitOptions,
    "epochs" | "steps" | "batchSize" | "sequenceLength" | "validationFraction"
  >;
  readonly state: Pick<RunState, "step" | "epoch" | "last" | "validation">;
}

interface OptimizerSummary {
  readonly kind: string;
  readonly steps: number;
  readonly learningRate: unknown;
}

const FORMATS = {
  keras: "Keras",
  hdf5: "Keras (HDF5)",
  npz: "Keras's weights (NumPy)",
  tfjs: "TensorFlow.js",
} as const;

/** Summarizes a network and its file. */
export function summaryOf(file: string, { rnn, format, bytes, metadata }: StoredNetwork): Summary {
  const parameters = Object.entries(rnn.parameters);
  const config = json(metadata, "bptt.config") as { dropout?: number } | null;
  const text = json(metadata, "bptt.text.state") as TextSummary | null;
  const training = json(metadata, "bptt.training.state") as { run?: RunSummary } | null;
  const whose = "bptt.version" in metadata ? "bptt" : "PyTorch";
  return {
    file,
    format: format === "safetensors" ? whose : FORMATS[format],
    bytes,
    cell: rnn.cell,
    resetAfter: rnn.cell === "gru" ? "b_hn_l0" in rnn.parameters : null,
    inputSize: rnn.inputSize,
    hiddenSize: rnn.hiddenSize,
    outputSize: rnn.outputSize ?? null,
    layers: rnn.layers,
    bidirectional: rnn.bidirectional,
    dropout: config ? (config.dropout ?? 0) : null,
    parameters: parameters.reduce((sum, [, { data }]) => sum + data.length, 0),
    shapes: Object.fromEntries(parameters.map(([name, { shape }]) => [name, shape])),
    vocabulary: json(metadata, "bptt.vocabulary") as Summary["vocabulary"],
    text: text && { kind: text.kind, tokens: text.tokens, end: text.end },
    series: seriesSummary(metadata),
    trained: json(metadata, "bptt.trained.state") as LastRun | null,
    run: training?.run && "bptt.optimizer" in metadata ? runSummary(training.run) : null,
    optimizer: optimizerSummary(json(metadata, "bptt.optimizer.state")),
  };
}

/**
 * Returns the unit and the length of the unfinished run in a text model's file: its rule of tokens, and its
 * epochs or steps if they were given.
 */
export function runOf(metadata: Metadata): {
  tokens: string | undefined;
  epochs: number | undefined;
  steps: number | undefined;
} {
  const text = json(metadata, "bptt.text.state") as TextSummary | null;
  const training = json(metadata, "bptt.training.state") as { run?: RunSummary } | null;
  const { epochs, steps } = training?.run?.settings ?? {};
  return { tokens: text?.tokens, epochs: epochs ?? undefined, steps: steps ?? undefined };
}

function seriesSummary(metadata: Metadata): SeriesSummary | null {
  const description = json(metadata, "bptt.series") as {
    spec: Pick<SeriesSummary, "horizon" | "seasons" | "quantiles"> &
      Record<"past" | "future" | "fixed", { name: string }[]>;
    calibration: unknown;
  } | null;
  if (description === null) return null;
  const { horizon, seasons, quantiles, past, future, fixed } = description.spec;
  const names = (columns: readonly { name: string }[]) => columns.map(({ name }) => name);
  return {
    ...{ horizon, seasons, quantiles },
    ...{ past: names(past), future: names(future), fixed: names(fixed) },
    calibrated: description.calibration !== null,
    columns: columnsIn(metadata) ?? null,
  };
}

function runSummary({ settings, state }: RunSummary): RunSummary {
  const { epochs, steps, batchSize, sequenceLength, validationFraction } = settings;
  const { step, epoch, last, validation } = state;
  return {
    settings: { epochs, steps, batchSize, sequenceLength, validationFraction } as RunSummary["settings"],
    state: { step, epoch, last, validation },
  };
}

function optimizerSummary(state: unknown): OptimizerSummary | null {
  if (state === null) return null;
  const { kind, steps, options } = state as OptimizerSummary & { options?: { learningRate?: unknown } };
  return { kind, steps, learningRate: options?.learningRate ?? null };
}

function json(metadata: Metadata, key: string): unknown {
  const text = metadata[key];
  return text === undefined ? null : parseJson(text, ["file", key]);
}
