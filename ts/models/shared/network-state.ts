/** The state of a network that a file of a model contains besides the parameters. */

import { integer, string } from "../../base/check.js";
import { at, typeError, type Path } from "../../base/errors.js";
import { objectWith, type NamesOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import { NETWORK } from "../../rnn/network.js";
import type { Rnn } from "../../rnn/rnn.js";

/** The state of a network that outlives a run. */
export interface NetworkState {
  /** Names of parameters that no run changes. */
  readonly frozen: readonly string[];
  /** Number of training passes with dropout. */
  readonly dropoutStep: number;
}

const NAMES = { frozen: true, dropoutStep: true } satisfies NamesOf<NetworkState>;

/** Returns the state of a network. */
export function networkState(rnn: Rnn): NetworkState {
  return { frozen: rnn.frozen, dropoutStep: rnn[NETWORK].drops };
}

/** Returns true if the state differs from that of a new network. */
export function isWorthKeeping({ frozen, dropoutStep }: NetworkState): boolean {
  return frozen.length > 0 || dropoutStep > 0;
}

/** Reads the state in a file; undefined in files whose network has none. */
export function readNetworkState(network: unknown, path: Path): NetworkState {
  if (network === undefined) return { frozen: [], dropoutStep: 0 };
  const given = objectWith(network, path, NAMES) as Record<keyof NetworkState, unknown>;
  const dropoutStep = integer(given.dropoutStep, at(path, "dropoutStep"), { min: 0 });
  const { frozen } = given;
  if (!Array.isArray(frozen)) throw typeError(at(path, "frozen"), "an array of names", show(frozen));
  return { frozen: frozen.map((each, i) => string(each, at(path, "frozen", i))), dropoutStep };
}

/** Restores the state of a network. */
export function restoreNetworkState(rnn: Rnn, { frozen, dropoutStep }: NetworkState): void {
  rnn.freeze(frozen);
  rnn[NETWORK].drops = dropoutStep;
}
