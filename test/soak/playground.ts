/** Part "playground": that no frame of it is above 50 ms while it trains. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { inProject } from "../../scripts/setup/paths.mjs";
import type * as frameWatch from "./frame-watch.mjs";
import { HOLD, NOTICED } from "./limits.js";
import { best, progress, row, type Part, type Row } from "./part.js";
import { tasks, TRACED } from "./tasks.js";
import { withChromium } from "./with-chromium.js";

/** Its tabs: the link, with the settings that let it work as fast as it can, and the button that begins. */
const TABS = [
  { name: "gohome", link: "#gohome?speed=most", begin: "Play" },
  { name: "through time", link: "#through-time?speed=most", begin: "Play" },
  { name: "text", link: "#text?steps=20000", begin: "Train" },
] as const;

type Tab = (typeof TABS)[number];

export const playground: Part = {
  name: "playground",
  title: "The playground, built: its frames and tasks while it trains",
  async run({ attempts, seconds }) {
    const folder = await mkdtemp(join(tmpdir(), "bptt-soak-"));
    try {
      const configFile = inProject("examples", "playground", "vite.config.ts");
      await build({ configFile, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
      return await withChromium({ "/playground/": { folder } }, async (chromium, url) => {
        const rows: Row[] = [];
        for (const tab of TABS) {
          const { name } = tab;
          progress(`playground, ${name}`);
          const seen = await best(attempts, () => measure(chromium, `${url}/playground/`, tab, seconds));
          // what the machine adds is seen before anything is trained
          const limit = NOTICED + Math.max(0, seen.idle - HOLD);
          rows.push(
            row(name, "longest frame before", seen.idle, "ms"),
            row(name, "longest frame", seen.longest, "ms", limit),
            row(name, "frames late by half or more", 100 * seen.late, "%"),
            row(name, "longest task", seen.task, "ms", NOTICED),
          );
        }
        return rows;
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

type FrameWatch = typeof frameWatch;
type Watch = ReturnType<FrameWatch["watchFrames"]>;
type Seen = Record<"idle" | "longest" | "late" | "task", number>;

async function measure(chromium: Browser, url: string, tab: Tab, seconds: number): Promise<Seen> {
  const page = await chromium.newPage();
  try {
    await page.goto(url + tab.link);
    const button = page.getByRole("tabpanel").getByRole("button", { name: tab.begin, exact: true });
    await button.waitFor();
    const frames = async (marked: boolean) => {
      await page.evaluate(async (marked) => {
        const { watchFrames } = (await import("/soak/frame-watch.mjs" as string)) as FrameWatch;
        if (marked) performance.mark("soak");
        Object.assign(globalThis, { watch: watchFrames() });
      }, marked);
      if (marked) await button.click();
      await wait(1000 * seconds);
      return await page.evaluate(() => (globalThis as unknown as { watch: Watch }).watch.stop());
    };
    const { longest: idle } = await frames(false);
    await chromium.startTracing(page, { categories: [...TRACED] });
    const { longest, late } = await frames(true);
    const task = tasks((await chromium.stopTracing()).toString()).longest;
    return { idle, longest, late, task };
  } finally {
    await page.close();
  }
}
