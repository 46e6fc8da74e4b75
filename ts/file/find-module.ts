/**
 * Finds the tensors of a recurrent module and its output layer in a file, and the network that they describe.
 *
 * A module is at each `weight_ih_l0` (or `w_ih_l0` after `bptt.`), and its output layer is the `head` beside
 * it. The cell follows from G = rows / H: 1 is tanh or relu, 3 is gru, 4 is lstm. In a file of this library
 * the metadata contains all this.
 */

import { oneOf, string } from "../base/check.js";
import { at, rangeError, type Path } from "../base/errors.js";
import { show, showNames, showShape } from "../base/show.js";
import { readOptions, type Declaration, type OptionsOf } from "../base/options.js";
import { CELLS, type Cell } from "../data/rnn-options.js";
import type { StoredTensor } from "./dtype.js";
import { BIASED, cellsOf, ownNames, type Architecture, type Biases, type Names } from "./state-dict.js";

const LOAD = {
  /**
   * The cell, for a file whose shapes do not decide it (tanh or relu). It must agree with the file's metadata
   * if there is any.
   */
  cell: { read: (value: unknown, path: Path) => oneOf(value, path, CELLS), fallback: undefined },
  /**
   * The module, for a file that contains several: the part of the names before `rnn.weight_ih_l0`, or before
   * `weight_ih_l0` for the recurrent module without its output layer. All other tensors are then ignored.
   */
  prefix: { read: asPrefix, fallback: undefined },
  /**
   * The part of the names before `weight` and `bias` of the output layer. Default: `head`, beside the recurrent module.
   * A layer without bias (`nn.Linear(bias=False)`) gets a bias of zeros.
   */
  head: { read: asPrefix, fallback: undefined },
} satisfies Declaration;

/** Options of `Rnn.load`. */
export interface LoadOptions extends OptionsOf<typeof LOAD> {}

/** A module that was found in a file. */
export interface Module {
  readonly architecture: Architecture;
  readonly names: Names;
  readonly biases: Biases;
  /** True if the file's metadata describes this module. */
  readonly described: boolean;
  /** The prefix that would select the module, if the file must contain nothing else; otherwise undefined. */
  readonly choice: string | undefined;
  /** The prefix that the user gave, if any, as a hint in errors about the module. */
  readonly hint: string | undefined;
  /** Returns true if a tensor of this name belongs to the module. */
  readonly owns: (name: string) => boolean;
}

type Tensors = ReadonlyMap<string, StoredTensor>;

/** The place of a recurrent module in a file. */
interface Place {
  readonly recurrent: string;
  /** `recurrent` without its last part. */
  readonly base: string;
  readonly head: string | undefined;
  /** True for a gru with resetAfter false. */
  readonly own: boolean;
}

const TORCH = "weight_ih_l0";
const OWN = "w_ih_l0";

/**
 * Finds the module in a file.
 *
 * @param tensors the tensors of the file, without sections
 * @param saved the architecture in the file's metadata
 */
export function findModule(tensors: Tensors, saved: Architecture | undefined, options: LoadOptions): Module {
  const { prefix, head: headOption, cell } = readOptions(options, LOAD);
  const whole = prefix === undefined;
  if (saved !== undefined && headOption === undefined && (whole || prefix === "")) {
    checkCell(cell, [saved.cell], "as the file says");
    const names = ownNames(saved);
    return {
      architecture: saved,
      names,
      biases: BIASED,
      described: true,
      choice: undefined,
      hint: hintOf(prefix),
      owns: () => true,
    };
  }
  const place = choose(findPlaces(tensors), prefix, tensors);
  const { recurrent, own } = place;
  const alone = !own && prefix !== "" && prefix === recurrent;
  const head = own ? place.head : (headOption ?? (alone ? undefined : place.head));
  if (headOption !== undefined && (own || !tensors.has(`${headOption}weight`))) {
    throw rangeError("head", "the part of a name before the weight of an output layer", show(options.head));
  }
  const described = saved !== undefined && recurrent === ownNames(saved).recurrent;
  const architecture = infer(tensors, place, head, cell, described ? saved.cell : undefined);
  const inside = (name: string, place: string) =>
    name.startsWith(place) && !name.slice(place.length).includes(".");
  return {
    architecture,
    names: { recurrent, head: head ?? "" },
    biases: {
      recurrent: own || [...tensors.keys()].some((name) => name.startsWith(`${recurrent}bias_`)),
      head: own || described || tensors.has(`${head ?? ""}bias`),
    },
    described,
    choice: whole ? choiceOf(place) : undefined,
    hint: hintOf(prefix),
    owns: (name) => whole || inside(name, recurrent) || (head !== undefined && inside(name, head)),
  };
}

/** Returns the places of all recurrent modules of the file. */
function findPlaces(tensors: Tensors): Place[] {
  const found: Omit<Place, "head">[] = [];
  const beside = new Map<string, number>(); // from base to the number of its modules
  for (const name of tensors.keys()) {
    const own = endsIn(name, `bptt.${OWN}`);
    if (!own && !endsIn(name, TORCH)) continue;
    const recurrent = name.slice(0, -(own ? OWN : TORCH).length);
    const base = recurrent.slice(0, recurrent.slice(0, -1).lastIndexOf(".") + 1);
    found.push({ recurrent, base, own });
    beside.set(base, (beside.get(base) ?? 0) + 1);
  }
  return found.map((place) => {
    const { base, recurrent, own } = place;
    const named = recurrent === `${base}rnn.`;
    const head = own ? recurrent : `${base}head.`;
    const parts = own ? ["w_ho", "b_o"] : ["weight", "bias"];
    const has = (own || named || beside.get(base) === 1) && parts.some((part) => tensors.has(head + part));
    return { ...place, head: has ? head : undefined };
  });
}

/** Returns true if a name is `part` or ends in a dot and `part`. */
function endsIn(name: string, part: string): boolean {
  return name.endsWith(part) && (name.length === part.length || name[name.length - part.length - 1] === ".");
}

function choose(places: readonly Place[], prefix: string | undefined, tensors: Tensors): Place {
  if (places.length === 0) {
    const some = showNames(tensors.keys()) || "no tensors";
    throw rangeError(at("bytes", "tensors"), `a tensor ${show(TORCH)}, with any prefix`, some);
  }
  const exact = places.filter(({ recurrent }) => recurrent === prefix);
  const below = places.filter(({ base }) => prefix === undefined || base === prefix);
  const headed = below.filter(({ head }) => head !== undefined);
  for (const matches of prefix === undefined ? [places] : [exact, below, headed]) {
    const [place] = matches;
    if (place !== undefined && matches.length === 1) return place;
  }
  const choices = showNames(places.map(choiceOf), " or ");
  const why = places.length > 1 ? "the modules of the file" : "the module of the file";
  throw rangeError("prefix", `${choices}, ${why}`, show(prefix));
}

/** Returns the prefix that selects a module, with its output layer if it has one. */
function choiceOf({ recurrent, base, head }: Place): string {
  return head === undefined ? recurrent : base;
}

/** Returns the architecture that follows from names and shapes. The tensors are compared with it later. */
function infer(
  tensors: Tensors,
  { recurrent, own }: Place,
  head: string | undefined,
  cell: Cell | undefined,
  told: Cell | undefined,
): Architecture {
  const matrix = (name: string): [number, number] => {
    const shape = tensors.get(name)?.shape;
    if (shape === undefined) throw rangeError(at("bytes", "tensors", name), "a matrix", "nothing");
    if (shape.length !== 2 || shape.some((n) => n < 1)) {
      throw rangeError(at("bytes", "tensors", name), "a matrix with values", `shape ${showShape(shape)}`);
    }
    return own ? [shape[1], shape[0]] : [shape[0], shape[1]]; // (out, in)
  };
  const projection = `${recurrent}weight_hr_l0`;
  if (tensors.has(projection)) {
    const what = "no projection (an LSTM with proj_size), which bptt does not compute";
    throw rangeError(at("bytes", "tensors", projection), what, "one");
  }
  const [, inputSize] = matrix(recurrent + (own ? OWN : TORCH));
  const hidden = recurrent + (own ? "w_hh_l0" : "weight_hh_l0");
  const [rows, hiddenSize] = matrix(hidden);
  const cells = cellsOf(rows, hiddenSize);
  if (cells.length === 0 || (own && cells[0] !== "gru")) {
    const what = own ? "(H, 3·H)" : "(G·H, H) with 1, 3 or 4 for G";
    const shape = showShape(tensors.get(hidden)?.shape ?? []);
    throw rangeError(at("bytes", "tensors", hidden), `shape ${what}`, shape);
  }
  if (told !== undefined && !cells.includes(told)) {
    const path = at("bytes", "metadata", "bptt.config", "cell");
    throw rangeError(path, `${orList(cells)}, as the shapes say`, show(told));
  }
  const choice = told ?? (cells.length === 1 ? cells[0] : cell);
  checkCell(
    cell,
    told === undefined ? cells : [told],
    told === undefined ? "as the file's shapes say" : "as the file says",
  );
  if (choice === undefined) {
    throw rangeError("cell", `${orList(cells)}: the file's shapes cannot tell them apart`, show(cell));
  }
  let outputSize: number | undefined;
  if (head !== undefined) {
    if (own) [outputSize] = matrix(`${head}w_ho`);
    else [outputSize] = matrix(`${head}weight`);
  }
  const weight = recurrent + (own ? "w_ih_l" : "weight_ih_l");
  const layers = countLayers(tensors, weight);
  const bidirectional = tensors.has(`${weight}0_reverse`);
  return { cell: choice, resetAfter: !own, inputSize, hiddenSize, outputSize, layers, bidirectional };
}

/** Returns L, the largest number after `weight` plus one. Missing layers are found later. */
function countLayers(tensors: Tensors, weight: string): number {
  let layers = 1;
  for (const name of tensors.keys()) {
    if (!name.startsWith(weight)) continue;
    const layer = /^(\d{1,9})$/.exec(name.slice(weight.length));
    if (layer) layers = Math.max(layers, Number(layer[1]) + 1);
  }
  return layers;
}

function checkCell(cell: Cell | undefined, cells: readonly Cell[], why: string): void {
  if (cell !== undefined && !cells.includes(cell)) {
    throw rangeError("cell", `${orList(cells)}, ${why}`, show(cell));
  }
}

function orList(cells: readonly Cell[]): string {
  return cells.map(show).join(" or ");
}

function hintOf(prefix: string | undefined): string | undefined {
  return prefix === undefined ? undefined : `the prefix is ${show(prefix)}`;
}

/** Reads a prefix and adds its dot if it is missing. */
function asPrefix(value: unknown, path: Path): string {
  const prefix = string(value, path);
  return prefix === "" || prefix.endsWith(".") ? prefix : `${prefix}.`;
}
