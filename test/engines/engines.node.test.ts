/** Same seed, same bits: initial weights, 100 steps, what the trained networks say and what is drawn from it, in every engine at hand. */

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as library from "bptt";
import { expect, it } from "vitest";
import { findFirefox, findRuntimes } from "../../scripts/setup/engines.mjs";
import { inProject } from "../../scripts/setup/paths.mjs";
import { launchChromium, resultOf } from "../support/chromium.js";
import { bodyOf, serve, type Handler, type Served } from "../support/serve.js";
import { hashes } from "./program.mjs";

/** A change of these is a change of what users' seeds mean: it belongs into the changelog. */
const EXPECTED = {
  "the tutorial's": "9eccf66cc7a6e50e",
  lengths: "be3849b3a8d6ddf1",
  "weights and a clip": "7c79d03fd0f74ea9",
  "dense, PyTorch's Adam": "8dc97c04dfa01ea6",
  "all at once": "71ab4fa95d0d6957",
  relu: "3a801c4dddebf733",
  gru: "4cd3f6d9b8e68623",
  "gru, reset before": "e9e1562d3abab1a3",
  "lstm, orthogonal": "645546f514923fd7",
  "lstm, two layers, two directions, dropout, squares": "43a48af74371a9e5",
  "gru, three layers, dropout": "195a6a9ef92f3f18",
};

const program = inProject("test", "engines", "program.mjs");
const dist = inProject("dist");
const NOT_THERE = " (SKIPPED: not on this machine, and the set-up could not bring it)";
const name = (engine: string, path: string | undefined) => engine + (path === undefined ? NOT_THERE : "");

it("the sources, in this process", () => {
  expect(hashes(library)).toEqual(EXPECTED);
});

const runtimes = [{ name: "this Node", path: process.execPath as string | undefined }, ...findRuntimes()];
for (const runtime of runtimes) {
  it.skipIf(runtime.path === undefined)(name(runtime.name, runtime.path), async () => {
    const { stdout } = await promisify(execFile)(runtime.path!, [program, join(dist, "index.js")]);
    expect(JSON.parse(stdout)).toEqual(EXPECTED);
  });
}

it("Chromium", async () => {
  const server = await servePage();
  const browser = await launchChromium();
  try {
    expect(await resultOf(browser, server.url)).toEqual(EXPECTED);
  } finally {
    await browser.close();
    await server.close();
  }
});

const firefox = findFirefox();
it.skipIf(firefox === undefined)(name("Firefox", firefox), async () => {
  let receive: (text: string) => void;
  const received = new Promise<string>((resolve, reject) => {
    receive = resolve;
    setTimeout(() => reject(new Error("Firefox sent nothing for 45 s")), 45_000).unref();
  });
  const server = await servePage(async (request, response) => {
    receive(await bodyOf(request));
    response.end();
  });
  const stop = await startFirefox(firefox!, server.url);
  try {
    expect(JSON.parse(await received)).toEqual(EXPECTED);
  } finally {
    await stop();
    await server.close();
  }
});

/** A page that runs the program, keeps the result, and sends it back. */
function servePage(onResult: Handler = (_, response) => void response.end()): Promise<Served> {
  const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">
    let result;
    try {
      const { hashes } = await import("/program/program.mjs");
      result = hashes(await import("/dist/index.js"));
    } catch (error) {
      result = { error: String(error) };
    }
    await fetch("/result", { method: "POST", body: JSON.stringify(result) });
    globalThis.result = result;
  </script>`;
  const folders = { "/dist/": { folder: dist }, "/program/": { folder: inProject("test", "engines") } };
  return serve({ "/": page, ...folders, "/result": onResult });
}

/** Starts a Firefox without window, with a fresh profile, on a page. Returns what ends it. */
async function startFirefox(path: string, url: string): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(tmpdir(), "bptt-firefox-"));
  const quiet = [
    "app.update.enabled",
    "datareporting.policy.dataSubmissionEnabled",
    "browser.shell.checkDefaultBrowser",
  ];
  await writeFile(join(profile, "user.js"), quiet.map((key) => `user_pref("${key}", false);\n`).join(""));
  const child = spawn(path, ["--headless", "--no-remote", "--profile", profile, url], {
    stdio: "ignore",
    env: { ...process.env, HOME: profile, MOZ_HEADLESS: "1" },
  });
  const ended = new Promise<void>((resolve) => {
    child.on("error", () => resolve());
    child.on("close", () => resolve());
  });
  return async () => {
    child.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
}
