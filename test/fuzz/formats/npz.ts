/** NumPy's archives, as the command line reads them. */

import { readFileSync } from "node:fs";
import { fromKeras } from "../../../ts/convert/keras.js";
import { decodeNpz, encodeNpz } from "../../../ts/cli/model/npz.js";
import type { Format } from "../format.js";
import { mutateBytes } from "../mutate/bytes.js";
import { mutateJson, mutateText } from "../mutate/json.js";
import { mutateZip } from "../mutate/zip.js";
import { below } from "../format.js";

const golden = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../golden/convert/${name}`, import.meta.url)));
const latin1 = new TextDecoder("latin1");

const ours = encodeNpz({
  arrays: decodeNpz(golden("numpy_weights.npz")).arrays,
  metadata: {
    "bptt.config": JSON.stringify({ cell: "tanh", inputSize: 2, hiddenSize: 3, outputSize: 2, layers: 1 }),
    "bptt.vocabulary": JSON.stringify({ tokens: ["a", "b"], unknown: null }),
  },
}) as Uint8Array<ArrayBuffer>;

export const npz: Format = {
  name: "npz",
  seeds: [golden("numpy_weights.npz"), golden("numpy_compressed.npz"), ours],
  mutate: (file, random) =>
    mutateZip(file, random, (bytes, name) => {
      if (name.endsWith(".json"))
        return new TextEncoder().encode(mutateJson(new TextDecoder().decode(bytes), random));
      if (!name.endsWith(".npy") || below(random, 3) === 0) return mutateBytes(bytes, random);
      // the header is text
      const end = Math.min(10 + (bytes[8] ?? 0) + 256 * (bytes[9] ?? 0), bytes.length);
      const header = mutateText(latin1.decode(bytes.subarray(10, end)), random);
      const changed = new Uint8Array([
        ...bytes.subarray(0, 10),
        ...Buffer.from(header, "latin1"),
        ...bytes.subarray(end),
      ]);
      if (below(random, 4) > 0) [changed[8], changed[9]] = [header.length & 255, header.length >> 8];
      return changed;
    }),
  read: (file) => fromKeras(decodeNpz(file).arrays, { cell: "tanh" }),
};
