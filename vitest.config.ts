// The suite runs on both builds of the core, each in Node and in a real Chromium. Tests that need Node's own modules are named
// *.node.test.ts. The relaxed build in Node needs a Node that has relaxed SIMD: its project is there where this one is such a
// Node, and scripts/test.mjs runs it in a Node 24 where it is not.

import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findBrowser } from "./scripts/setup/browser.mjs";
import { hasRelaxedSimd } from "./scripts/setup/engines.mjs";

const source = (name: string) => fileURLToPath(new URL(`./ts/${name}.ts`, import.meta.url));
const executablePath = findBrowser();

/** Tests see the sources; what is published is tested from the packed tarball. `entry` is what "bptt" means to them. */
const bptt = (entry: string) => [
  { find: /^bptt$/, replacement: source(entry) },
  { find: /^bptt\/(slim|relaxed|convert|worker|node)$/, replacement: source("$1") },
];

const include = ["test/**/*.test.ts"];
const nodeOnly = "test/**/*.node.test.ts";
/** What never calls the core, or names the build it is about: running it again with the other one would say nothing new. */
const notOfTheCore = [
  "test/{cli,convert,docs,engines,kill,packaging,playground}/**",
  "test/{reference,reference-golden,support,check,vocabulary,one-hot,tensor}.test.ts",
  "test/{init,init-sources.node,memory-dropped.node,relaxed.node}.test.ts",
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
const optimizeDeps = { include: ["fast-check", "fflate", "jsfive", "lzma1", "pbf"] };

const relaxedInNode = {
  extends: true as const,
  resolve: { alias: bptt("relaxed") },
  test: {
    name: "relaxed-node",
    environment: "node",
    include,
    exclude: notOfTheCore,
    provide: { build: "relaxed" as const },
  },
};

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        resolve: { alias: bptt("index") },
        test: { name: "node", environment: "node", include, provide: { build: "default" } },
      },
      {
        extends: true,
        resolve: { alias: bptt("index") },
        optimizeDeps,
        test: {
          name: "chromium",
          include,
          exclude: [nodeOnly],
          provide: { build: "default" },
          browser: { ...browser, instances: [{ browser: "chromium" }] },
        },
      },
      {
        extends: true,
        resolve: { alias: bptt("relaxed") },
        optimizeDeps,
        test: {
          name: "relaxed-chromium",
          include,
          exclude: [nodeOnly, ...notOfTheCore],
          provide: { build: "relaxed" },
          browser: { ...browser, instances: [{ browser: "chromium" }] },
        },
      },
      ...(hasRelaxedSimd() ? [relaxedInNode] : []),
    ],
  },
});
