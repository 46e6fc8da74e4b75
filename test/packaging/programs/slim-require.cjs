const { readFileSync } = require("node:fs");
const library = require("bptt/slim");

library
  .init(readFileSync(require.resolve("bptt/bptt.wasm")))
  .then(() => import("./gohome.mjs"))
  .then(({ gohome }) => console.log(JSON.stringify(gohome(library))));
