/**
 * Returns the arrays of a Keras file by layer. Each array is returned once. Arrays that remain belong to no
 * layer.
 *
 *     Keras 3   layers/<class>_<n>/(forward_layer/|backward_layer/|layer/)(cell/)vars/<k>
 *     tf.keras  the same under _layer_checkpoint_dependencies
 *     .h5       <layer>/…/kernel:0, listed in the group's attribute weight_names
 *
 * Source: Keras 3.15 (saving_lib, legacy_h5_format), tf_keras 2.21.
 */

import { rangeError } from "../base/errors.js";
import { showNames } from "../base/show.js";
import type { Weight } from "./arrays.js";
import { objectPath, type Hdf5File } from "./hdf5.js";
import type { LayerWeights } from "./keras-layers.js";

const ROLES = ["kernel", "recurrent_kernel", "bias"];
/** Matches the group of a layer. */
const GROUP = /^(?:layers|_layer_checkpoint_dependencies)\/([^/]+)\//;
/** Matches state outside the layers: of the optimizer, of metrics and losses, of random numbers. */
const BESIDE = /^_?(?:optimizer|\w*metrics?|\w*loss\w*)(?:\/|$)|\/seed_generator\//;

/** The arrays of a file of Keras 3, by position, because they have no names. */
export class GroupedArrays {
  readonly #file: Hdf5File;
  readonly #groups = new Map<string, string[]>();
  readonly #outside: string[] = [];

  constructor(file: Hdf5File) {
    this.#file = file;
    for (const path of file.paths) {
      if (BESIDE.test(path)) continue;
      const group = GROUP.exec(path)?.[1];
      if (group === undefined) {
        this.#outside.push(path);
        continue;
      }
      const paths = this.#groups.get(group) ?? [];
      paths.push(path);
      this.#groups.set(group, paths);
    }
  }

  /** The groups of the layers. */
  get groups(): string[] {
    return [...this.#groups.keys()];
  }

  /** Returns the arrays of a layer and marks them as used. */
  take(group: string): LayerWeights {
    const weights = new Map<string, Weight>();
    const paths = this.#groups.get(group) ?? [];
    this.#groups.delete(group);
    // forward before backward, vars/0 before vars/1, as in get_weights()
    const rank = (path: string) => (path.includes("/backward_layer/") ? 1 : 0);
    paths.sort((a, b) => rank(a) - rank(b) || indexOf(a) - indexOf(b));
    for (const path of paths) {
      const direction = /\/(forward|backward)_layer\//.exec(path)?.[1];
      const isCell = path.includes("/cell/");
      const roles = isCell ? ROLES : group.startsWith("embedding") ? ["embeddings"] : ["kernel", "bias"];
      add(weights, roles[indexOf(path)] ?? path, direction, readAt(this.#file, path));
    }
    return weights;
  }

  /** Throws if there are arrays that no layer used. */
  expectNone(): void {
    const left = [...this.#outside, ...[...this.#groups.values()].flat()];
    if (left.length > 0) {
      throw rangeError(this.#file.place, "only arrays of layers, as layers/…", `also ${showNames(left)}`, {
        hint: "for a subclassed model, pass the arrays of model.get_weights() to fromKeras",
      });
    }
  }
}

/** Returns the arrays of a layer in the older `.h5` files, by the names that the layer's group lists. */
export function legacyWeights(hdf5: Hdf5File, prefix: string, layer: string): LayerWeights {
  const place = prefix === "" ? layer : `${prefix}/${layer}`;
  const weights = new Map<string, Weight>();
  for (const name of textsOf(hdf5, place, "weight_names") ?? []) {
    const segments = name.split("/");
    const direction = segments
      .filter((segment) => segment !== layer)
      .map((segment) => /^(forward|backward)_/.exec(segment)?.[1])
      .find((found) => found !== undefined);
    const role = segments.at(-1)?.replace(/:\d+$/, "") ?? "";
    const path = `${place}/${name}`;
    add(weights, role, direction, readAt(hdf5, path));
  }
  return weights;
}

/**
 * Returns a list of texts. Keras divides a list that is longer than an attribute can be among name0, name1, …
 */
export function textsOf(hdf5: Hdf5File, path: string, name: string): readonly string[] | undefined {
  const whole = hdf5.attribute(path, name);
  if (Array.isArray(whole)) return whole as readonly string[];
  const parts: string[] = [];
  for (let k = 0; ; k++) {
    const part = hdf5.attribute(path, `${name}${k}`);
    if (!Array.isArray(part)) return k === 0 ? undefined : parts;
    for (const text of part as readonly string[]) parts.push(text);
  }
}

function add(weights: Map<string, Weight>, role: string, direction: string | undefined, weight: Weight) {
  const name = direction === undefined ? role : `${direction}/${role}`;
  if (weights.has(name)) throw rangeError(weight.path, `one ${name} in a layer`, "two");
  weights.set(name, weight);
}

function readAt(file: Hdf5File, path: string): Weight {
  return { array: file.read(path), path: objectPath(file, path) };
}

/** Returns the k of ".../vars/k". */
function indexOf(path: string): number {
  return Number(/\/vars\/(\d+)$/.exec(path)?.[1] ?? NaN);
}
