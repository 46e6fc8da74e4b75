// `npm run fuzz`: random input against what the library promises of any input: typed errors, no trap, no hang, time and
// memory in proportion. Each section is a program of test/fuzz that prints its figures and ends with code 1 when a
// promise is broken. A section's program is given the arguments, and has its own documentation.
//
//     npm run fuzz -- --mutations 100000 --seed 1        the long run
//     npm run fuzz -- --seconds 40                       a short one, as in `npm test`
//     npm run fuzz -- --section readers --only keras,npz  a section, and some of its parts

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { inProject } from "./setup/paths.mjs";
import { runVisibly } from "./setup/run.mjs";

/** The programs by their names; their order is that of the output. */
const SECTIONS = new Map([["readers", ["test", "fuzz", "readers.ts"]]]);

const { values } = parseArgs({
  options: {
    section: { type: "string" },
    seed: { type: "string", default: String(randomInt(2 ** 31)) },
    mutations: { type: "string" },
    seconds: { type: "string" },
    only: { type: "string" },
    keep: { type: "string" },
    case: { type: "string" },
  },
});
const chosen = values.section?.split(",") ?? [...SECTIONS.keys()];
const unknown = chosen.find((name) => !SECTIONS.has(name));
if (unknown !== undefined) {
  process.stderr.write(`fuzz: --section ${unknown}: expected some of ${[...SECTIONS.keys()].join(",")}\n`);
  process.exit(2);
}

process.stdout.write(`fuzz: --seed ${values.seed} repeats this run\n`);
let failed = false;
for (const name of chosen) {
  const options = /** @type {const} */ (["seed", "mutations", "seconds", "only", "keep", "case"]).flatMap(
    (option) => {
      const value = values[option];
      return value === undefined ? [] : [`--${option}`, value];
    },
  );
  const program = inProject(...(SECTIONS.get(name) ?? []));
  const code = await runVisibly(process.execPath, ["--expose-gc", "--import", "tsx", program, ...options]);
  if (code !== 0) {
    process.stdout.write(`fuzz: section ${name} failed; --seed ${values.seed} repeats it\n`);
    failed = true;
  }
}
process.exit(failed ? 1 : 0);
