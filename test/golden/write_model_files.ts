// Writes model_files.json: the files of this library for the modules in torch_files.json. Run it in the
// project's root:
//
//     npx tsx test/golden/write_model_files.ts && python test/golden/check_model_files.py
//
// The second command, in the Python environment of README.md, compares it with PyTorch; only then are these
// bytes golden.

import { writeFileSync } from "node:fs";
import { decodeModel, encodeModel, type ModelConfig } from "../../ts/file/model-file.js";
import { fromBase64, toBase64 } from "../support/files.js";
import torchFiles from "./torch_files.json" with { type: "json" };

const files = torchFiles.cases
  .filter(({ bias }) => bias) // without, PyTorch's modules lack the names
  .map(({ name, cell, base64 }) => {
    const { config, parameters } = decodeModel(fromBase64(base64), { cell: cell as ModelConfig["cell"] });
    return { name, base64: toBase64(encodeModel({ config, parameters })) };
  });
writeFileSync(new URL("model_files.json", import.meta.url), `${JSON.stringify({ files }, null, 1)}\n`);
