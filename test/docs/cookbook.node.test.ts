/**
 * The cookbook's programs for browsers run in Chromium, and the one for Cloudflare Workers with the module that Workers
 * import. `vue` and `svelte` blocks are compiled by the compilers of these libraries; preact/compat serves as React.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { compile } from "svelte/compiler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileScript, parse } from "vue/compiler-sfc";
import { inProject } from "../../scripts/setup/paths.mjs";
import { launchChromium } from "../support/chromium.js";
import { inDist } from "../support/dist.js";
import { serve } from "../support/serve.js";
import { blocks, type Block } from "./blocks.js";

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>recipe</title><link rel="icon" href="data:,">
<script type="importmap">{"imports":{"bptt":"/bptt/index.js"}}</script>
<body><div id="app"></div><script type="module" src="main.js"></script></body></html>`;

/** Starts a component, and sets `unmount` for the test. */
const STARTERS: Record<string, string> = {
  vue: `import { createApp } from "vue"; import Recipe from "recipe.vue";
    const app = createApp(Recipe); app.mount("#app"); globalThis.unmount = () => app.unmount();`,
  svelte: `import { mount, unmount } from "svelte"; import Recipe from "recipe.svelte";
    const app = mount(Recipe, { target: document.querySelector("#app") }); globalThis.unmount = () => unmount(app);`,
};

/** Compiles the component of a block. */
const componentOf = ({ code }: Block): Plugin => ({
  name: "component",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^recipe\./ }, ({ path }) => ({ path, namespace: "recipe" }));
    onLoad({ filter: /vue$/, namespace: "recipe" }, () => {
      const { descriptor } = parse(code);
      const { content } = compileScript(descriptor, { id: "recipe", inlineTemplate: true });
      return { contents: content, loader: "ts", resolveDir: inProject() };
    });
    onLoad({ filter: /svelte$/, namespace: "recipe" }, () => {
      const { js } = compile(code, { filename: "Recipe.svelte" });
      return { contents: js.code, loader: "js", resolveDir: inProject() };
    });
  },
});

/** The program of a block, bundled with everything but the library. */
async function scriptOf(block: Block): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: STARTERS[block.language] ?? block.code,
      loader: block.language === "tsx" ? "tsx" : "ts",
      resolveDir: inProject(),
    },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    external: ["bptt"],
    plugins: [componentOf(block)],
    conditions: ["browser", "production"],
    define: {
      "process.env.NODE_ENV": '"production"',
      __VUE_OPTIONS_API__: "false",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    },
    alias: { react: "preact/compat", "react-dom/client": "preact/compat/client" },
    jsx: "automatic",
    jsxImportSource: "preact",
  });
  return outputFiles[0]!.text;
}

/** The only block of a page that is a program for a browser. */
function recipe(name: string): Block {
  const [block] = blocks.filter(
    ({ name: where, language, marks }) =>
      where.startsWith(`docs/cookbook/${name}.md `) &&
      (marks.includes("browser") || language in STARTERS || marks.includes("worker")),
  );
  if (block === undefined) throw new Error(`docs/cookbook/${name}.md has no program for a browser`);
  return block;
}

describe("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  /** Opens the page of a recipe and lets a test drive it; an error on the page fails the test. */
  async function open(name: string, drive: (page: Page, lines: string[]) => Promise<void>): Promise<void> {
    const script = await scriptOf(recipe(name));
    const server = await serve({
      "/": PAGE,
      "/main.js": (_, response) =>
        void response.writeHead(200, { "content-type": "text/javascript" }).end(script),
      "/bptt/": { folder: inDist("/") },
    });
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    const lines: string[] = [];
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      (["error", "warning"].includes(message.type()) ? complaints : lines).push(message.text());
    });
    try {
      await page.goto(server.url);
      await drive(page, lines);
      expect(complaints).toEqual([]);
    } finally {
      await page.close();
      await server.close();
    }
  }

  it.each(["react", "vue", "svelte"])("%s trains and shows a sample", async (name) => {
    await open(name, async (page) => {
      await page.waitForFunction(() => (document.querySelector("#sample")?.textContent ?? "") !== "");
      expect(await page.textContent("#sample")).toBe(" sells sea shells by");
    });
  });

  it.each(["vue", "svelte"])("%s stops when it is unmounted", async (name) => {
    await open(name, async (page) => {
      await page.waitForFunction(() => "unmount" in globalThis);
      await page.evaluate(() => (globalThis as unknown as { unmount(): void }).unmount());
      await page.waitForTimeout(500); // a failure of the stopped run would be seen as an error of the page
      expect(await page.textContent("#app")).toBe("");
    });
  });

  it("indexeddb finds the model again", async () => {
    await open("indexeddb", async (page, lines) => {
      await expect.poll(() => lines, { timeout: 20_000 }).toEqual(["true"]);
      await page.reload();
      await expect.poll(() => lines, { timeout: 20_000 }).toEqual(["true", "true"]);
    });
  });

  it("progress shows progress and is cancelled", async () => {
    await open("progress", async (page) => {
      await page.waitForFunction(() => (document.querySelector("progress")?.value ?? 0) > 0);
      await page.click("button");
      await page.waitForSelector("button:disabled");
      expect(await page.textContent("p")).toBe("stopped");
    });
  });

  it("hidden-tab pauses and resumes", async () => {
    await open("hidden-tab", async (page) => {
      const setHidden = (hidden: boolean) =>
        page.evaluate((value) => {
          Object.defineProperty(document, "hidden", { value, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }, hidden);
      await page.waitForSelector("text=/step [1-9]/");
      await setHidden(true);
      await page.waitForSelector("text=paused");
      await setHidden(false);
      await page.waitForSelector("text=/step [1-9]/");
    });
  });
});

it("cloudflare-workers answers requests", async () => {
  const folder = inProject("target", "cookbook");
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, "worker.mjs");
  const slim = JSON.stringify(pathToFileURL(inDist("slim.js")).href);
  const script = await build({
    stdin: { contents: recipe("cloudflare-workers").code, loader: "ts" },
    write: false,
    format: "esm",
  });
  writeFileSync(
    outfile,
    script.outputFiles[0]!.text.replace('"bptt/slim"', slim).replace(
      'import wasm from "bptt/bptt.wasm"',
      "const wasm = globalThis.importedWasm",
    ),
  );
  // Workers import a file of WebAssembly as a compiled module
  const imported = globalThis as { importedWasm?: WebAssembly.Module };
  imported.importedWasm = new WebAssembly.Module(readFileSync(inDist("bptt.wasm")));
  const worker = (await import(pathToFileURL(outfile).href)) as {
    default: { fetch(request: Request): Promise<Response> };
  };
  const answer = async () => (await worker.default.fetch(new Request("http://a/?prompt=she"))).text();
  const first = await answer();
  expect(first).toHaveLength(40);
  expect(await answer()).toBe(first);
});
