/**
 * Saves the state of training besides the parameters as sections of a model file: the optimizer's state, and
 * the network's state between two steps. A network that is restored with both continues bit-identically.
 *
 *     optimizer   the OptimizerSnapshot
 *     training    { network: { carried, dropoutStep, frozen } }; more may be beside `network`
 *
 * Accumulated gradients are not saved. Data from a file is not trusted: an error in it is a wrong value of
 * the file, and nothing changes in that case.
 */

import { at, rangeError, typeError } from "../base/errors.js";
import { integer, record } from "../base/check.js";
import { objectWith, type NamesOf } from "../base/options.js";
import type { Model } from "../file/model-file.js";
import type { Network } from "./network.js";
import { exportOptimizerState, restoreOptimizerState } from "./optimizer-state.js";
import { optimizerState, type Optimizer } from "../optim/optimizer.js";
import { isPacked, ofFile, packSection, type Section, unpackSection } from "../file/section.js";
import { show, showShape } from "../base/show.js";
import type { State } from "../data/state.js";
import { frozenNames, setFrozen } from "./train-step.js";

/** The state of a network between two steps. */
interface NetworkState {
  /** State from which the next `trainStep` with `carryState` starts; null for zeros. */
  readonly carried: State | null;
  /** Number of training passes with dropout. */
  readonly dropoutStep: number;
  /** Names of frozen parameters. */
  readonly frozen: readonly string[];
}

const NAMES = { carried: true, dropoutStep: true, frozen: true } satisfies NamesOf<NetworkState>;

const CARRIED = /* @__PURE__ */ at("network", "carried");

/** Returns the sections of a network that `optimizer` trains. */
export function trainingSections(
  network: Network,
  optimizer: Optimizer,
): Required<Pick<Model, "optimizer" | "training">> {
  const snapshot = exportOptimizerState(network, optimizer);
  const state: NetworkState = {
    carried: network.carried ?? null,
    dropoutStep: network.drops,
    frozen: frozenNames(network),
  };
  return { optimizer: packSection(snapshot), training: packSection({ network: state }) };
}

/**
 * Returns the section of a network that is saved without an optimizer: the names of the frozen parameters. It is
 * undefined if there are none.
 */
export function frozenSection(network: Network): Section | undefined {
  if (network.frozen.size === 0) return undefined;
  const state: NetworkState = { carried: null, dropoutStep: 0, frozen: frozenNames(network) };
  return packSection({ network: state });
}

/**
 * Restores a network from a section. A section without a network's state belongs to another part of the
 * library and is ignored.
 */
export function restoreTraining(network: Network, section: Section): void {
  if (!isPacked(section)) return;
  ofFile("training", () => {
    const { network: state } = unpackSection(section, "training") as { network?: unknown };
    if (state === undefined) return;
    const given = objectWith(state, "network", NAMES) as Record<string, unknown>;
    const dropoutStep = integer(given["dropoutStep"], at("network", "dropoutStep"), { min: 0 });
    if (!Array.isArray(given["frozen"]))
      throw typeError(at("network", "frozen"), "an array of names", show(given["frozen"]));
    setFrozen(network, "load", given["frozen"], true, at("network", "frozen"));
    const { carried } = given;
    if (carried !== null) network.carry(carried, CARRIED, rowsOf(carried, network));
    network.drops = dropoutStep;
  });
}

/** Restores the optimizer of a section and binds it to `network`. */
export function restoreOptimizer(network: Network, section: Section | undefined): Optimizer {
  if (section === undefined) {
    throw rangeError("bytes", "a file that save({ optimizer }) wrote", "one without optimizer");
  }
  return ofFile("optimizer", () =>
    restoreOptimizerState(network, unpackSection(section, "optimizer"), undefined, at("bytes", "optimizer")),
  );
}

/** Returns `value` if it is an optimizer. This is checked before the data that would be saved with it. */
export function readSavedOptimizer(value: unknown): Optimizer {
  optimizerState(value);
  return value as Optimizer;
}

/** Returns B of a state, if its size otherwise fits the network. */
function rowsOf(carried: unknown, network: Network): number {
  const given = record(carried, CARRIED) as { h?: unknown };
  const { shape } = record(network.lstm ? given.h : given, network.lstm ? at(CARRIED, "h") : CARRIED) as {
    shape?: unknown;
  };
  const rows: unknown = Array.isArray(shape) ? shape[1] : undefined;
  const wanted = network.stateShape(typeof rows === "number" && rows >= 1 ? rows : 1);
  if (!Array.isArray(shape) || shape.length !== 3 || wanted.some((n, axis) => n !== shape[axis])) {
    const got = Array.isArray(shape) ? showShape(shape as number[]) : "no tensor";
    throw rangeError(CARRIED, `shape ${showShape(wanted)} for some number of rows`, got);
  }
  return wanted[1];
}
