const { readFileSync } = require("node:fs");
const { writeFileAtomic } = require("bptt/node");

writeFileAtomic(process.argv[2], Uint8Array.of(104, 105)).then(() =>
  console.log(JSON.stringify(readFileSync(process.argv[2], "utf8"))),
);
