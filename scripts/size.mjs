// `npm run size` prints the size of the wasm modules and of each import, raw and compressed, and compares it
// with the limits in scripts/size-limits.json (KB of 1024 bytes, after gzip). The exit code is 1 if a limit
// is exceeded or has no part.
//
// An import is measured as a user's bundler ships it: everything the entry exports, or only the names listed, bundled and
// minified by esbuild. When the module is inlined, the row below shows the JavaScript without it. Imports of single names are
// bundled by Rollup as well, and minified by esbuild: the bundlers differ in what they recognise as unused.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { rollup } from "rollup";
import { inProject } from "./setup/paths.mjs";
import { orExit, setUp } from "./setup/steps.mjs";

/** The measured imports: file and imported names. */
const IMPORTS = new Map([
  ['import "bptt"', { file: "index.js", names: "*" }],
  ['import "bptt/slim"', { file: "slim.js", names: "*" }],
  ['import "bptt/relaxed"', { file: "relaxed.js", names: "*" }],
  ['import { BpttError } from "bptt/slim"', { file: "slim.js", names: "{ BpttError }" }],
  ['import { cosine } from "bptt/slim"', { file: "slim.js", names: "{ cosine }" }],
  ['import { Vocabulary } from "bptt/slim"', { file: "slim.js", names: "{ Vocabulary }" }],
  ['import { Rnn } from "bptt"', { file: "index.js", names: "{ Rnn }" }],
  ['import { CharRnn } from "bptt"', { file: "index.js", names: "{ CharRnn }" }],
  ['import { Rnn } from "bptt/slim"', { file: "slim.js", names: "{ Rnn }" }],
  ['import "bptt/worker"', { file: "worker.js", names: "*" }],
  ['import "bptt/node"', { file: "node.js", names: "*" }],
  ['import "bptt/convert"', { file: "convert.js", names: "*" }],
  ['import { toOnnx } from "bptt/convert"', { file: "convert.js", names: "{ toOnnx }" }],
]);

/** @type {Record<string, number>} */
const limits = JSON.parse(readFileSync(inProject("scripts", "size-limits.json"), "utf8"));

await orExit(() => setUp());

/** @type {Map<string, Uint8Array>} */
const parts = new Map();
for (const name of ["bptt.wasm", "relaxed.wasm"]) parts.set(name, readFileSync(inProject("dist", name)));
/** Rows that show a part of the row above them, and so have no limit. @type {Set<string>} */
const shares = new Set();
for (const [name, { file, names }] of IMPORTS) {
  const bytes = await bundled(file, names);
  parts.set(name, bytes);
  if (names !== "*") parts.set(`${name}, Rollup`, await bundledByRollup(file, names));
  const script = withoutModule(bytes);
  if (script.length === bytes.length) continue;
  const share = `  of ${name}: JavaScript`;
  shares.add(share);
  parts.set(share, script);
}

const KB = (/** @type {number} */ bytes) => `${(bytes / 1024).toFixed(1)} KB`;
const lines = [["", "raw", "gzip", "brotli", "limit (gzip)", ""]];
const wrong = [];
for (const [name, bytes] of parts) {
  const gzip = gzipSync(bytes, { level: 9 }).length;
  const brotli = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  }).length;
  const limited = name.replace(/, Rollup$/, "");
  const limit = limits[limited] === undefined ? undefined : Math.round(limits[limited] * 1024);
  const fits = limit !== undefined && gzip <= limit;
  if (shares.has(name)) {
    lines.push([name, KB(bytes.length), KB(gzip), KB(brotli), "", ""]);
    continue;
  }
  if (limit === undefined) wrong.push(`${name} has no limit`);
  else if (!fits) wrong.push(`${name} is ${gzip - limit} bytes over its limit`);
  const row = [name, KB(bytes.length), KB(gzip), KB(brotli), limit === undefined ? "–" : KB(limit)];
  lines.push([...row, fits ? "ok" : "TOO LARGE"]);
}
for (const name of Object.keys(limits))
  if (!parts.has(name)) wrong.push(`there is a limit for ${name}, which is not measured`);

const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
for (const cells of lines) {
  const padded = cells.map((cell, i) =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
  );
  process.stdout.write(`${padded.join("  ").trimEnd()}\n`);
}
for (const complaint of wrong) process.stdout.write(`size: ${complaint}\n`);
process.exit(wrong.length === 0 ? 0 : 1);

/** Returns a bundle without the inlined module. @param {Uint8Array} bytes @returns {Uint8Array} */
function withoutModule(bytes) {
  const inlined = /(["'`])[A-Za-z0-9+/=]{10000,}\1/g;
  return Buffer.from(Buffer.from(bytes).toString().replace(inlined, '""'));
}

/** @param {string} file @param {string} names @returns {Promise<Uint8Array>} */
async function bundled(file, names) {
  const { outputFiles } = await build({
    stdin: { contents: `export ${names} from "./${file}";`, resolveDir: inProject("dist") },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    external: ["node:*"],
    target: "es2022",
    legalComments: "none",
    write: false,
    logLevel: "silent",
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`esbuild wrote no output for ${file}`);
  return output.contents;
}

/** @param {string} file @param {string} names @returns {Promise<Uint8Array>} */
async function bundledByRollup(file, names) {
  const entry = "entry";
  const bundle = await rollup({
    input: entry,
    external: /^node:/,
    onwarn: () => undefined,
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id === entry ? id : undefined),
        load: (id) =>
          id === entry ? `export ${names} from ${JSON.stringify(inProject("dist", file))};` : undefined,
      },
    ],
  });
  const { output } = await bundle.generate({ format: "es" });
  await bundle.close();
  const options = { minify: true, format: "esm", target: "es2022", legalComments: "none" };
  const { code } = await transform(
    output[0].code,
    /** @type {import("esbuild").TransformOptions} */ (options),
  );
  return Buffer.from(code);
}
