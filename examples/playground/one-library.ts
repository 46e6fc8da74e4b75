/**
 * One copy of the library in the build. A worker's script is a program of its own, and bundlers give it all of its modules once
 * more, which would be a third of what a visitor loads; here it is a second entry of the same build, so that page and worker
 * share chunks. For that the build reads the library's sources: its published files hold no modules that could be shared.
 */

import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const source = (name: string) => fileURLToPath(new URL(`../../ts/${name}.ts`, import.meta.url));
const SPAWN = "\0spawn-worker";

/** What "bptt" means to the page. */
export const library = [
  { find: /^bptt$/, replacement: source("index") },
  { find: /^bptt\/(slim|convert)$/, replacement: source("$1") },
];

/** Makes the worker's script an entry, and `worker: true` start that. */
export function oneLibrary(): Plugin {
  let serving = false;
  return {
    name: "one-library",
    enforce: "pre",
    config: (_, { command }) => void (serving = command === "serve"),
    resolveId: (name) => (/\/spawn-worker\.js$/.test(name) ? SPAWN : undefined),
    // package.json vouches for the published files alone: these call something when they are loaded
    transform: (_, id) =>
      id === source("index") || id === source("slim") ? { moduleSideEffects: true } : null,
    load(id) {
      if (id !== SPAWN) return undefined;
      if (serving) {
        return `import Script from ${JSON.stringify(`${source("worker")}?worker`)};
          export const spawnWorker = () => new Script({ name: "bptt" });`;
      }
      const script = this.emitFile({ type: "chunk", id: source("worker"), name: "worker" });
      return `export const spawnWorker = () =>
        new Worker(import.meta.ROLLUP_FILE_URL_${script}, { type: "module", name: "bptt" });`;
    },
  };
}
