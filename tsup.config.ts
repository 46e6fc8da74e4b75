// Bundles each entry on its own (nothing that holds wasm state is shared) as ESM and CommonJS with declarations.

import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "ts/index.ts", slim: "ts/slim.ts", relaxed: "ts/relaxed.ts" },
  format: ["esm", "cjs"],
  target: "es2022",
  platform: "neutral",
  dts: true,
  splitting: false,
  treeshake: true,
  noExternal: ["fflate"],
  esbuildOptions(options) {
    // identifiers stay: class and function names are what stacks and the console show
    options.minifyWhitespace = true;
    options.minifySyntax = true;
    options.mainFields = ["module", "main"];
    options.legalComments = "none";
  },
});
