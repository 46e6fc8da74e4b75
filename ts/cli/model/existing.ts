/** Decides by its content whether an existing file may be replaced by a model. */

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { openZip } from "../../convert/zip.js";
import { metadataOf, tensorNamesOf } from "./metadata.js";
import { isOnnx } from "./onnx-metadata.js";
import type { ConvertTarget } from "./target.js";

/** Returns the reason why a file may not be replaced, as the end of a sentence, or undefined if it may. */
export type Objection = (path: string) => Promise<string | undefined>;

const WAYS_OUT = "use another name, or add --force to replace it";

/**
 * The rule for training: no existing file is replaced. The message distinguishes an unfinished run and a
 * finished model.
 */
export const trainObjection: Objection = async (path) => {
  const content = contentOf(await bytesOf(path));
  if (content?.kind !== "text model" && content?.kind !== "forecaster")
    return `it exists and does not hold a model that bptt train makes; ${WAYS_OUT}`;
  if (content.unfinished)
    return "it holds an unfinished run; continue it with --resume, use another name, or add --force to replace it";
  return `it holds a finished model; ${WAYS_OUT} (--resume continues an unfinished run only)`;
};

/** The kinds of models that each target may replace. */
const REPLACEABLE: Readonly<Record<ConvertTarget, readonly Kind[]>> = {
  bptt: ["text model", "forecaster", "network"],
  pytorch: ["text model", "forecaster", "network", "PyTorch"],
  keras: ["Keras"],
  onnx: ["ONNX"],
  tfjs: ["TensorFlow.js"],
};
const NOUNS: Readonly<Record<ConvertTarget, string>> = {
  bptt: "a model of bptt",
  pytorch: "a recurrent network of PyTorch",
  keras: "weights that bptt wrote for Keras",
  onnx: "an ONNX model",
  tfjs: "a model of TensorFlow.js",
};

/**
 * Returns the rule for a conversion: it replaces only a model of the kind that it writes, without an
 * unfinished run.
 *
 * @param main the file that the command names; the other files contain its weights
 */
export function convertObjection(target: ConvertTarget, main: string): Objection {
  return async (path) => {
    const content = contentOf(await bytesOf(path === main ? path : main));
    const isWeights = path !== main && (content?.files ?? []).includes(basename(path));
    if (path !== main && !isWeights) return `it exists and is not a part of a model in ${main}; ${WAYS_OUT}`;
    if (content === undefined || !REPLACEABLE[target].includes(content.kind))
      return `it exists and does not hold ${NOUNS[target]}; ${WAYS_OUT}`;
    return content.unfinished ? `it holds an unfinished run; ${WAYS_OUT}` : undefined;
  };
}

type Kind = "text model" | "forecaster" | "network" | "PyTorch" | "Keras" | "ONNX" | "TensorFlow.js";

/** The content of a file. */
interface Content {
  readonly kind: Kind;
  /** True if it contains a run that can be continued, or an optimizer. */
  readonly unfinished?: boolean;
  /** The files of its weights. */
  readonly files?: readonly string[];
}

/** Returns the content of a file, or undefined if it is not a model of a kind that is written here. */
function contentOf(bytes: Uint8Array | undefined): Content | undefined {
  if (bytes === undefined) return undefined;
  for (const read of [ofSafetensors, ofNpz, ofTensorFlowJs, ofOnnx]) {
    try {
      const content = read(bytes);
      if (content) return content;
    } catch {
      // the file has another format
    }
  }
  return undefined;
}

function ofSafetensors(bytes: Uint8Array): Content | undefined {
  if (bytes[8] !== 0x7b) return undefined; // "{" after the length
  const metadata = metadataOf(bytes);
  const names = tensorNamesOf(bytes);
  if (!names.some((name) => /(^|\.)(weight_ih_l0|bptt\.w_ih_l0)$/.test(name))) return undefined;
  if (!("bptt.version" in metadata)) return { kind: "PyTorch" };
  const kind =
    "bptt.vocabulary" in metadata ? "text model" : "bptt.series" in metadata ? "forecaster" : "network";
  return { kind, unfinished: "bptt.optimizer" in metadata };
}

function ofNpz(bytes: Uint8Array): Content | undefined {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return undefined; // "PK"
  const { names } = openZip(bytes);
  return names.includes("arr_0.npy") && names.includes("bptt.json") ? { kind: "Keras" } : undefined;
}

function ofTensorFlowJs(bytes: Uint8Array): Content | undefined {
  if (bytes[0] !== 0x7b) return undefined; // "{"
  const json = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
  const groups: unknown = json["weightsManifest"];
  if (!("modelTopology" in json) || !Array.isArray(groups)) return undefined;
  const files = groups.flatMap((group: { paths?: unknown } | null) => group?.paths ?? []);
  return { kind: "TensorFlow.js", files: files.filter((file) => typeof file === "string") };
}

function ofOnnx(bytes: Uint8Array): Content | undefined {
  return isOnnx(bytes) ? { kind: "ONNX" } : undefined;
}

async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch(() => undefined);
}
