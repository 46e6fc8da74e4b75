/**
 * The parts of series that a model was trained on, so that an error can say whether it was measured on them. A series is
 * recognised by its id; one without an id by its first values.
 */

import { integer, string } from "../../base/check.js";
import { at, typeError, type Path } from "../../base/errors.js";
import { readOptions, type Declaration, type ValuesOf } from "../../base/options.js";
import { show } from "../../base/show.js";
import { Fingerprint } from "../shared/fingerprint.js";
import type { Series } from "./series.js";

/** Values by which a series is recognised. */
const HEAD = 4;
/** A missing value, since NaN has many bit patterns. */
const MISSING = 1e300;

const PART = {
  id: { read: string, fallback: null },
  head: { read: string },
  start: { read: (value: unknown, path: Path) => integer(value, path) },
  count: { read: (value: unknown, path: Path) => integer(value, path, { min: 0 }) },
} satisfies Declaration;

/** The part of a series that a model was trained on. */
export interface TrainedPart extends ValuesOf<typeof PART> {}

/** The trained part of a series. */
export function trainedPartOf(series: Series, count: number): TrainedPart {
  return { id: series.id ?? null, head: headOf(series), start: series.start, count };
}

/** The parts of all runs of a model: of a series that occurs twice the longer one. */
export function unionOf(before: readonly TrainedPart[], added: readonly TrainedPart[]): TrainedPart[] {
  const all = new Map<string, TrainedPart>();
  for (const part of [...before, ...added]) {
    const key = `${part.head} ${part.id ?? ""}`;
    const known = all.get(key);
    if (known === undefined || known.count < part.count) all.set(key, part);
  }
  return [...all.values()];
}

/** Reads the parts that a file holds. */
export function readTrainedParts(value: unknown, path: Path): readonly TrainedPart[] {
  if (!Array.isArray(value)) throw typeError(path, "an array", show(value));
  return value.map((part, i) => {
    const given = part as { id?: unknown };
    const id =
      typeof given === "object" && given !== null && given.id === null ? { ...given, id: undefined } : part;
    return readOptions(id, PART, at(path, i));
  });
}

/** Finds the trained part of a series. */
export class TrainedParts {
  readonly #byId = new Map<string, TrainedPart>();
  readonly #byHead = new Map<string, TrainedPart>();

  constructor(parts: readonly TrainedPart[]) {
    for (const part of parts) {
      if (part.id !== null) this.#byId.set(part.id, part);
      const known = this.#byHead.get(part.head);
      if (known === undefined || known.count < part.count) this.#byHead.set(part.head, part);
    }
  }

  /** The number of values from the start of `series` that the model was trained on. */
  count(series: Series): number {
    const named = series.id === undefined ? undefined : this.#byId.get(series.id);
    if (named === undefined) return this.#byHead.get(headOf(series))?.count ?? 0;
    const offset = series.times ? series.start - named.start : 0;
    return Math.max(0, Math.min(series.values.length, named.count - offset));
  }
}

function headOf({ values, start }: Series): string {
  const fingerprint = new Fingerprint();
  fingerprint.addNumber(start);
  const head = Float64Array.from(values.subarray(0, HEAD), (y) => (y === y ? y : MISSING));
  fingerprint.add(new Int32Array(head.buffer));
  return fingerprint.toString();
}
