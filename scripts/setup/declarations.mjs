// Bundles the declarations of the entries: `.d.ts` for import and `.d.cts` for require, each with a map to the sources in ts/,
// which are in the package. With the maps, "go to definition" in an editor leads to the TypeScript source.
//
// TypeScript writes declarations and maps for each source file, and rollup bundles the declarations. Rollup's map has one
// position per line, which is not enough for an editor; it is used to find the line that a bundled line came from, and
// TypeScript's map of that line then gives the positions.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { SetupError, showOutput } from "./log.mjs";
import { buildRoot, inProject } from "./paths.mjs";
import { run } from "./run.mjs";

/** The output folder of tsconfig.declarations.json. */
const unbundled = join(buildRoot, "declarations");

/** @typedef {{ version: number, file?: string | undefined, sources: string[], names: string[], mappings: string }} SourceMap */

/**
 * Writes the declarations into a folder that becomes `dist`.
 * @param {string[]} entries names of files in ts/, without their ending
 * @param {string} folder
 */
export async function bundleDeclarations(entries, folder) {
  await declare();
  // an earlier step installs them
  const [{ rollup }, { dts }] = await Promise.all([import("rollup"), import("rollup-plugin-dts")]);
  /** @type {Map<string, SourceMap>} rollup's maps of an output, by file name, before the other plugin changes them */
  const maps = new Map();
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((name) => [name, join(unbundled, `${name}.d.ts`)])),
    external: /\/crate\/pkg\//, // only types that no public declaration mentions
    plugins: [
      {
        name: "keep rollup's maps",
        generateBundle(_, files) {
          for (const [name, file] of Object.entries(files))
            if (file.type === "chunk" && file.map) maps.set(name, { ...file.map });
        },
      },
      dts({ sourcemap: true }),
    ],
    onwarn: (warning, warn) => {
      if (warning.code === "EMPTY_BUNDLE") return; // "bptt/worker" exports nothing
      // types of options follow from declarations, whose readers are no part of the public interface; the bundles contain
      // them, and test/packaging compiles programs against the bundles
      if (warning.message.includes("private shared type exports")) return;
      warn(warning);
    },
  });
  for (const ending of ["d.ts", "d.cts"]) {
    maps.clear();
    await bundle.write({
      dir: folder,
      format: "es",
      entryFileNames: `[name].${ending}`,
      chunkFileNames: ({ name }) => `${name.replace(/\.d$/, "")}-[hash].${ending}`,
      sourcemap: true,
    });
    for (const [name, map] of maps) {
      const composed = await throughTypeScript(map, folder);
      writeFileSync(join(folder, `${name}.map`), JSON.stringify(composed));
    }
  }
  await bundle.close();
}

/** Runs TypeScript for the declaration files and maps of all sources. */
async function declare() {
  rmSync(unbundled, { recursive: true, force: true });
  const tsc = inProject("node_modules", "typescript", "bin", "tsc");
  const { code, output } = await run(process.execPath, [tsc, "-p", inProject("tsconfig.declarations.json")]);
  if (code === 0) return;
  showOutput(output);
  throw new SetupError("The declarations of ts/ do not build: fix the errors above, then run this again.");
}

/**
 * Returns a map from a bundled file to the sources.
 * @param {SourceMap} map rollup's map, from the bundled file to the declaration files
 * @param {string} folder the folder that the map's sources are relative to
 * @returns {Promise<SourceMap>}
 */
async function throughTypeScript(map, folder) {
  const { decode, encode } = await import("@jridgewell/sourcemap-codec");
  /** @type {string[]} */
  const sources = [];
  const declarations = map.sources.map((source) => {
    const file = resolve(folder, source);
    const {
      sources: [from = ""],
      mappings,
    } = JSON.parse(readFileSync(`${file}.map`, "utf8"));
    const index =
      sources.push(relative(inProject("dist"), resolve(dirname(file), from)).replaceAll("\\", "/")) - 1;
    return { index, lines: decode(mappings) };
  });
  const mappings = decode(map.mappings).map((line) => {
    const anchor = line.find((segment) => segment.length > 1);
    if (!anchor || anchor.length === 1) return [];
    const [column, source, fromLine, fromColumn] = anchor;
    const { index, lines } = declarations[source] ?? { index: 0, lines: [] };
    return (lines[fromLine] ?? []).flatMap((segment) => {
      const at = segment[0] + column - fromColumn;
      if (segment.length === 1 || at < 0) return [];
      return [/** @type {[number, number, number, number]} */ ([at, index, segment[2], segment[3]])];
    });
  });
  return { version: 3, file: map.file, sources, names: [], mappings: encode(mappings) };
}
