/**
 * Tests runs in a worker that the packed library starts: in Node by import and by require; in Chromium
 * without a bundler (of the page's origin, of another, under a strict policy), built and served by Vite,
 * built by esbuild.
 */

import { readFileSync } from "node:fs";
import { Script } from "node:vm";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { build as esbuild } from "esbuild";
import type { Browser } from "playwright-core";
import { build as viteBuild, createServer as viteServer, type InlineConfig } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, resultOf } from "../support/chromium.js";
import { serve, type Routes } from "../support/serve.js";
import { LEARNT } from "./programs/worker.mjs";
import type { Toy } from "./toy.js";

const SAFE = /^http:\/\/127\.0\.0\.1:\d+\/$/;
const html = (script: string) =>
  `<!doctype html><title>toy</title><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;
const script =
  (content: string): Routes[string] =>
  (_, response) =>
    void response
      .writeHead(200, { "content-type": "text/javascript", "access-control-allow-origin": "*" })
      .end(content);

/** Ways to start the worker under a bundler: the library's own, and the functions in the README. */
const APPLICATION = `
import * as library from "bptt";
import BpttWorker from "bptt/worker?worker";
import { inWorker } from "./worker.mjs";

const own = () => new Worker(new URL("bptt/worker", import.meta.url), { type: "module" });
(async () => {
  globalThis.result = [
    await inWorker(library),
    await inWorker(library, () => new BpttWorker()),
    await inWorker(library, own),
  ];
})();
`;

export function testWorker(toy: Toy): void {
  describe("a run in a worker", () => {
    it("carries neither wasm nor what only a module may have", () => {
      const text = readFileSync(toy.path("node_modules", "bptt", "dist", "worker.js"), "utf8");
      expect(() => new Script(text)).not.toThrow(); // a classic worker compiles it, too
      expect(text.length).toBeLessThan(220_000); // the module alone would be 100 000
    });

    it("Node, by import", async () => {
      expect(await toy.run("worker-import.mjs")).toEqual([LEARNT, LEARNT, LEARNT]);
    });

    it("Node, by require", async () => {
      expect(await toy.run("worker-require.cjs")).toEqual([LEARNT, LEARNT]);
    });

    describe("Chromium", () => {
      let browser: Browser;
      beforeAll(async () => {
        browser = await launchChromium();
      });
      afterAll(() => browser.close());

      const folders = () => ({
        "/bptt/": { folder: toy.path("node_modules", "bptt", "dist") },
        "/programs/": { folder: toy.folder },
      });

      async function visit(routes: Routes): Promise<unknown> {
        const server = await serve({ "/": html("/main.js"), ...folders(), ...routes });
        try {
          return await resultOf(browser, server.url);
        } finally {
          await server.close();
        }
      }

      const main = (entry: string) => `import * as library from "${entry}";
        import { inWorker } from "/programs/worker.mjs";
        globalThis.result = await inWorker(library);`;

      it("a plain page", async () => {
        expect(await visit({ "/main.js": script(main("/bptt/index.js")) })).toEqual(LEARNT);
      });

      it("a plain page with bptt/relaxed", async () => {
        expect(await visit({ "/main.js": script(main("/bptt/relaxed.js")) })).toEqual(LEARNT);
      });

      it("a classic worker of the page's own", async () => {
        const text = main("/bptt/index.js").replace(
          "inWorker(library)",
          `inWorker(library, () => new Worker("/bptt/worker.js"))`,
        );
        expect(await visit({ "/main.js": script(text) })).toEqual(LEARNT);
      });

      it("a strict Content-Security-Policy", async () => {
        const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";
        const routes: Routes = {
          "/": (_, response) =>
            void response
              .writeHead(200, { "content-type": "text/html", "content-security-policy": policy })
              .end(html("/main.js").replace(/<link[^>]*>/, "")),
          "/favicon.ico": (_, response) => void response.writeHead(204).end(),
          "/main.js": script(main("/bptt/index.js")),
        };
        expect(await visit(routes)).toEqual(LEARNT);
      });

      it("the library from another origin", async () => {
        const other = await serve({
          "/index.js": script(readFileSync(toy.path("node_modules", "bptt", "dist", "index.js"), "utf8")),
          "/worker.js": script(readFileSync(toy.path("node_modules", "bptt", "dist", "worker.js"), "utf8")),
        });
        try {
          expect(await visit({ "/main.js": script(main(`${other.url}/index.js`)) })).toEqual(LEARNT);
        } finally {
          await other.close();
        }
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
          await cp(toy.path("worker.mjs"), toy.path(name, "worker.mjs"));
          await writeFile(toy.path(name, "index.html"), html("./main.js"));
          await writeFile(toy.path(name, "main.js"), APPLICATION);
          return root;
        };

        it("its build", async () => {
          const root = await prepare("vite-worker-build");
          await viteBuild(config(root));
          const dist = toy.path("vite-worker-build", "dist");
          expect(
            await visit({
              "/": readFileSync(`${dist}/index.html`, "utf8"),
              "/assets/": { folder: `${dist}/assets` },
            }),
          ).toEqual([LEARNT, LEARNT, LEARNT]);
        });

        it("its dev server, which bundles dependencies beforehand", async () => {
          const root = await prepare("vite-worker-dev");
          const server = await viteServer({
            ...config(root),
            server: { host: "127.0.0.1", port: 0, hmr: false },
          });
          try {
            await server.listen();
            const [url = ""] = server.resolvedUrls!.local;
            expect(url).toMatch(SAFE);
            expect(await resultOf(browser, url)).toEqual([LEARNT, LEARNT, LEARNT]);
          } finally {
            await server.close();
          }
        });
      });

      it.each(["esm", "iife"] as const)("an esbuild bundle, %s", async (format) => {
        const outdir = toy.path(`esbuild-worker-${format}`);
        const text = `import * as library from "bptt";
          import { inWorker } from "./worker.mjs";
          inWorker(library, () => new Worker("/app/worker.js")).then((result) => { globalThis.result = result; });`;
        await toy.write(`esbuild-worker-${format}.mjs`, text);
        const entryPoints = { main: `esbuild-worker-${format}.mjs`, worker: "bptt/worker" };
        const { warnings } = await esbuild({
          absWorkingDir: toy.folder,
          entryPoints,
          bundle: true,
          minify: true,
          format,
          outdir,
          logLevel: "silent",
        });
        expect(warnings).toEqual([]);
        expect(await visit({ "/": html("/app/main.js"), "/app/": { folder: outdir } })).toEqual(LEARNT);
      });
    });
  });
}
