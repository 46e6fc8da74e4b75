/**
 * The calls that change a network's weights: a training step, and an update with given gradients. rnn.ts
 * contains the public documentation.
 */

import { show } from "../base/show.js";
import { objectWith, readOption, readOptions } from "../base/options.js";
import { BpttError, rangeError, type Path } from "../base/errors.js";
import { fromCore } from "../wasm/failure.js";
import { STATES, type Network } from "./network.js";
import { optimizerState } from "../optim/optimizer.js";
import { readAssignments, readNames, writeArena } from "../data/parameters.js";
import { batchOf } from "./forward-backward.js";
import { CLIP, TRAIN_STEP, type TrainStepResult } from "./rnn-types.js";
import { RawBuffer } from "../wasm/enumerations.js";
import type { RawRnn } from "../wasm/raw-rnn.js";

/** Performs a training step: loss, gradients, clipping, update. */
export function trainStep(
  network: Network,
  batch: unknown,
  optimizer: unknown,
  options: unknown,
): TrainStepResult {
  return network.change("trainStep", (raw) => {
    const state = optimizerState(optimizer);
    let clip = Infinity;
    let carry = false;
    let returns = false;
    if (options !== undefined) {
      const given = objectWith(options, "options", TRAIN_STEP);
      clip = limitOf(readOption(given, TRAIN_STEP, "clipNorm"));
      carry = readOption(given, TRAIN_STEP, "carryState");
      returns = readOption(given, TRAIN_STEP, "returnState");
    }
    const { loaded } = network.loadBatch(batchOf(batch), true, carry);
    // Memory is allocated before the update, because nothing may fail after it.
    if (carry) raw.reserveKeptState();
    const room = returns ? network.stateRoom(loaded.batch) : undefined;
    network.accumulation.putAside();
    const loss = network.slots.update(state, (slot, rate) =>
      raw.trainStep(slot, rate, clip, network.dropoutStep),
    );
    network.drops++;
    const result: TrainStepResult = { loss, gradientNorm: raw.gradientNorm };
    if (carry) network.keepCarried(loaded.batch);
    if (room) result.state = network.readState(STATES.final, loaded.batch, room);
    return result;
  });
}

/** Performs one update with given or accumulated gradients. */
export function applyGradients(
  network: Network,
  gradients: unknown,
  optimizer: unknown,
  options: unknown = {},
): { gradientNorm: number } {
  return network.change("applyGradients", (raw) => {
    const state = optimizerState(optimizer);
    const clip = limitOf(readOptions(options, CLIP).clipNorm);
    const update = (): { gradientNorm: number } => ({
      gradientNorm: network.slots.update(state, (slot, rate) => raw.applyGradients(slot, rate, clip)),
    });
    if (typeof gradients === "string") return applyAccumulated(network, gradients, update);

    const assignments = readAssignments(gradients, "gradients", network.table, false);
    const named = new Set(assignments.map(({ parameter }) => parameter.name));
    network.accumulation.putAside();
    writeArena(assignments, raw.place(RawBuffer.Gradients));
    try {
      activate(network, raw, named);
      return update();
    } finally {
      activate(network, raw);
    }
  });
}

function applyAccumulated<Result>(network: Network, gradients: string, update: () => Result): Result {
  const { accumulation } = network;
  if (gradients !== "accumulated") {
    throw rangeError("gradients", `gradients by name, or "accumulated"`, show(gradients));
  }
  if (!accumulation.started) {
    throw rangeError("gradients", "accumulated gradients", "none", {
      hint: "call gradients(batch, { accumulate: true }) first",
    });
  }
  accumulation.bringBack();
  try {
    const result = update();
    accumulation.clear();
    return result;
  } catch (cause) {
    const error = fromCore(cause);
    // a sum that is not finite stays so
    if (error instanceof BpttError && error.code === "NOT_FINITE") accumulation.clear();
    throw error;
  }
}

/** Freezes or unfreezes parameters. */
export function setFrozen(
  network: Network,
  method: string,
  names: unknown,
  frozen: boolean,
  path: Path = "names",
): void {
  network.change(method, (raw) => {
    const named = readNames(names, network.table, path);
    raw.changing = true;
    for (const { name } of named) {
      if (frozen) network.frozen.add(name);
      else network.frozen.delete(name);
    }
    activate(network, raw);
  });
}

/** Returns the names of the frozen parameters, in the order of the table. */
export function frozenNames({ table, frozen }: Network): string[] {
  return table.map(({ name }) => name).filter((name) => frozen.has(name));
}

/**
 * Tells the core which parameters the optimizer updates and the norm includes: those of `named` that are not
 * frozen.
 */
function activate(network: Network, raw: RawRnn, named?: ReadonlySet<string>): void {
  raw.changing = true;
  for (const { index, name } of network.table) {
    raw.setActive(index, !network.frozen.has(name) && (named?.has(name) ?? true));
  }
  raw.changing = false;
}

/** Returns the largest norm, which is Infinity for no clipping. */
function limitOf(clipNorm: number | false): number {
  return clipNorm || Infinity;
}
