// `npm run layers` draws the picture of the layers in ARCHITECTURE.md again, from layers.mjs.

import { readFileSync, writeFileSync } from "node:fs";
import { diagram } from "./layers.mjs";
import { inProject } from "./setup/paths.mjs";

const file = inProject("ARCHITECTURE.md");
const text = readFileSync(file, "utf8");
writeFileSync(file, text.replace(/```mermaid\n[\s\S]*?```/, diagram()));
