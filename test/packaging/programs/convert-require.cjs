const library = require("bptt");
const convert = require("bptt/convert");

import("./convert.mjs").then(({ convertAll }) =>
  console.log(JSON.stringify(convertAll(library, convert, process.argv[2] ?? ""))),
);
