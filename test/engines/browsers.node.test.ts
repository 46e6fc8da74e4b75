/** Runs the tests of `engines.node.test.ts` in a page of each browser: Chromium, Firefox and WebKit. */

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findFirefox } from "../../scripts/setup/engines.mjs";
import { inProject } from "../../scripts/setup/paths.mjs";
import { findWebKit } from "../../scripts/setup/webkit.mjs";
import { launchChromium, resultOf } from "../support/chromium.js";
import { inDist } from "../support/dist.js";
import { bodyOf, serve, type Handler, type Served } from "../support/serve.js";
import { launchWebKit } from "../support/webkit.js";
import { EXPECTED, expectRelaxed, firstProgram, titled } from "./expected.js";
import type { Beside } from "./relaxed.mjs";

it("Chromium", async () => {
  const server = await servePage();
  const browser = await launchChromium();
  try {
    expectPage("Chromium", await resultOf(browser, server.url, /Content.Security.Policy/));
  } finally {
    await browser.close();
    await server.close();
  }
});

const firefox = findFirefox();
it.skipIf(firefox === undefined)(titled("Firefox", firefox), async () => {
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
    expectPage("Firefox", JSON.parse(await received));
  } finally {
    await stop();
    await server.close();
  }
});

const webkit = findWebKit();
it.skipIf(webkit === undefined)(titled("WebKit", webkit), async () => {
  const server = await servePage();
  const browser = await launchWebKit(webkit!);
  try {
    await browser.open(server.url);
    expectPage("WebKit", await browser.until("return globalThis.result"));
  } finally {
    await browser.close();
    await server.close();
  }
});

function expectPage(engine: string, result: unknown): void {
  const output = firstProgram.output;
  const refusal = {
    code: "WASM_UNAVAILABLE",
    message: expect.stringMatching(
      /^bptt: the WebAssembly module cannot be loaded: [^]*; the page's Content-Security-Policy must allow 'wasm-unsafe-eval'$/,
    ) as string,
  };
  expect(result).toEqual({ hashes: EXPECTED, output, refusal, relaxed: expect.anything() as unknown });
  expectRelaxed(engine, (result as { relaxed: Beside }).relaxed);
}

/** A page that runs the programs, keeps the result, and sends it. */
function servePage(onResult: Handler = (_, response) => void response.end()): Promise<Served> {
  const page = `<!doctype html><link rel="icon" href="data:,">
  <script type="importmap">{ "imports": { "bptt": "/dist/index.js" } }</script>
  <script type="module">
    let result;
    try {
      const { hashes } = await import("/program/program.mjs");
      const { beside } = await import("/program/relaxed.mjs");
      const library = await import("bptt");
      const lines = [];
      console.log = (line) => lines.push(line);
      await import("/first.mjs");
      const relaxed = beside(library, await import("/dist/relaxed.js"));
      const refusal = await new Promise((resolve) => {
        addEventListener("message", ({ data }) => resolve(data));
        const frame = document.createElement("iframe");
        frame.src = "/guarded";
        document.body.append(frame);
      });
      result = { refusal, hashes: hashes(library), relaxed, output: lines.join("\\n") };
    } catch (error) {
      result = { error: String(error) };
    }
    await fetch("/result", { method: "POST", body: JSON.stringify(result) });
    globalThis.result = result;
  </script>`;
  const first: Handler = (_, response) =>
    void response.writeHead(200, { "content-type": "text/javascript" }).end(firstProgram.code);
  /** A page whose policy allows scripts, but no WebAssembly. */
  const guarded: Handler = (_, response) => {
    const policy = "script-src 'self' 'unsafe-inline'";
    response.writeHead(200, { "content-type": "text/html", "content-security-policy": policy });
    response.end(`<!doctype html><script type="module">
      const { Rnn } = await import("/dist/index.js");
      const answer = (message) => parent.postMessage(message);
      try { answer(new Rnn({ inputSize: 1, hiddenSize: 1 }).hiddenSize); }
      catch ({ code, message }) { answer({ code, message }); }
    </script>`);
  };
  const folders = { "/dist/": { folder: inDist() }, "/program/": { folder: inProject("test", "engines") } };
  return serve({ "/": page, "/guarded": guarded, "/first.mjs": first, ...folders, "/result": onResult });
}

/** Starts a Firefox without a window, with a fresh profile, on a page. Returns a function that ends it. */
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
