// The suite runs twice: in Node, and in a real Chromium. Tests that need Node's own modules are named *.node.test.ts.

import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { findBrowser } from "./scripts/setup/browser.mjs";

const source = (name: string) => fileURLToPath(new URL(`./ts/${name}.ts`, import.meta.url));
const executablePath = findBrowser();

export default defineConfig({
  resolve: {
    // tests see the sources; what is published is tested from the packed tarball
    alias: [
      { find: /^bptt$/, replacement: source("index") },
      { find: /^bptt\/slim$/, replacement: source("slim") },
      { find: /^bptt\/convert$/, replacement: source("convert") },
    ],
  },
  test: {
    testTimeout: 60_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: { name: "node", environment: "node", include: ["test/**/*.test.ts"] },
      },
      {
        extends: true,
        optimizeDeps: { include: ["fast-check", "fflate", "jsfive", "pbf"] },
        test: {
          name: "chromium",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.node.test.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(executablePath === undefined ? {} : { executablePath }),
                args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
