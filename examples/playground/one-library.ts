/**
 * One copy of the library in the build. A worker's script is a program of its own, and bundlers give it all of its modules once
 * more, which would double what a visitor loads; here the text tab's worker is a second entry of the same build, so that page
 * and worker share chunks. For that the build reads the library's sources: its published files hold no modules to share.
 */

import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const source = (name: string) => fileURLToPath(new URL(`../../ts/${name}.ts`, import.meta.url));
const WORKER = fileURLToPath(new URL("src/text/text-worker.ts", import.meta.url));
const SPAWN = "\0spawn-text-worker";
/** The library's own worker, which nothing in the page starts. */
const UNUSED = "\0spawn-worker";

/** What "bptt" means to the page. */
export const library = [
  { find: /^bptt$/, replacement: source("index") },
  { find: /^bptt\/(slim|convert)$/, replacement: source("$1") },
];

/** Makes the text tab's worker an entry, and leaves out the library's own. */
export function oneLibrary(): Plugin {
  let serving = false;
  return {
    name: "one-library",
    enforce: "pre",
    config: (_, { command }) => void (serving = command === "serve"),
    resolveId: (name) =>
      /\/spawn-text-worker\.js$/.test(name) ? SPAWN : /\/spawn-worker\.js$/.test(name) ? UNUSED : undefined,
    // package.json vouches for the published files alone: these call something when they are loaded
    transform: (_, id) =>
      id === source("index") || id === source("slim") ? { moduleSideEffects: true } : null,
    load(id) {
      if (id === UNUSED)
        return `export const spawnWorker = () => { throw new Error("the playground has a worker of its own"); };`;
      if (id !== SPAWN) return undefined;
      if (serving) {
        return `import Script from ${JSON.stringify(`${WORKER}?worker`)};
          export const spawnTextWorker = () => new Script({ name: "bptt text" });`;
      }
      const script = this.emitFile({ type: "chunk", id: WORKER, name: "text-worker" });
      return `export const spawnTextWorker = () =>
        new Worker(import.meta.ROLLUP_FILE_URL_${script}, { type: "module", name: "bptt text" });`;
    },
  };
}
