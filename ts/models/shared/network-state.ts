/** The state of a network that a file of a model contains besides the parameters. */

import { integer, string } from "../../base/check.js";
import { at, typeError, type Path } from "../../base/errors.js";
import { objectWith, type NamesOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import { rnnOptions, type Model } from "../../file/model-file.js";
import { NETWORK } from "../../rnn/network.js";
import { Rnn } from "../../rnn/rnn.js";

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

/**
 * Builds a model on the network of a file, which is freed if `build` throws.
 *
 * @param state the state of the network; undefined for that of a new one
 */
export function restoreNetwork<Built>(
  { config, parameters }: Pick<Model, "config" | "parameters">,
  state: NetworkState | undefined,
  build: (rnn: Rnn) => Built,
): Built {
  const rnn = new Rnn(rnnOptions(config));
  try {
    rnn.setParameters(parameters);
    if (state !== undefined) {
      rnn.freeze(state.frozen);
      rnn[NETWORK].drops = state.dropoutStep;
    }
    return build(rnn);
  } catch (error) {
    rnn.free();
    throw error;
  }
}
