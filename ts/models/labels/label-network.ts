/**
 * The part that classifier and tagger share: a network, its reader of inputs, its labels, its runs and its file. The
 * public classes add the documentation and the conversion of logits to results.
 *
 *     metadata    bptt.labels {"version":1,"kind":"classifier","labels":[…],"input":{…},"readout":"mean",…}
 */

import { integer, number, oneOf, seed } from "../../base/check.js";
import { at, rangeError, type Path } from "../../base/errors.js";
import { readOptions, type Declaration, type OptionsOf, type ValuesOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import type { Bytes } from "../../base/typed-array.js";
import { packDescription, readDescription } from "../../file/description.js";
import { decodeModel, encodeModel } from "../../file/model-file.js";
import type { Run } from "../../fit/run.js";
import { optimizerState } from "../../optim/optimizer.js";
import { NETWORK } from "../../rnn/network.js";
import { Rnn } from "../../rnn/rnn.js";
import { readModelFitOptions, readResumeOptions } from "../shared/fit-options.js";
import { isWorthKeeping, networkState, readNetworkState, restoreNetwork } from "../shared/network-state.js";
import { Runs, type ModelSaveOptions, type SavedRuns } from "../shared/runs.js";
import { readTokenRule } from "../text/tokens.js";
import {
  datasetFingerprint,
  encodeExamples,
  labelsOf,
  readExamples,
  subsetOf,
  type Dataset,
  type TargetName,
} from "./dataset.js";
import { median } from "./feature-reader.js";
import { LABEL_SETTINGS, type LabelRunSettings } from "./fit-options.js";
import { LabelSet } from "./label-set.js";
import { labelsTask } from "./labels-task.js";
import type { LABEL_MODEL } from "./model-options.js";
import { readerOf, readReader, inputPath, type InputReader } from "./reader.js";
import { READOUTS, type Readout } from "./readout.js";
import { splitExamples } from "./split.js";
import { fitTemperature } from "./temperature.js";
import { decisionsOf } from "./validation.js";
import { TextReader } from "./text-reader.js";

/** Options of `save`. */
export interface LabelSaveOptions extends ModelSaveOptions {}

const LOAD = {
  /** The function that divides texts into tokens, if the saved model had one. */
  tokens: { read: readTokenRule, fallback: undefined },
} satisfies Declaration;

/** Options of `load`. */
export interface LabelLoadOptions extends OptionsOf<typeof LOAD> {}

/** The kind of a model. */
export type LabelModelKind = "classifier" | "tagger";

const VERSION = 1;
const KINDS = ["classifier", "tagger"] as const satisfies readonly LabelModelKind[];
const TARGETS = { classifier: "label", tagger: "tags" } as const satisfies Record<LabelModelKind, TargetName>;
const CLASSES = { classifier: "SequenceClassifier", tagger: "SequenceTagger" } as const;

/** The parts that determine a model besides its parameters. */
interface Parts {
  readonly kind: LabelModelKind;
  readonly reader: InputReader;
  readonly labels: LabelSet;
  readonly readout: Readout;
  /** The median length of the training examples, in time steps. */
  readonly medianLength: number;
  readonly seed: number;
  readonly temperature: number;
}

const DESCRIPTION = {
  kind: { read: (value: unknown, path: Path) => oneOf(value, path, KINDS) },
  labels: { read: (value: unknown, path: Path) => LabelSet.read(value, path) },
  input: { read: (value: unknown) => value },
  readout: { read: (value: unknown, path: Path) => oneOf(value, path, READOUTS), fallback: "mean" },
  medianLength: { read: (value: unknown, path: Path) => integer(value, path, { min: 1 }) },
  temperature: { read: (value: unknown, path: Path) => number(value, path, { min: 1e-3, max: 1e3 }) },
  seed: { read: seed },
  network: { read: (value: unknown) => value, fallback: undefined },
} satisfies Declaration;

/** A network that labels sequences. */
export class LabelNetwork {
  readonly rnn: Rnn;
  readonly reader: InputReader;
  readonly labels: LabelSet;
  readonly readout: Readout;
  readonly medianLength: number;
  readonly seed: number;
  readonly runs: Runs<LabelRunSettings>;
  readonly #kind: LabelModelKind;
  #temperature: number;

  constructor(
    rnn: Rnn,
    { kind, reader, labels, readout, medianLength, seed, temperature }: Parts,
    saved?: SavedRuns,
  ) {
    this.rnn = rnn;
    this.reader = reader;
    this.labels = labels;
    this.readout = readout;
    this.medianLength = medianLength;
    this.seed = seed;
    this.#kind = kind;
    this.#temperature = temperature;
    this.runs = new Runs(rnn, LABEL_SETTINGS, (runs) => this.#encode(runs), saved);
  }

  /** Creates the network of a new model. */
  static of(
    kind: LabelModelKind,
    options: ValuesOf<typeof LABEL_MODEL>,
    { patch, readout }: { patch: number | "auto" | undefined; readout: Readout },
  ): LabelNetwork {
    const { data, tokens, maxTokens, scale, seed, ...sizes } = options;
    const target = TARGETS[kind];
    const examples = readExamples(data, "data", target);
    const inputs = examples.map(({ input }) => input);
    const joins = kind === "classifier" ? patch : 1;
    const reader = readerOf(inputs, inputPath("data"), { tokens, maxTokens, scale, patch: joins });
    const labels = LabelSet.of(labelsOf(examples, "data", target), "data");
    const { starts } = encodeExamples(examples, "data", { reader, labels, target }, false);
    const steps = examples.map((_, i) => starts[i + 1] - starts[i]);
    const joined = reader instanceof TextReader ? 1 : reader.description.patch;
    const rnn = new Rnn({ ...sizes, seed, inputSize: reader.inputSize, outputSize: labels.size });
    if (reader instanceof TextReader) forgetUnknown(rnn, reader);
    const medianLength = median(steps) * joined;
    return new LabelNetwork(rnn, { kind, reader, labels, readout, medianLength, seed, temperature: 1 });
  }

  /** Reads the network in a file. */
  static load(kind: LabelModelKind, bytes: unknown, options: unknown): LabelNetwork {
    const { tokens } = readOptions(options, LOAD);
    const { config, parameters, labels: json, ...runs } = decodeModel(bytes);
    if (json === undefined) throw rangeError("bytes", `a file of a ${CLASSES[kind]}`, "one of another model");
    const { network, ...parts } = readDescription(json, "labels", VERSION, (description) => {
      const { network, input, ...values } = readOptions(description, DESCRIPTION, "labels");
      if (values.kind !== kind) {
        throw rangeError(at("labels", "kind"), `"${kind}"`, show(values.kind), {
          hint: `load it with ${CLASSES[values.kind]}.load`,
        });
      }
      const reader = readReader(input, at("labels", "input"), tokens);
      const sizes = { inputSize: reader.inputSize, outputSize: values.labels.size };
      if (config.inputSize !== sizes.inputSize || config.outputSize !== sizes.outputSize) {
        throw rangeError(
          "labels",
          `the labels of a network from ${config.inputSize} to ${String(config.outputSize)}`,
          `those of one from ${sizes.inputSize} to ${sizes.outputSize}`,
        );
      }
      return { ...values, reader, network: readNetworkState(network, at("labels", "network")) };
    });
    return restoreNetwork({ config, parameters }, network, (rnn) => new LabelNetwork(rnn, parts, runs));
  }

  /** Divisor of the logits. */
  get temperature(): number {
    return this.#temperature;
  }

  /** Trains the network. */
  fit(examples: unknown, options: unknown): Run<Bytes> {
    const read = readModelFitOptions(options, LABEL_SETTINGS, this.seed);
    const { rest, optimizer, worker } = read;
    const isScheduled = optimizer === undefined || read.settings.learningRate !== null;
    const learningRate = isScheduled ? read.settings.learningRate : optimizerState(optimizer).learningRate;
    const settings = { ...read.settings, learningRate };
    const job = this.#job(examples, settings);
    const given = { ...rest, ...(optimizer === undefined ? {} : { optimizer }) };
    const run = this.runs.start({ ...job, settings, options: given, worker });
    this.#temperature = 1;
    return run;
  }

  /** Continues a run. */
  resume(examples: unknown, options: unknown): Run<Bytes> {
    this.rnn[NETWORK].lock.expectAlive("resume");
    const { rest, worker } = readResumeOptions(options);
    const saved = this.runs.unfinished;
    const job = this.#job(examples, saved.settings);
    const run = this.runs.resume(saved, { ...job, options: rest, worker }, [examples, "examples"]);
    this.#temperature = 1;
    return run;
  }

  /** Encodes examples. */
  read(examples: unknown, withGroups = false): Dataset {
    const { reader, labels } = this;
    const target = TARGETS[this.#kind];
    return encodeExamples(
      readExamples(examples, "examples", target),
      "examples",
      { reader, labels, target },
      withGroups,
    );
  }

  /** Returns the file of the model. */
  save(options: unknown): Bytes {
    return this.runs.save(options);
  }

  /** Frees the memory. */
  free(): void {
    this.rnn.free();
    this.runs.forget();
  }

  #job(examples: unknown, settings: LabelRunSettings) {
    const data = this.read(examples, settings.validationGroups);
    const { validation } = splitExamples(data, settings, this.labels.names);
    const held = subsetOf(data, validation); // a copy: a run in a worker takes the memory of the data
    const { readout } = this;
    return {
      task: labelsTask,
      data: { ...data, labels: this.labels.names, readout, settings },
      fingerprint: datasetFingerprint(data),
      finish: () => (this.#temperature = this.#fittedTemperature(held)),
    };
  }

  #fittedTemperature(held: Dataset): number {
    const rows = Int32Array.from({ length: held.starts.length - 1 }, (_, i) => i);
    if (rows.length === 0 || this.rnn[NETWORK].lock.freed) return 1;
    const { logits, targets } = decisionsOf(this.rnn, held, this.readout, rows);
    return fitTemperature(logits, targets);
  }

  #encode(runs: SavedRuns): Bytes {
    const { rnn, reader, labels, readout, medianLength, seed } = this;
    const network = networkState(rnn);
    const description = {
      kind: this.#kind,
      labels: labels.names,
      input: reader.description,
      ...(this.#kind === "classifier" && { readout }),
      medianLength,
      temperature: this.#temperature,
      seed,
      ...(isWorthKeeping(network) && { network }),
    };
    return encodeModel({
      config: rnn[NETWORK].config,
      parameters: rnn.parameters,
      labels: packDescription(VERSION, description),
      ...runs,
    });
  }
}

/** Sets the weights of the unknown token to 0 if no training text contains it. */
function forgetUnknown(rnn: Rnn, { vocabulary }: TextReader): void {
  const id = vocabulary.tokens.indexOf(vocabulary.unknown as string);
  const changed = Object.entries(rnn.parameters).filter(([name]) => /^w_ih_l0(_reverse)?$/.test(name));
  for (const [, { data, shape }] of changed) {
    const width = shape[1];
    data.fill(0, id * width, (id + 1) * width);
  }
  rnn.setParameters(Object.fromEntries(changed));
}
