/**
 * Bundles the script of `bptt/worker` from the sources, for workers in Node: they cannot run TypeScript. A global setup of the
 * projects in Node, which gives the tests the script's address as `workerScript`. A page's workers get the sources from the dev server.
 */

import { rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";
import { inProject } from "../../scripts/setup/paths.mjs";
import { debugVariant } from "../../scripts/setup/wasm-build.mjs";
import { debugCore } from "../../scripts/test/vitest.mjs";

declare module "vitest" {
  interface ProvidedContext {
    workerScript: string;
  }
}

const GLUE = /\/crate\/pkg\/bptt\.js$/;

export default async function bundleWorkerScript(project: TestProject): Promise<() => void> {
  const outfile = inProject("target", "test", `worker-${process.pid}-${project.name}.mjs`);
  const bundle = () =>
    build({
      entryPoints: [inProject("ts", "worker.ts")],
      outfile,
      bundle: true,
      format: "esm",
      target: "es2022",
      sourcemap: "inline",
      logLevel: "silent",
      plugins: [
        {
          name: "the JavaScript of the debug core",
          setup({ onResolve }) {
            if (!debugCore) return;
            onResolve({ filter: GLUE }, () => ({ path: join(debugVariant.outDir, "bptt.js") }));
          },
        },
      ],
    });
  await bundle();
  project.onTestsRerun(async () => void (await bundle()));
  project.provide("workerScript", pathToFileURL(outfile).href);
  return () => rmSync(outfile);
}
