/** Part "browser": the frames of a page that animates while a model is trained, in a real Chromium, without a bundler. */

import type { Browser } from "playwright-core";
import { inProject } from "../../scripts/setup/paths.mjs";
import type { Trained } from "./frames-program.mjs";
import { firstTurn, HOLD, NOTICED, STEP } from "./limits.js";
import { best, progress, type Part, type Row } from "./part.js";
import { tasks, TRACED } from "./tasks.js";
import { withChromium } from "./with-chromium.js";

/** By where they train. Late frames: the share of them that is put up with where a step is short. */
const CASES: Record<string, { where: "nowhere" | "main" | "worker"; late?: number }> = {
  "nothing trained": { where: "nowhere" },
  "gru, H = 64": { where: "main", late: 0.1 },
  "gru, H = 128, the default": { where: "main" },
  "gru, H = 128, worker": { where: "worker", late: 0.05 },
  "lstm, H = 256, worker": { where: "worker", late: 0.05 },
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
      const machine = { longest: 0, late: 0 }; // what comes of it without us
      for (const [name, { where, late }] of Object.entries(CASES)) {
        progress(`browser, ${name}`);
        const seen = await best(attempts, () => measure(chromium, url, name, seconds));
        if (where === "nowhere")
          Object.assign(machine, { longest: Math.max(0, seen.longest - HOLD), late: seen.late });
        else rows.push(...taskRows(name, where, seen));
        // Two steps may fall between two frames: one that has begun when the frame is due, and the one of the task before it.
        const longest = Math.max(NOTICED, where === "main" ? 2 * seen.step + HOLD : 0) + machine.longest;
        rows.push(
          {
            name,
            figure: "longest frame",
            value: seen.longest,
            ...(where !== "nowhere" && { limit: longest }),
            unit: "ms",
          },
          {
            name,
            figure: "frames late by half or more",
            value: 100 * seen.late,
            ...(late !== undefined && { limit: 100 * (late + machine.late) }),
            unit: "%",
          },
          { name, figure: "frames above 50 ms", value: 100 * seen.over50, unit: "%" },
        );
      }
      return rows;
    }),
};

type Seen = Trained & Record<"first" | "longestTask" | "step", number>;

function taskRows(name: string, where: "main" | "worker", { step, first, longestTask }: Seen): Row[] {
  if (where === "worker")
    return [{ name, figure: "longest task", value: longestTask, limit: HOLD, unit: "ms" }];
  return [
    { name, figure: "a step", value: step, unit: "ms" },
    { name, figure: "longest task", value: longestTask, limit: Math.max(HOLD, STEP * step), unit: "ms" },
    {
      name,
      figure: "up to the first step",
      value: first,
      limit: firstTurn(step),
      unit: "ms",
    },
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
