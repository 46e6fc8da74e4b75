/**
 * Converts an optimizer's complete state to plain data and tensors, for files and checkpoints, and restores
 * it. An optimizer that was restored continues bit-identically. Data from a file is not trusted: all of it is
 * checked before anything changes.
 */

import { at, rangeError, reroot, typeError, type Path } from "../base/errors.js";
import { Adam } from "../optim/adam.js";
import { integer, number, oneOf, record } from "../base/check.js";
import { objectWith, type NamesOf } from "../base/options.js";
import type { Network } from "./network.js";
import { momentNames, optimizerState, type Optimizer, type Rule } from "../optim/optimizer.js";
import { readArena, readAssignments, writeArena, type Assignment } from "../data/parameters.js";
import { RmsProp } from "../optim/rms-prop.js";
import { Sgd } from "../optim/sgd.js";
import { show } from "../base/show.js";
import type { Tensor } from "../base/tensor.js";

/** The state of an optimizer. Everything except the tensors is plain data that JSON preserves exactly. */
export interface OptimizerSnapshot {
  readonly kind: Rule["kind"];
  /** The options of the constructor. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Number of updates done. */
  readonly steps: number;
  /** Adam's β₁ᵗ and β₂ᵗ as accumulated products, not as powers; empty for other optimizers. */
  readonly products: readonly number[];
  /**
   * Moments by PyTorch's name of the moment, then by the name of the parameter; empty before the first
   * update.
   */
  readonly moments: Readonly<Record<string, Record<string, Tensor>>>;
}

const NAMES = {
  kind: true,
  options: true,
  steps: true,
  products: true,
  moments: true,
} satisfies NamesOf<OptimizerSnapshot>;
const SQUARES: ReadonlySet<string> = /* @__PURE__ */ new Set(["exp_avg_sq", "square_avg"]);

/**
 * Returns the state of an optimizer of `network`, or of one that has not updated anything yet.
 *
 * @throws TypeError when it is not an optimizer
 * @throws BpttError `OPTIMIZER_BOUND` when it belongs to another network; `FREED`, `BUSY`
 */
export function exportOptimizerState(network: Network, optimizer: Optimizer): OptimizerSnapshot {
  const { rule, learningRate, steps } = optimizerState(optimizer);
  return network.use("save", (raw) => {
    const slot = network.slots.slotOf(optimizerState(optimizer));
    const { kind, ...settings } = rule;
    const options = { learningRate, ...settings };
    if (slot === undefined) return { kind, options, steps, products: initialProducts(kind), moments: {} };
    const arenas = momentNames(rule).map(
      (name, index) => [name, readArena(network.table, raw.momentsPlace(slot, index))] as const,
    );
    const products = initialProducts(kind).map((_, index) => raw.runningProduct(slot, index));
    return { kind, options, steps, products, moments: Object.fromEntries(arenas) };
  });
}

/**
 * Restores the optimizer of a snapshot and binds it to `network`. The optimizer is a new one, or `optimizer`,
 * which must not have updated anything and must have the snapshot's kind and settings; it keeps its own
 * learning rate.
 *
 * @throws TypeError when a value is of the wrong kind
 * @throws RangeError when a value is out of its range, a moment is missing or its shape does not fit the
 *   network, or `optimizer` does not fit the snapshot; in these cases nothing has changed
 * @throws BpttError `OUT_OF_MEMORY`, `FREED`, `BUSY`
 */
export function restoreOptimizerState(
  network: Network,
  snapshot: unknown,
  optimizer?: Optimizer,
  path: Path = "optimizer",
): Optimizer {
  return restore(network, snapshot, path, optimizer, true);
}

/**
 * Advances an optimizer, which may have updated the network, to a snapshot of itself. It keeps its own
 * learning rate.
 */
export function forwardOptimizerState(network: Network, snapshot: unknown, optimizer: Optimizer): void {
  restore(network, snapshot, "optimizer", optimizer, false);
}

function restore(
  network: Network,
  snapshot: unknown,
  path: Path,
  optimizer: Optimizer | undefined,
  mustBeFresh: boolean,
): Optimizer {
  const given = objectWith(snapshot, path, NAMES) as Record<string, unknown>;
  const kind = oneOf(given["kind"], at(path, "kind"), ["adam", "sgd", "rmsProp"]);
  const made = make(kind, given["options"], at(path, "options"));
  const target = optimizer ?? made;
  const state = optimizerState(target);
  if (optimizer !== undefined && mustBeFresh) expectFresh(optimizer, optimizerState(made).rule);
  const steps = integer(given["steps"], at(path, "steps"), { min: 0 });
  const products = readProducts(given["products"], kind, at(path, "products"));
  const moments = readMoments(given["moments"], at(path, "moments"), state.rule, steps, network);
  network.change("loadOptimizer", (raw) => {
    if (moments.length === 0 && steps === 0) return; // there is nothing to restore, so it stays unbound
    network.slots.use(state, (slot) => {
      raw.changing = true;
      moments.forEach((arena, index) => writeArena(arena, raw.momentsPlace(slot, index)));
      if (kind === "adam") raw.setRunningProducts(slot, products[0], products[1]);
    });
  });
  state.steps = steps;
  return target;
}

function make(kind: Rule["kind"], options: unknown, path: Path): Optimizer {
  const given = record(options, path); // undefined would select the default, which a snapshot never means
  try {
    if (kind === "adam") return new Adam(given);
    return kind === "sgd" ? new Sgd(given) : new RmsProp(given);
  } catch (error) {
    throw reroot(error, path, "options");
  }
}

function expectFresh(optimizer: Optimizer, wanted: Rule): void {
  const { rule, steps, network } = optimizerState(optimizer);
  if (steps > 0 || network !== undefined)
    throw rangeError("optimizer", "an optimizer without updates", `one with ${steps} updates`);
  const settings = Object.entries(wanted) as [keyof Rule, unknown][];
  for (const [name, value] of settings) {
    if (rule[name] !== value)
      throw rangeError(at("optimizer", name), `${show(value)} as in the state`, show(rule[name]));
  }
}

/** Returns the products before the first step. */
function initialProducts(kind: Rule["kind"]): number[] {
  return kind === "adam" ? [1, 1] : [];
}

function readProducts(value: unknown, kind: Rule["kind"], path: Path): number[] {
  const { length } = initialProducts(kind);
  if (!Array.isArray(value)) throw typeError(path, `${length} numbers`, show(value));
  if (value.length !== length) throw rangeError(path, `${length} numbers`, show(value));
  return Array.from(value, (product, i) => number(product, at(path, i), { min: 0, max: 1 }));
}

function readMoments(
  value: unknown,
  path: Path,
  rule: Rule,
  steps: number,
  network: Network,
): Assignment[][] {
  const given = record(value, path) as Record<string, unknown>;
  const names = momentNames(rule);
  const present = Object.keys(given);
  if (present.length === 0 && steps === 0) return [];
  const wrong =
    present.find((name) => !names.includes(name)) ?? names.find((name) => !present.includes(name));
  if (wrong !== undefined) {
    const what = names.length === 0 ? "none" : names.join(", ");
    throw rangeError(path, what, present.map(show).join(", ") || "none");
  }
  return names.map((name) => {
    const arena = readAssignments(given[name], at(path, name), network.table, true);
    const missing = network.table.find((p) => !arena.some(({ parameter }) => parameter === p));
    if (missing) throw rangeError(at(path, name, missing.name), "a tensor", "nothing");
    if (SQUARES.has(name)) arena.forEach((assignment) => expectSquares(at(path, name), assignment));
    return arena;
  });
}

function expectSquares(path: Path, { parameter, data }: Assignment): void {
  const place = data.findIndex((x) => x < 0);
  if (place >= 0) throw rangeError(at(path, parameter.name, place), "a number >= 0", show(data[place]));
}
