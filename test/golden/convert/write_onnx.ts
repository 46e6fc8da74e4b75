// Writes exported models of every cell and form for check_onnx.py: npx tsx test/golden/convert/write_onnx.ts
// FOLDER

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { toOnnx } from "../../../ts/convert.js";
import { CONFIGS, nameOf, randomNetwork } from "../../convert/networks.js";

const folder = process.argv[2];
if (folder === undefined) throw new Error("expected a folder");
mkdirSync(folder, { recursive: true });
for (const config of CONFIGS) {
  for (const inputs of ["ids", "features"] as const) {
    for (const rest of [false, true]) {
      const bytes = toOnnx(randomNetwork(config), { inputs, sequenceLengths: rest, initialState: rest });
      writeFileSync(join(folder, `${nameOf(config)}, ${inputs}${rest ? ", lengths, state" : ""}.onnx`), bytes);
    }
  }
}
