// The suite runs on both builds of the core, each in Node and in Chromium. Tests that need Node's modules are named
// *.node.test.ts. The relaxed build needs a Node with relaxed SIMD: its project exists when this Node has it, and otherwise
// scripts/test.mjs runs it in Node 24. With BPTT_CORE=debug the suite runs on the debug core instead of both builds.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findBrowser } from "./scripts/setup/browser.mjs";
import { hasRelaxedSimd } from "./scripts/setup/engines.mjs";
import { debugVariant } from "./scripts/setup/wasm-build.mjs";
import { debugCore } from "./scripts/test/vitest.mjs";

const source = (name: string) => fileURLToPath(new URL(`./ts/${name}.ts`, import.meta.url));
const executablePath = findBrowser();

/** The debug core and its JavaScript, which replace the default core's. */
const debugAliases = debugCore
  ? [
      { find: /^(\.\.\/)+crate\/pkg\/bptt\.js$/, replacement: join(debugVariant.outDir, "bptt.js") },
      { find: /^\.\/inlined\.generated\.js$/, replacement: debugVariant.inlined },
    ]
  : [];

/** Tests import the sources; the published files are tested from the packed tarball. "bptt" is an alias of `entry`. */
const aliases = (entry: string) => [
  ...debugAliases,
  { find: /^bptt$/, replacement: source(entry) },
  { find: /^bptt\/(slim|relaxed|convert|worker|node)$/, replacement: source("$1") },
];

const core: "release" | "debug" = debugCore ? "debug" : "release";
const include = ["test/**/*.test.ts"];
const nodeOnly = "test/**/*.node.test.ts";
/**
 * Tests that never call the core, or that select a build themselves. They run with the default build only.
 */
const oneBuildOnly = [
  "test/{base,cli,convert,docs,engines,fuzz,examples,file,kill,node,packaging,playground,reference,scripts,support}/**",
  "test/data/{vocabulary,one-hot}.test.ts",
  "test/wasm/{lzma,init,init-sources.node,memory-dropped.node,relaxed.node}.test.ts",
];

const browser = {
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({
    launchOptions: {
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    },
  }),
};
const optimizeDeps = { include: ["fast-check", "fflate", "lzma1", "pbf"] };

/** A project in Node. */
const inNode = (name: string, entry: "index" | "relaxed", exclude: string[] = []) => ({
  extends: true as const,
  resolve: { alias: aliases(entry) },
  test: {
    name,
    environment: "node",
    include,
    exclude,
    globalSetup: "test/support/worker-script.ts",
    provide: { build: entry === "relaxed" ? ("relaxed" as const) : ("default" as const), core },
  },
});

/** A project in Chromium. */
const inChromium = (name: string, entry: "index" | "relaxed", exclude: string[] = []) => {
  const project = inNode(name, entry, [nodeOnly, ...exclude]);
  const { environment: _environment, globalSetup: _setup, ...test } = project.test;
  return {
    ...project,
    optimizeDeps,
    test: { ...test, browser: { ...browser, instances: [{ browser: "chromium" as const }] } },
  };
};

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 300_000,
    projects: [
      inNode("node", "index"),
      inChromium("chromium", "index"),
      ...(debugCore ? [] : [inChromium("relaxed-chromium", "relaxed", oneBuildOnly)]),
      ...(!debugCore && hasRelaxedSimd() ? [inNode("relaxed-node", "relaxed", oneBuildOnly)] : []),
    ],
  },
});
