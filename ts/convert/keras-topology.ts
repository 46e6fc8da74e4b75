/**
 * Reads the layers of a saved Keras or TensorFlow.js model from its JSON: a Sequential model, or a functional
 * model that is one chain. The data is untrusted. keras-layers.ts decides whether the layers can be computed.
 *
 *     { class_name: "Sequential", config: { layers: [{ class_name, config }, …] } }       Keras 2, TensorFlow.js, Keras 3
 *     { class_name: "Functional", config: { layers: [{ name, inbound_nodes, … }], output_layers } }
 */

import { at, rangeError, typeError, type Path } from "../base/errors.js";
import { record } from "../base/check.js";
import { clip, show, showNames } from "../base/show.js";
import { list } from "./description.js";

/** A layer's JSON. */
export interface Layer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Its position in the JSON, which in a functional model may differ from its position in the chain. */
  readonly order: number;
  /** The place of its JSON. */
  readonly path: Path;
}

/** Returns the name of a layer in messages: `GRU "encoder"`. */
export function showLayer({ className, name }: Pick<Layer, "className" | "name">): string {
  return `${clip(className)} ${show(name)}`;
}

/** Returns the layers in the order in which data flows through them. */
export function readTopology(json: unknown, path: Path): Layer[] {
  let model = record(json, path) as Record<string, unknown>;
  if (model["model_config"] !== undefined) {
    model = record(model["model_config"], at(path, "model_config")) as Record<string, unknown>; // Python's tensorflowjs
  }
  const className = model["class_name"];
  if (className === "Sequential") {
    const config = model["config"];
    const layers = Array.isArray(config)
      ? config
      : (record(config, at(path, "config")) as Record<string, unknown>)["layers"];
    return list(layers, at(path, "config", "layers"), "an array of layers").map((layer, k) =>
      readLayer(layer, at(path, "config", "layers", k), k),
    );
  }
  if (className === "Functional" || className === "Model") {
    return readChain(
      record(model["config"], at(path, "config")) as Record<string, unknown>,
      at(path, "config"),
    );
  }
  throw rangeError(at(path, "class_name"), `"Sequential" or "Functional"`, show(className));
}

/** Reads one `{ class_name, config }`, which may also be inside Bidirectional or TimeDistributed. */
export function readLayer(json: unknown, path: Path, order = 0): Layer {
  const layer = record(json, path) as Record<string, unknown>;
  const { class_name: className } = layer;
  if (typeof className !== "string") {
    throw typeError(at(path, "class_name"), "a layer's class", show(className));
  }
  const config = record(layer["config"], at(path, "config")) as Record<string, unknown>;
  const name = config["name"] ?? layer["name"];
  return { className, name: typeof name === "string" ? name : "", config, order, path };
}

/** Follows a functional model from its only output back to its only input. */
function readChain(config: Record<string, unknown>, path: Path): Layer[] {
  const layers = new Map<string, { layer: Layer; from: string[] }>();
  list(config["layers"], at(path, "layers"), "an array of layers").forEach((json, k) => {
    const layer = readLayer(json, at(path, "layers", k), k);
    const { inbound_nodes: nodes, name } = json as Record<string, unknown>;
    const from: string[] = [];
    references(nodes, from, 0);
    layers.set(typeof name === "string" ? name : layer.name, { layer, from });
  });
  const outputs: string[] = [];
  references([config["output_layers"]], outputs, 0);
  if (outputs.length !== 1) {
    throw rangeError(at(path, "output_layers"), "one output", `${outputs.length}`);
  }
  const chain = new Set<Layer>(); // from the output to the input
  for (let next = outputs; next.length > 0;) {
    const [name = ""] = next;
    const found = layers.get(name);
    if (!found || next.length > 1 || chain.has(found.layer)) {
      const received = found
        ? chain.has(found.layer)
          ? `a loop at ${show(name)}`
          : `${next.length} layers that lead into one (${showNames(next)})`
        : `a link to ${show(name)}, which is no layer`;
      throw rangeError(at(path, "layers"), "layers in one chain", received);
    }
    chain.add(found.layer);
    next = found.from;
  }
  if (chain.size !== layers.size) {
    const aside = [...layers.values()].find(({ layer }) => !chain.has(layer));
    throw rangeError(at(path, "layers"), "layers in one chain", `${show(aside?.layer.name)} outside it`);
  }
  return [...chain].reverse();
}

/** Collects the layers that inbound nodes name: ["name", node, tensor, …] or { keras_history: ["name", node, tensor] }. */
function references(value: unknown, into: string[], depth: number): void {
  if (typeof value !== "object" || value === null || depth > 32) return;
  let rest: object = value;
  if (Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number") {
    into.push(value[0]);
    rest = value.slice(3); // arguments besides the input, such as an initial state
  }
  for (const inner of Object.values(rest)) references(inner, into, depth + 1);
}
