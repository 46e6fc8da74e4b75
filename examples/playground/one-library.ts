/**
 * Builds the page with one copy of the library. A worker's script is a separate program, and bundlers would
 * include all of its modules a second time, which would double the size of the page. Here the text tab's
 * worker is a second entry of the same build, so that page and worker share chunks. The build therefore reads
 * the library's sources: its published files contain no modules to share.
 */

import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const source = (name: string) => fileURLToPath(new URL(`../../ts/${name}.ts`, import.meta.url));
const WORKER = fileURLToPath(new URL("src/text/text-worker.ts", import.meta.url));
const SPAWN = "\0spawn-text-worker";
/** The library's own worker, which the page never starts. */
const UNUSED = "\0spawn-worker";

const ABSENT = "the playground has a worker of its own";
/** The page's side of the library's worker. */
const REMOTE_RUN = source("worker/remote-run");

/** The modules that "bptt" resolves to in the page. */
export const library = [
  { find: /^bptt$/, replacement: source("index") },
  { find: /^bptt\/(slim|convert)$/, replacement: source("$1") },
];

/** Makes the text tab's worker an entry and leaves out the library's own. */
export function oneLibrary(): Plugin {
  let serving = false;
  return {
    name: "one-library",
    enforce: "pre",
    config: (_, { command }) => void (serving = command === "serve"),
    resolveId: (name) =>
      /\/spawn-text-worker\.js$/.test(name) ? SPAWN : /\/spawn-worker\.js$/.test(name) ? UNUSED : undefined,
    transform(code, id) {
      if (id === REMOTE_RUN && !serving) return withoutFunctions(code);
      // package.json describes the side effects of the published files only; these sources have some
      return id === source("index") || id === source("slim") ? { moduleSideEffects: true } : null;
    },
    load(id) {
      if (id === UNUSED)
        return `export const spawnWorker = () => { throw new Error(${JSON.stringify(ABSENT)}); };`;
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

/**
 * Returns a module with the same functions, which only throw; null to leave the module unchanged if it
 * exports anything else.
 */
function withoutFunctions(code: string): string | null {
  const names = [...code.matchAll(/^export function (\w+)/gm)].map(([, name]) => name!);
  if (names.length === 0 || names.length !== code.match(/^export /gm)?.length) return null;
  const bodies = names.map(
    (name) => `export function ${name}() { throw new Error(${JSON.stringify(ABSENT)}); }`,
  );
  return bodies.join("\n");
}
