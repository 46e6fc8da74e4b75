const { readFileSync } = require("node:fs");
const { writeFileAtomic } = require("bptt/node");

const [, , file = ""] = process.argv;
writeFileAtomic(file, Uint8Array.of(104, 105)).then(() =>
  console.log(JSON.stringify(readFileSync(file, "utf8"))),
);
