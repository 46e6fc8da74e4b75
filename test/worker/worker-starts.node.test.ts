/**
 * Starts of `worker: true` with the library as it was built: in the engines and pages where they need a way of their own they
 * work, and where none can work the run ends in `WORKER_FAILED` with the cause and a way out.
 */

import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build, type Format } from "esbuild";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findRuntimes } from "../../scripts/setup/engines.mjs";
import { inProject } from "../../scripts/setup/paths.mjs";
import { launchChromium, resultOf } from "../support/chromium.js";
import { inDist } from "../support/dist.js";
import { serve, type Routes } from "../support/serve.js";

const folder = inProject("target", "worker-starts");
mkdirSync(folder, { recursive: true });

/** Trains in a worker: how it stopped, or the error. `CharRnn` must be in scope. */
const TRAIN = `
  const text = "gohome ".repeat(30);
  const train = (worker = true) =>
    new CharRnn({ text, hiddenSize: 8 }).fit(text, { steps: 5, batchSize: 4, sequenceLength: 8, worker }).then(
      ({ stopped, steps }) => ({ stopped, steps }),
      ({ code, message, cause }) => ({ code, message, cause: { name: cause.name, code: cause.code, message: cause.message } }),
    );
`;
const PRINT = `train().then((result) => console.log(JSON.stringify(result)));`;
const IMPORT = `import { CharRnn } from ${JSON.stringify(pathToFileURL(inDist("index.js")).href)};`;
const REQUIRE = `const { CharRnn } = require(${JSON.stringify(inDist("index.cjs"))});`;
const FINISHED = { stopped: "finished", steps: 5 };
const UNKNOWN_PLACE = "a bundle that is not an ES module cannot locate the worker's script";
const HINT = /; if a bundler, .* pass worker: \(\) => new Worker\(…\) with the entry bptt\/worker$/;

/** The run's error, with words of the cause and of the way out. */
const failed = (message: RegExp, cause: object): object => ({
  code: "WORKER_FAILED",
  message: expect.stringMatching(message) as string,
  cause: expect.objectContaining(cause) as object,
});

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Runs a program and returns what it prints. */
async function run(engine: string, args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(engine, args, { timeout: 30_000 });
  return JSON.parse(stdout);
}

/** Bundles a program that has the library inside. */
async function bundled(
  name: string,
  format: Format,
  platform: "node" | "browser",
  end: string,
): Promise<string> {
  const outfile = join(folder, name);
  const contents = `import { CharRnn } from "./index.js"; ${TRAIN} ${end}`;
  const stdin = { contents, resolveDir: inDist() };
  await build({ stdin, outfile, bundle: true, format, platform, logLevel: "silent" });
  return outfile;
}

describe("Node", () => {
  it("without the permission to start threads", async () => {
    const flag =
      Number(process.versions.node.split(".")[0]) < 24 ? "--experimental-permission" : "--permission";
    const file = write("permission.mjs", `${IMPORT} ${TRAIN} ${PRINT}`);
    const allowed = [flag, "--allow-fs-read=*"];
    expect(await run(process.execPath, [...allowed, file])).toEqual(
      failed(/^worker: it could not be loaded: .*; start Node with --allow-worker, or omit worker$/, {
        code: "ERR_ACCESS_DENIED",
      }),
    );
    expect(await run(process.execPath, [...allowed, "--allow-worker", file])).toEqual(FINISHED);
  });

  it("a CommonJS bundle of the module", async () => {
    const file = await bundled("bundle.cjs", "cjs", "node", PRINT);
    expect(await run(process.execPath, [file])).toEqual(failed(HINT, { message: UNKNOWN_PLACE }));
  });

  it("a CommonJS bundle of the CommonJS files, away from the worker's script", async () => {
    const entry = write("require.cjs", `${REQUIRE} ${TRAIN} ${PRINT}`);
    const outfile = join(folder, "away.cjs");
    await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", logLevel: "silent" });
    expect(await run(process.execPath, [outfile])).toEqual(failed(HINT, { code: "MODULE_NOT_FOUND" }));
  });

  it("a function that throws", async () => {
    const file = write(
      "throws.mjs",
      `${IMPORT} ${TRAIN} train(() => { throw new RangeError("mine"); }).then((result) => console.log(JSON.stringify(result)));`,
    );
    expect(await run(process.execPath, [file])).toEqual(
      failed(HINT, { name: "RangeError", message: "mine" }),
    );
  });
});

describe.each(findRuntimes())("$name", ({ path, args }) => {
  it.skipIf(path === undefined)("by import", async () => {
    const file = write("engine.mjs", `${IMPORT} ${TRAIN} ${PRINT}`);
    expect(await run(path!, [...args, file])).toEqual(FINISHED);
  });

  it.skipIf(path === undefined)("by require", async () => {
    const file = write("engine.cjs", `${REQUIRE} ${TRAIN} ${PRINT}`);
    expect(await run(path!, [...args, file])).toEqual(FINISHED);
  });
});

describe("Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  const page = (text: string): string => `<!doctype html><link rel="icon" href="data:,">${text}`;
  const module = (
    worker = "true",
  ) => `<script type="module">import { CharRnn } from "/dist/index.js"; ${TRAIN}
    globalThis.result = await train(${worker});
    parent.postMessage(globalThis.result, "*");
  </script>`;

  async function visit(routes: Routes, expected?: RegExp): Promise<unknown> {
    const server = await serve({ "/dist/": open, ...routes });
    try {
      return await resultOf(browser, server.url, expected);
    } finally {
      await server.close();
    }
  }

  /** The built files, for pages of any origin. */
  const open: Routes[string] = async (request, response) => {
    const text = await readFile(
      inDist(new URL(request.url!, "http://localhost").pathname.slice("/dist/".length)),
    );
    const headers = { "content-type": "text/javascript", "access-control-allow-origin": "*" };
    response.writeHead(200, headers).end(text);
  };

  it("a sandboxed frame", async () => {
    const outer = `<iframe sandbox="allow-scripts" src="/inner"></iframe>
      <script>addEventListener("message", ({ data }) => { globalThis.result = data; });</script>`;
    expect(await visit({ "/": page(outer), "/inner": page(module()) })).toEqual(FINISHED);
  });

  it("a script that is no module", async () => {
    const end = `train().then((result) => { globalThis.result = result; });`;
    await bundled("bundle.iife.js", "iife", "browser", end);
    const routes = { "/": page(`<script src="/bundle/bundle.iife.js"></script>`), "/bundle/": { folder } };
    expect(await visit(routes)).toEqual(failed(HINT, { message: UNKNOWN_PLACE }));
  });

  it("Trusted Types", async () => {
    const guarded = (worker: string): Routes => ({
      "/": (_, response) =>
        void response
          .writeHead(200, {
            "content-type": "text/html",
            "content-security-policy": "require-trusted-types-for 'script'",
          })
          .end(page(module(worker))),
    });
    expect(await visit(guarded("true"), /requires 'TrustedScriptURL' assignment/)).toEqual(
      failed(HINT, { name: "TypeError" }),
    );
    const policy = `trustedTypes.createPolicy("p", { createScriptURL: (address) => address })`;
    const allowed = `() => new Worker(${policy}.createScriptURL("/dist/worker.js"), { type: "module" })`;
    expect(await visit(guarded(allowed))).toEqual(FINISHED);
  });
});
