/** Labelled sequences as plain data: the examples of a classifier or of a tagger, encoded. */

import { record, string } from "../../base/check.js";
import { at, rangeError, typeError, type Path } from "../../base/errors.js";
import { show } from "../../base/show.js";
import { Fingerprint } from "../shared/fingerprint.js";
import { alike } from "../text/id-array.js";
import type { LabelSet } from "./label-set.js";
import { inputPath, type InputReader } from "./reader.js";
import type { Sequences } from "./sequences.js";

/** Encoded examples. */
export interface Dataset extends Sequences {
  /** The id of the label of each sequence, or of each network step where `isTagged`. */
  readonly targets: Int32Array;
  readonly isTagged: boolean;
  /** The number of the group of each sequence; undefined where groups do not matter. */
  readonly groups: Int32Array | undefined;
}

/** The name of what an example is labelled with. */
export type TargetName = "label" | "tags";

const NAMES = { input: true, label: true, tags: true, group: true };

/** An example, its names checked. */
export interface RawExample {
  readonly input: unknown;
  readonly label?: unknown;
  readonly tags?: unknown;
  readonly group?: unknown;
}

/** Reads the array of examples, not yet their inputs. */
export function readExamples(value: unknown, path: Path, target: TargetName): RawExample[] {
  if (!Array.isArray(value)) throw typeError(path, `an array of { input, ${target} }`, show(value));
  if (value.length === 0) throw rangeError(path, "at least one example", "none");
  return value.map((each: unknown, i) => {
    const example = record(each, at(path, i)) as RawExample;
    for (const name of Object.keys(example)) {
      if (!Object.hasOwn(NAMES, name) || (name === "label" || name === "tags" ? name !== target : false)) {
        throw typeError(at(path, i), `{ input, ${target}, group? }`, show(name));
      }
    }
    if (example.input === undefined) throw typeError(at(path, i, "input"), "a sequence", "undefined");
    return example;
  });
}

/** Returns the labels of examples, each a string. */
export function* labelsOf(
  examples: readonly RawExample[],
  path: Path,
  target: TargetName,
): Generator<string> {
  for (const [i, example] of examples.entries()) {
    if (target === "label") yield string(example.label, at(path, i, "label"));
    else yield* readTags(example.tags, at(path, i, "tags"));
  }
}

/** Encodes examples. `withGroups`: reads their groups, which all need to have then. */
export function encodeExamples(
  examples: readonly RawExample[],
  path: Path,
  { reader, labels, target }: { reader: InputReader; labels: LabelSet; target: TargetName },
  withGroups: boolean,
): Dataset {
  const sequences = reader.encode(
    examples.map(({ input }) => input),
    inputPath(path),
  );
  const isTagged = target === "tags";
  const targets = isTagged
    ? tagIds(examples, path, labels, sequences)
    : Int32Array.from(examples, ({ label }, i) => labels.id(label, at(path, i, "label")));
  return { ...sequences, targets, isTagged, groups: withGroups ? groupNumbers(examples, path) : undefined };
}

/** The fingerprint of encoded examples. */
export function datasetFingerprint({ values, starts, targets, groups }: Dataset): string {
  const hash = new Fingerprint();
  const words =
    values instanceof Float32Array ? new Int32Array(values.buffer, values.byteOffset, values.length) : values;
  for (const part of [starts, words, targets, groups ?? new Int32Array(0)]) {
    hash.addNumber(part.length);
    hash.add(part);
  }
  return hash.toString();
}

function tagIds(
  examples: readonly RawExample[],
  path: Path,
  labels: LabelSet,
  { starts }: Sequences,
): Int32Array {
  const ids = new Int32Array(starts[examples.length]);
  examples.forEach(({ tags }, i) => {
    const place = at(path, i, "tags");
    const given = readTags(tags, place);
    const steps = starts[i + 1] - starts[i];
    if (given.length !== steps) {
      throw rangeError(place, `${steps} tags, one for each time step of the input`, String(given.length));
    }
    given.forEach((tag, t) => (ids[starts[i] + t] = labels.id(tag, at(place, t))));
  });
  return ids;
}

function readTags(value: unknown, path: Path): readonly string[] {
  if (!Array.isArray(value)) throw typeError(path, "an array of strings", show(value));
  return value.map((tag, t) => string(tag, at(path, t)));
}

function groupNumbers(examples: readonly RawExample[], path: Path): Int32Array {
  const numbers = new Map<unknown, number>();
  return Int32Array.from(examples, ({ group }, i) => {
    if (typeof group !== "string" && typeof group !== "number") {
      throw typeError(at(path, i, "group"), "a string or a number, with validationGroups", show(group));
    }
    const number = numbers.get(group) ?? numbers.size;
    numbers.set(group, number);
    return number;
  });
}

/** Returns a copy of some examples. */
export function subsetOf(data: Dataset, rows: Int32Array): Dataset {
  const { values, width, starts, targets, isTagged } = data;
  const size = Math.max(1, width);
  const lengths = Array.from(rows, (row) => starts[row + 1] - starts[row]);
  const own = new Int32Array(rows.length + 1);
  lengths.forEach((length, i) => (own[i + 1] = own[i] + length));
  const total = own[rows.length];
  const copy = values instanceof Float32Array ? new Float32Array(total * size) : alike(values, total);
  const labels = new Int32Array(isTagged ? total : rows.length);
  rows.forEach((row, i) => {
    copy.set(values.subarray(starts[row] * size, starts[row + 1] * size), own[i] * size);
    if (isTagged) labels.set(targets.subarray(starts[row], starts[row + 1]), own[i]);
    else labels[i] = targets[row];
  });
  return { values: copy, width, starts: own, targets: labels, isTagged, groups: undefined };
}
