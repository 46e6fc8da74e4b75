/** `.keras`, `.h5` and `.weights.h5`. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openHdf5 } from "../../../ts/convert/hdf5.js";
import { fromKerasFile } from "../../../ts/convert/keras-file.js";
import type { FromKerasOptions } from "../../../ts/convert/keras.js";
import type { Random } from "../../support/random.js";
import { pick, type Format } from "../format.js";
import { mutateBytes } from "../mutate/bytes.js";
import { mutateHdf5 } from "../mutate/hdf5.js";
import { mutateJson } from "../mutate/json.js";
import { mutateZip } from "../mutate/zip.js";

const OPTIONS: Record<string, FromKerasOptions> = {
  "bidirectional_gru.weights.h5": { cell: "gru", layers: 2, bidirectional: true },
  "relu_without_bias.weights.h5": { cell: "relu", layers: 2, useBias: false },
  "legacy_gru.weights.h5": { cell: "gru", bidirectional: true },
  "split_names.h5": { cell: "tanh" },
  "old_gru_weights.h5": { cell: "gru", useBias: false },
};

function files(folder: string, ending: RegExp): [name: string, bytes: Uint8Array<ArrayBuffer>][] {
  const url = new URL(`../../golden/${folder}/`, import.meta.url);
  return readdirSync(url)
    .filter((name) => ending.test(name) && !/subclassed|two_cells/.test(name))
    .sort()
    .map((name) => [name, new Uint8Array(readFileSync(fileURLToPath(new URL(name, url))))]);
}

const ALONE = [...files("convert", /\.h5$/), ...files("keras-layouts", /\.h5$/)];
/** Returns options for weights alone, chosen at random. */
const optionsOf = (random: Random) => pick(random, [undefined, undefined, ...Object.values(OPTIONS)]);

export const kerasArchives: Format = {
  name: "keras",
  seeds: files("convert", /\.keras$/).map(([, bytes]) => bytes),
  mutate: (file, random) =>
    mutateZip(file, random, (bytes, name) =>
      name.endsWith(".json")
        ? new TextEncoder().encode(mutateJson(new TextDecoder().decode(bytes), random))
        : name.endsWith(".h5")
          ? mutateHdf5(bytes, random)
          : mutateBytes(bytes, random),
    ),
  read: (file) => fromKerasFile(file),
};

/** Whole models in HDF5, and weights alone. */
export const kerasHdf5: Format = {
  name: "h5",
  seeds: ALONE.filter(([name]) => OPTIONS[name] === undefined).map(([, bytes]) => bytes),
  mutate: mutateHdf5,
  read: (file, random) => fromKerasFile(file, random() < 0.8 ? undefined : optionsOf(random)),
};

export const kerasWeights: Format = {
  name: "weights.h5",
  seeds: ALONE.filter(([name]) => OPTIONS[name] !== undefined).map(([, bytes]) => bytes),
  mutate: mutateHdf5,
  read: (file) => {
    let refused: unknown;
    for (const options of Object.values(OPTIONS)) {
      try {
        return fromKerasFile(file, options);
      } catch (error) {
        refused = error;
        if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
      }
    }
    throw refused;
  },
};

/** HDF5 in all the ways of h5py: every array and attribute. */
export const hdf5: Format = {
  name: "hdf5",
  seeds: files("hdf5", /\.h5$/).map(([, bytes]) => bytes),
  mutate: mutateHdf5,
  read: (bytes) => {
    const file = openHdf5(bytes, "file");
    for (const name of ["json", "fixed", "names", "fixed_names"]) file.attribute("", name);
    let values = 0;
    for (const path of file.paths) values += file.read(path).data.length;
    return values;
  },
};
