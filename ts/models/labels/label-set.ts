/** The labels of a model: their ids are their places in code point order. */

import { string } from "../../base/check.js";
import { byCodePoints } from "../../base/code-points.js";
import { at, rangeError, type Path } from "../../base/errors.js";
import { show } from "../../base/show.js";

/** Labels that an error message lists at most. */
const SHOWN = 8;

/** The labels of a model. */
export class LabelSet {
  readonly names: readonly string[];
  readonly #ids = new Map<string, number>();

  constructor(names: readonly string[]) {
    this.names = Object.freeze([...names]);
    names.forEach((name, id) => this.#ids.set(name, id));
  }

  /** The labels of training data, of which there have to be two. */
  static of(labels: Iterable<string>, path: Path): LabelSet {
    const names = [...new Set(labels)].sort(byCodePoints);
    if (names.length < 2) throw rangeError(path, "examples of at least 2 labels", `${names.length} label`);
    return new LabelSet(names);
  }

  /** The labels of a file. */
  static read(value: unknown, path: Path): LabelSet {
    if (!Array.isArray(value)) throw rangeError(path, "an array of labels", show(value));
    const names = value.map((name, i) => string(name, at(path, i)));
    if (new Set(names).size !== names.length || names.length < 2) {
      throw rangeError(path, "at least 2 different labels", show(names));
    }
    return new LabelSet(names);
  }

  /** The number of labels. */
  get size(): number {
    return this.names.length;
  }

  /** The id of a label that the model knows. */
  id(value: unknown, path: Path): number {
    const label = string(value, path);
    const id = this.#ids.get(label);
    if (id !== undefined) return id;
    const shown = this.names.slice(0, SHOWN).map((name) => show(name));
    const more = this.size > SHOWN ? ` or another of the ${this.size} labels` : "";
    throw rangeError(path, `one of ${shown.join(", ")}${more}, which the model was made with`, show(label));
  }
}
