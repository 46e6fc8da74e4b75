// `npm run size`: what the library weighs, raw and compressed, against the limits in scripts/size-limits.json
// (bytes after gzip). Ends with code 1 where one is exceeded, or where a limit has nothing it belongs to.
//
// An import is measured as a user's bundler ships it: everything the entry exports, or what is named, bundled and
// minified by esbuild.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { inProject } from "./setup/paths.mjs";
import { orExit, setUp } from "./setup/steps.mjs";

/** What is imported from which file. */
const IMPORTS = new Map([
  ['import "bptt"', { file: "index.js", names: "*" }],
  ['import "bptt/slim"', { file: "slim.js", names: "*" }],
  ['import "bptt/relaxed"', { file: "relaxed.js", names: "*" }],
  ['import "bptt/convert"', { file: "convert.js", names: "*" }],
  ['import { toOnnx } from "bptt/convert"', { file: "convert.js", names: "{ toOnnx }" }],
]);

/** @type {Record<string, number>} */
const limits = JSON.parse(readFileSync(inProject("scripts", "size-limits.json"), "utf8"));

await orExit(() => setUp());

/** @type {Map<string, Uint8Array>} */
const parts = new Map();
for (const name of ["bptt.wasm", "relaxed.wasm"]) parts.set(name, readFileSync(inProject("dist", name)));
for (const [name, { file, names }] of IMPORTS) parts.set(name, await bundled(file, names));

const KiB = (/** @type {number} */ bytes) => `${(bytes / 1024).toFixed(1)} KB`;
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
  const limit = limits[name];
  const fits = limit !== undefined && gzip <= limit;
  if (limit === undefined) wrong.push(`${name} has no limit`);
  else if (!fits) wrong.push(`${name} is ${gzip - limit} bytes over its limit`);
  const row = [name, KiB(bytes.length), KiB(gzip), KiB(brotli), limit === undefined ? "–" : KiB(limit)];
  lines.push([...row, fits ? "ok" : "TOO LARGE"]);
}
for (const name of Object.keys(limits))
  if (!parts.has(name)) wrong.push(`the limit of ${name} has nothing to it`);

const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
for (const cells of lines) {
  const padded = cells.map((cell, i) =>
    i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
  );
  process.stdout.write(`${padded.join("  ").trimEnd()}\n`);
}
for (const complaint of wrong) process.stdout.write(`size: ${complaint}\n`);
process.exit(wrong.length === 0 ? 0 : 1);

/** @param {string} file @param {string} names @returns {Promise<Uint8Array>} */
async function bundled(file, names) {
  const { outputFiles } = await build({
    stdin: { contents: `export ${names} from "./${file}";`, resolveDir: inProject("dist") },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    legalComments: "none",
    write: false,
    logLevel: "silent",
  });
  const [output] = outputFiles;
  if (!output) throw new Error(`esbuild made nothing of ${file}`);
  return output.contents;
}
