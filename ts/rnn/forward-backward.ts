/**
 * The forward and backward passes of a network: check the arguments and copy them in, call the core once,
 * copy the results out. Nothing here changes a weight; train-step.ts does. rnn.ts contains the public
 * documentation.
 */

import { BATCH_NAMES, INPUT_NAMES, type Batch, type SequenceInputs } from "../data/batch.js";
import type { BatchLoss } from "../data/loss.js";
import { merge, objectWith, readOptions, type NamesOf } from "../base/options.js";
import { STATES, type Network } from "./network.js";
import { arenaRoom, readArena } from "../data/parameters.js";
import {
  EVALUATE,
  FORWARD,
  GRADIENTS,
  type AnyEvaluation,
  type BackwardInputs,
  type BackwardResult,
  type ForwardResult,
  type ForwardTrace,
  type GradientsResult,
  type Trace,
} from "./rnn-types.js";
import {
  directionsRoom,
  gatesRoom,
  readOutputs,
  readSequence,
  writeOutputsGradient,
  writeSequence,
  type Loaded,
} from "../data/sequences.js";
import type { Tensor } from "../base/tensor.js";
import { RawBuffer, RawDirectionBuffer } from "../wasm/enumerations.js";
import { f32 } from "../wasm/memory.js";
import type { RawRnn } from "../wasm/raw-rnn.js";

const BACKWARD_NAMES = /* @__PURE__ */ merge(INPUT_NAMES, {
  outputsGradient: true,
  logitsGradient: true,
  stateGradient: true,
}) satisfies NamesOf<BackwardInputs>;

/** Returns a user's batch if it is an object without unknown names. */
export function batchOf(batch: unknown): Batch {
  return objectWith(batch, "batch", BATCH_NAMES) as Batch;
}

/** Computes outputs, logits, the final state and, on request, the activations. */
export function forward(network: Network, inputs: unknown, options: unknown = {}): ForwardResult {
  return network.use("forward", (raw) => {
    const given = objectWith(inputs, "options", BATCH_NAMES) as SequenceInputs;
    const { trace: traced } = readOptions(options, FORWARD);
    const loaded = network.load(given, false);
    raw.forward();
    const outputs = readOutputs(raw, network.layerDirections, loaded);
    const headless = network.config.outputSize === undefined;
    const logits = headless ? outputs : readSequence(raw, RawBuffer.Logits, network.classes, loaded);
    const state = network.readState(STATES.final, loaded.batch);
    const result: ForwardResult = { outputs, logits, state };
    if (traced) result.trace = forwardTraceRoom(network, raw, loaded)();
    return result;
  });
}

/** Computes the loss and the gradients of a batch. */
export function gradients(network: Network, batch: unknown, options: unknown = {}): GradientsResult {
  return network.use("gradients", (raw) => {
    const { trace: traced, accumulate } = readOptions(options, GRADIENTS);
    if (accumulate) network.lock.expectChangeable("gradients"); // accumulation advances dropout's random numbers
    const { loaded } = network.loadBatch(batchOf(batch), true);
    const { accumulation } = network;
    if (!accumulate) accumulation.putAside();
    // Room for the results, because nothing may fail after a pass that accumulates.
    const room = arenaRoom(network.table);
    const [initial, final] = [network.stateRoom(loaded.batch), network.stateRoom(loaded.batch)];
    const readTrace = traced ? traceRoom(network, raw, loaded) : undefined;
    const adds = accumulate && accumulation.bringBack();
    const loss = raw.gradients(adds, network.dropoutStep);
    if (accumulate) {
      raw.changing = true;
      accumulation.added();
      network.drops++;
    }
    const result: GradientsResult = {
      loss,
      gradients: readArena(network.table, raw.place(RawBuffer.Gradients), room),
      initialStateGradient: network.readState(STATES.initialGradient, loaded.batch, initial),
      state: network.readState(STATES.final, loaded.batch, final),
    };
    if (readTrace) result.trace = readTrace();
    return result;
  });
}

/** Back-propagates gradients that the user passes. */
export function backward(network: Network, options: unknown): BackwardResult {
  return network.use("backward", (raw) => {
    const given = objectWith(options, "options", BACKWARD_NAMES) as BackwardInputs;
    const { inputSize, outputSize } = network.config;
    const { outputsGradient, logitsGradient, stateGradient } = given;
    const loaded = network.load(given, true);
    const outputs: [value: unknown, name: string][] = [[outputsGradient, "outputsGradient"]];
    if (outputSize === undefined) outputs.push([logitsGradient, "logitsGradient"]);
    else writeSequence(raw, RawBuffer.LogitsGradient, [logitsGradient, "logitsGradient"], outputSize, loaded);
    writeOutputsGradient(raw, outputs, network.layerDirections, loaded);
    network.writeState(STATES.finalGradient, stateGradient, "stateGradient", loaded.batch);
    network.accumulation.putAside();
    raw.backward(false);
    const result: BackwardResult = {
      gradients: readGradients(network, raw),
      initialStateGradient: network.readState(STATES.initialGradient, loaded.batch),
    };
    if (loaded.dense) {
      result.inputsGradient = readSequence(raw, RawBuffer.FeaturesGradient, inputSize, loaded);
    }
    return result;
  });
}

/** Computes the loss of a batch and the metric of that loss. */
export function evaluate(network: Network, batch: unknown, options?: unknown): AnyEvaluation {
  return network.use("evaluate", (raw) => {
    const returns = options !== undefined && readOptions(options, EVALUATE).returnState;
    const { loss: kind, loaded } = network.loadBatch(batchOf(batch), false);
    raw.forward();
    const result = withMetric(raw.loss(kind.name, kind.reduction), kind, raw);
    if (returns) result.state = network.readState(STATES.final, loaded.batch);
    return result;
  });
}

function withMetric(loss: number, { name, quantiles }: BatchLoss, raw: RawRnn): AnyEvaluation {
  switch (name) {
    case "crossEntropy":
      return { loss, accuracy: raw.loss("accuracy", "average") };
    case "binaryCrossEntropy":
      return { loss, accuracy: raw.loss("binaryAccuracy", "average") };
    case "meanSquaredError":
      return { loss, meanAbsoluteError: raw.loss("meanAbsoluteError", "average") };
    case "meanAbsoluteError":
      return { loss };
    case "quantile":
      return { loss, coverage: quantiles.map((_, index) => coverage(raw, index, quantiles.length)) };
  }
}

/** The coverage of one quantile: the core takes the mean over all, of which only this one counts, Q times. */
function coverage(raw: RawRnn, index: number, count: number): number {
  const { start } = raw.place(RawBuffer.Quantiles);
  f32()
    .fill(0, start, start + count)
    .fill(count, start + index, start + index + 1);
  return raw.loss("coverage", "average");
}

function readGradients(network: Network, raw: RawRnn): Record<string, Tensor> {
  return readArena(network.table, raw.place(RawBuffer.Gradients));
}

/** Allocates a trace. The function that it returns fills it after the pass. */
function traceRoom(network: Network, raw: RawRnn, loaded: Loaded): () => Trace {
  const { layerDirections } = network;
  const gradients = directionsRoom(raw, RawDirectionBuffer.OutputsGradient, layerDirections, loaded);
  const forward = forwardTraceRoom(network, raw, loaded);
  return () => ({ ...forward(), hiddenGradients: gradients() });
}

function forwardTraceRoom(network: Network, raw: RawRnn, loaded: Loaded): () => ForwardTrace {
  const { layerDirections, config, lstm } = network;
  const gateCount = { tanh: 0, relu: 0, gru: 3, lstm: 4 }[config.cell];
  const outputs = directionsRoom(raw, RawDirectionBuffer.Outputs, layerDirections, loaded);
  const gates = gateCount === 0 ? undefined : gatesRoom(raw, gateCount, layerDirections, loaded);
  const cells = lstm ? directionsRoom(raw, RawDirectionBuffer.Cells, layerDirections, loaded) : undefined;
  return () => {
    const hidden = outputs();
    const trace: ForwardTrace = { hidden, gates: gates?.() ?? hidden };
    if (cells) trace.cells = cells();
    return trace;
  };
}
