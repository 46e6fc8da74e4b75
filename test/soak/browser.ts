/** Part "browser": the frames of a page that animates while a model is trained, in a real Chromium, without a bundler. */

import type { Browser } from "playwright-core";
import { inProject } from "../../scripts/setup/paths.mjs";
import type { Trained } from "./frames-program.mjs";
import { firstTurn, HOLD, NOTICED, SELDOM, STEP } from "./limits.js";
import { best, progress, row, type Part, type Row } from "./part.js";
import { tasks, TRACED } from "./tasks.js";
import { withChromium } from "./with-chromium.js";

/** By where they train; where a step is short or not on this thread, next to no frame may be above 50 ms. */
const CASES: Record<string, { where: "nowhere" | "main" | "worker"; fluent?: boolean }> = {
  "nothing trained": { where: "nowhere" },
  "gru, H = 64": { where: "main", fluent: true },
  "gru, H = 128, the default": { where: "main" },
  "gru, H = 128, worker": { where: "worker", fluent: true },
  "lstm, H = 256, worker": { where: "worker", fluent: true },
};

const PAGE = `<!doctype html><title>soak</title><link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "bptt": "/dist/index.js" } }</script>
<script type="module">
  import { frames } from "/soak/frames-program.mjs";
  globalThis.frames = frames;
</script>`;

export const browser: Part = {
  name: "browser",
  title: "Chromium, a page that animates: its frames and tasks",
  run: ({ attempts, seconds }) =>
    withChromium({ "/": PAGE, "/dist/": { folder: inProject("dist") } }, async (chromium, url) => {
      const rows: Row[] = [];
      let machine: Trained | undefined; // its frames while nothing is trained
      for (const [name, { where, fluent = false }] of Object.entries(CASES)) {
        progress(`browser, ${name}`);
        const seen = await best(attempts, () => measure(chromium, url, name, seconds));
        machine ??= seen;
        if (where !== "nowhere") rows.push(...taskRows(name, where, seen));
        // Two steps may fall between two frames: the one under way when the frame is due, and that of a task before it.
        const longest = Math.max(NOTICED, where === "main" ? 2 * seen.step + HOLD : 0);
        const limits = where !== "nowhere" && {
          longest: longest + Math.max(0, machine.longest - HOLD),
          over50: fluent ? SELDOM + machine.over50 : undefined,
        };
        rows.push(...frameRows(name, seen, limits || {}));
      }
      return rows;
    }),
};

type Seen = Trained & Record<"first" | "longestTask" | "step", number>;

function taskRows(name: string, where: "main" | "worker", { step, first, longestTask }: Seen): Row[] {
  if (where === "worker") return [row(name, "longest task", longestTask, "ms", HOLD)];
  return [
    row(name, "a step", step, "ms"),
    row(name, "longest task", longestTask, "ms", Math.max(HOLD, STEP * step)),
    row(name, "up to the first step", first, "ms", firstTurn(step)),
  ];
}

function frameRows(
  name: string,
  { longest, late, over50 }: Trained,
  limits: { longest?: number; over50?: number | undefined },
): Row[] {
  return [
    row(name, "longest frame", longest, "ms", limits.longest),
    row(name, "frames late by half or more", 100 * late, "%"),
    row(name, "frames above 50 ms", 100 * over50, "%", limits.over50 && 100 * limits.over50),
  ];
}

/** On a fresh page: a visitor's code has not been compiled yet either. */
async function measure(chromium: Browser, url: string, name: string, seconds: number): Promise<Seen> {
  const page = await chromium.newPage();
  try {
    await page.goto(url);
    await page.waitForFunction(() => "frames" in globalThis);
    await chromium.startTracing(page, { categories: [...TRACED] });
    const run = ([name, seconds]: readonly [string, number]) =>
      (globalThis as unknown as { frames: (name: string, seconds: number) => Promise<Trained> }).frames(
        name,
        seconds,
      );
    const frames = await page.evaluate(run, [name, seconds] as const);
    const all = tasks((await chromium.stopTracing()).toString());
    return {
      ...frames,
      first: all.first,
      longestTask: all.longest,
      step: all.sum / Math.max(1, frames.steps),
    };
  } finally {
    await page.close();
  }
}
