// Bundles each entry separately (no code with wasm state is shared) as ESM and CommonJS. The declarations
// come from scripts/setup/declarations.mjs.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Options } from "tsup";

// In CommonJS, the worker's script is located in another way.
const besideWorker: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "the worker of CommonJS",
  setup(build) {
    if (build.initialOptions.define?.["TSUP_FORMAT"] !== '"cjs"') return;
    const path = fileURLToPath(new URL("./ts/spawn-worker-commonjs.ts", import.meta.url));
    build.onResolve({ filter: /\/spawn-worker\.js$/ }, () => ({ path, sideEffects: false }));
  },
};

// Turns the core's enumerations into TypeScript's, whose members esbuild replaces by numbers, so that their
// names never ship.
const enumerationsAsNumbers: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "enumerations as numbers",
  setup(build) {
    build.onLoad({ filter: /[\\/]pkg[\\/]bptt\.js$/ }, ({ path }) => {
      const enumeration = /export const (\w+) = Object\.freeze\(\{([^}]*)\}\)/g;
      const contents = readFileSync(path, "utf8").replace(enumeration, (_, name: string, members: string) => {
        const named = [...members.matchAll(/(\w+): (\d+), "\2": "\1"/g)];
        return `export enum ${name} { ${named.map(([, member, value]) => `${member} = ${value}`).join(", ")} }`;
      });
      return { contents, loader: "ts" };
    });
  },
};

/** The entry for Node only, which imports Node's own modules. */
const forNode: Options = {
  entry: { node: "ts/node.ts" },
  format: ["esm", "cjs"],
  target: "node20",
  platform: "node",
  splitting: false,
  treeshake: true,
  tsconfig: "tsconfig.node.json",
  removeNodeProtocol: false,
};

const library: Options = {
  entry: {
    index: "ts/index.ts",
    slim: "ts/slim.ts",
    relaxed: "ts/relaxed.ts",
    convert: "ts/convert.ts",
  },
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  splitting: false,
  treeshake: true,
  noExternal: ["fflate", "pbf"],
  esbuildPlugins: [besideWorker, enumerationsAsNumbers],
  esbuildOptions(options) {
    // Identifiers are kept, because stacks and the console show the names of classes and functions. White space is kept too:
    // esbuild removes the marks of pure calls with it, and bundlers need them to drop what a program does not use.
    options.minifySyntax = true;
    options.mainFields = ["module", "main"];
    options.legalComments = "none";
    options.drop = ["console"]; // of bundled packages
  },
};

/** The script of a worker, which nothing imports. Bundlers and pages take it as it is, so it is small. */
const workerScript: Options = {
  ...library,
  entry: { worker: "ts/worker.ts" },
  esbuildOptions(options, context) {
    library.esbuildOptions?.(options, context);
    options.minifyWhitespace = true;
    options.lineLimit = 200; // engines show the whole line of an uncaught error
  },
};

/** The command line: a program that uses the package as anybody would, with its libraries bundled. */
const commandLine: Options = {
  entry: { cli: "ts/cli/main.ts" },
  format: ["esm"],
  target: "node20",
  platform: "node",
  splitting: false,
  removeNodeProtocol: false,
  external: [/^bptt(\/|$)/],
  banner: {
    // some bundled packages are CommonJS and load Node's modules by require
    js: `#!/usr/bin/env node
import { createRequire as requireOf } from "node:module";
const require = requireOf(import.meta.url);`,
  },
};

export default defineConfig([library, workerScript, forNode, commandLine]);
