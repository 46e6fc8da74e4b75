import { readFileSync, writeFileSync } from "node:fs";
import { writeFileAtomic } from "bptt/node";

const [, , file = ""] = process.argv;
writeFileSync(file, "old");
await writeFileAtomic(file, Uint8Array.of(104, 105));
console.log(JSON.stringify(readFileSync(file, "utf8")));
