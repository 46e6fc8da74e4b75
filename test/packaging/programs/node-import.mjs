import { readFileSync, writeFileSync } from "node:fs";
import { writeFileAtomic } from "bptt/node";

writeFileSync(process.argv[2], "old");
await writeFileAtomic(process.argv[2], Uint8Array.of(104, 105));
console.log(JSON.stringify(readFileSync(process.argv[2], "utf8")));
