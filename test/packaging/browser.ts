/**
 * Tests the packed entries in headless Chromium: without a bundler, built and served by Vite, built by
 * esbuild.
 */

import { cp, mkdir, writeFile } from "node:fs/promises";
import { build as esbuild } from "esbuild";
import type { Browser } from "playwright-core";
import { build as viteBuild, createServer as viteServer, type InlineConfig } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, resultOf } from "../support/chromium.js";
import { serve, type Routes } from "../support/serve.js";
import { ANSWER, RELAXED_ANSWER } from "./node.js";
import type { Toy } from "./toy.js";

const page = (script: string) =>
  `<!doctype html><title>toy</title><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;
const script =
  (content: string): Routes[string] =>
  (_, response) =>
    void response.writeHead(200, { "content-type": "text/javascript" }).end(content);

/** An application that uses all entries. `wasm` is the import of the module for its bundler. */
const application = (wasm: string) => `
import * as library from "bptt";
import * as relaxed from "bptt/relaxed";
import * as slim from "bptt/slim";
import wasm from "${wasm}";
import { gohome } from "./gohome.mjs";

slim.init(wasm).then(() => {
  globalThis.result = { index: gohome(library), slim: gohome(slim), relaxed: gohome(relaxed) };
});
`;
const ALL = { index: ANSWER, slim: ANSWER, relaxed: RELAXED_ANSWER };

export function testBrowser(toy: Toy): void {
  describe("Chromium", () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser.close());

    /** Returns the result that a page of these routes sets. `headers` are sent with the page itself. */
    async function visit(routes: Routes): Promise<unknown> {
      const folders = {
        "/bptt/": { folder: toy.path("node_modules", "bptt", "dist") },
        "/programs/": { folder: toy.folder },
      };
      const server = await serve({ "/": page("/main.js"), ...folders, ...routes });
      try {
        return await resultOf(browser, server.url);
      } finally {
        await server.close();
      }
    }

    const learn = `import * as library from "/bptt/index.js";
      import { gohome } from "/programs/gohome.mjs";`;

    it("a plain page", async () => {
      expect(await visit({ "/main.js": script(`${learn} globalThis.result = gohome(library);`) })).toEqual(
        ANSWER,
      );
    });

    it("a plain page with bptt/relaxed, and with its module in bptt/slim", async () => {
      const main = `import * as relaxed from "/bptt/relaxed.js";
        import * as slim from "/bptt/slim.js";
        import { gohome } from "/programs/gohome.mjs";
        await relaxed.init();
        await slim.init(fetch("/bptt/relaxed.wasm"));
        globalThis.result = [gohome(relaxed), gohome(slim)];`;
      expect(await visit({ "/main.js": script(main) })).toEqual([RELAXED_ANSWER, RELAXED_ANSWER]);
    });

    it.each([
      ["a Response on its way", `fetch("/bptt/bptt.wasm")`],
      ["a URL", `new URL("/bptt/bptt.wasm", location)`],
      ["an address of the page's own", `"/bptt/bptt.wasm"`],
      ["an ArrayBuffer", `await (await fetch("/bptt/bptt.wasm")).arrayBuffer()`],
      ["bytes", `new Uint8Array(await (await fetch("/bptt/bptt.wasm")).arrayBuffer())`],
      ["a compiled module", `await WebAssembly.compileStreaming(fetch("/bptt/bptt.wasm"))`],
    ])("a plain page with bptt/slim from %s", async (_, source) => {
      const main = `import * as library from "/bptt/slim.js";
        import { gohome } from "/programs/gohome.mjs";
        await library.init(${source});
        globalThis.result = gohome(library);`;
      expect(await visit({ "/main.js": script(main) })).toEqual(ANSWER);
    });

    it("a plain page with bptt/convert", async () => {
      const main = `import { Rnn } from "/bptt/index.js";
        import { fromKeras, toKeras, toOnnx } from "/bptt/convert.js";
        const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5 });
        const { config } = fromKeras(toKeras(rnn), { cell: "tanh" });
        globalThis.result = { config, bytes: toOnnx(rnn).length > 300 };`;
      expect(await visit({ "/main.js": script(main) })).toEqual({
        config: { cell: "tanh", inputSize: 4, hiddenSize: 5, layers: 1, bidirectional: false },
        bytes: true,
      });
    });

    it("a worker of a plain page", async () => {
      const main = `const worker = new Worker("/worker.js", { type: "module" });
        worker.onmessage = ({ data }) => { globalThis.result = data; };`;
      const worker = `${learn} postMessage(gohome(library));`;
      expect(await visit({ "/main.js": script(main), "/worker.js": script(worker) })).toEqual(ANSWER);
    });

    it("a strict Content-Security-Policy with 'wasm-unsafe-eval', and what is said without it", async () => {
      const main = `${learn}
        try { globalThis.result = gohome(library); } catch ({ code, message }) { globalThis.result = { code, message }; }`;
      const under = (policy: string): Routes => ({
        "/": (_, response) =>
          void response
            .writeHead(200, { "content-type": "text/html", "content-security-policy": policy })
            .end(page("/main.js").replace(/<link[^>]*>/, "")),
        "/favicon.ico": (_, response) => void response.writeHead(204).end(),
        "/main.js": script(main),
      });
      expect(await visit(under("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"))).toEqual(ANSWER);
      expect(await visit(under("default-src 'self'"))).toEqual({
        code: "WASM_UNAVAILABLE",
        message: expect.stringMatching(/Content-Security-Policy must allow 'wasm-unsafe-eval'$/) as string,
      });
    });

    describe("Vite", () => {
      const config = (root: string): InlineConfig => ({
        root,
        configFile: false,
        logLevel: "silent",
        envDir: false,
      });
      const prepare = async (name: string) => {
        const root = toy.path(name);
        await mkdir(root);
        await cp(toy.path("gohome.mjs"), toy.path(name, "gohome.mjs"));
        await writeFile(toy.path(name, "index.html"), page("./main.js"));
        await writeFile(toy.path(name, "main.js"), application("bptt/bptt.wasm?url"));
        return root;
      };

      it("its build", async () => {
        const root = await prepare("vite-build");
        await viteBuild(config(root));
        expect(
          await visit({
            "/": (_, response) => void response.writeHead(302, { location: "/app/" }).end(),
            "/app/": { folder: toy.path("vite-build", "dist") },
            "/assets/": { folder: toy.path("vite-build", "dist", "assets") },
          }),
        ).toEqual(ALL);
      });

      it("its dev server", async () => {
        const root = await prepare("vite-dev");
        const server = await viteServer({
          ...config(root),
          server: { host: "127.0.0.1", port: 0, hmr: false },
        });
        try {
          await server.listen();
          expect(await resultOf(browser, server.resolvedUrls!.local[0]!)).toEqual(ALL);
        } finally {
          await server.close();
        }
      });
    });

    it.each(["esm", "iife"] as const)("an esbuild bundle, %s", async (format) => {
      await toy.write(`esbuild-${format}.mjs`, application("bptt/bptt.wasm"));
      const { warnings, outputFiles } = await esbuild({
        absWorkingDir: toy.folder,
        entryPoints: [`esbuild-${format}.mjs`],
        bundle: true,
        minify: true,
        format,
        loader: { ".wasm": "binary" },
        write: false,
        logLevel: "silent",
      });
      expect(warnings).toEqual([]);
      expect(await visit({ "/main.js": script(outputFiles[0]!.text) })).toEqual(ALL);
    });
  });
}
