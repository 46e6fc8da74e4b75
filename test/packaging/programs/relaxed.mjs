// Prints the answers or refusals of the relaxed entry by import and by require, and of bptt/slim with
// relaxed.wasm.

import { createRequire } from "node:module";
import * as esm from "bptt/relaxed";
import * as slim from "bptt/slim";
import { gohome } from "./gohome.mjs";

const require = createRequire(import.meta.url);
const wasm = new URL(import.meta.resolve("bptt/relaxed.wasm"));

/** @type {Record<string, () => unknown>} */
const forms = {
  import: () => gohome(esm),
  require: () => gohome(require("bptt/relaxed")),
  init: () => esm.init(),
  slim: () => slim.init(wasm).then(() => gohome(slim)),
};

/** @type {Record<string, unknown>} */
const answers = {};
for (const [name, form] of Object.entries(forms)) {
  try {
    answers[name] = (await form()) ?? "done";
  } catch (error) {
    const { code, message } = /** @type {Error & { code: string }} */ (error);
    answers[name] = { code, message };
  }
}
console.log(JSON.stringify(answers));
