/** Tests the second tab: gradients on their way back, and three cells that learn the same task. */

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { testAxe } from "./axe.js";
import { settingsOf, type Site } from "./site.js";

/** What the page shows: the count of steps, who is right at the end, and what arrives at the first step. */
async function shown(page: Page) {
  return page.evaluate(() => {
    const panel = document.querySelector("#panel-through-time")!;
    const [step, ...right] = [...panel.querySelectorAll("dd data")].map((data) =>
      Number(data.getAttribute("value")),
    );
    const legends = [...panel.querySelectorAll(".legend")].map((legend) => legend.textContent);
    return { step, right, legends };
  });
}

async function stepIs(page: Page, least: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      Number(document.querySelector("#panel-through-time dd data")?.getAttribute("value")) >= wanted,
    least,
  );
}

/** What arrives at the first step: "tanh 6.07e−8 gru …". */
function arriving(legend: string | null | undefined): Record<string, number> {
  const found = [...(legend ?? "").replaceAll("−", "-").matchAll(/(tanh|gru|lstm) ([\d.e+-]+)/g)];
  return Object.fromEntries(found.map(([, cell, share]) => [cell, Number(share)]));
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

export function testThroughTime(site: () => Site): void {
  describe("vanishing gradients", () => {
    it("starts all cells from one scale: the gradient of the tanh vanishes first; with larger weights one explodes", async () => {
      const { page, close } = await site().open("#through-time");
      const before = arriving((await shown(page)).legends[0]);
      for (const cell of ["tanh", "gru", "lstm"]) expect(before[cell], cell).toBeLessThan(1e-3);
      for (const cell of ["gru", "lstm"]) expect(before[cell], cell).toBeGreaterThan(10 * before.tanh!);
      await page.getByLabel("Initial W_hh ×").fill("4");
      await expect.poll(async () => arriving((await shown(page)).legends[0]).tanh).toBeGreaterThan(1);
      await close();
    });

    it("marks what is below the axis, and says so", async () => {
      const { page, close } = await site().open("#through-time?scale=0.1&length=120");
      const plot = page.locator("#panel-through-time .plot").first();
      await plot.locator("canvas").waitFor();
      const label = (await plot.getAttribute("aria-label")) ?? "";
      expect(label).toMatch(/tanh is below the axis at [1-9]\d+ of 120 points/);
      const legend = page.locator("#panel-through-time .legend").first();
      expect(await legend.textContent()).toMatch(/tanh .*▼.*gru/);
      // at the first steps of the sequence there is no curve of tanh, and a row of marks at the lower end
      const found = await plot.locator("canvas").evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas;
        const { data } = canvas.getContext("2d")!.getImageData(0, 0, width, height);
        const rows = new Set<number>();
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width / 4; x++) {
            const at = 4 * (y * width + x);
            if (data[at] === 0xb3 && data[at + 1] === 0x47 && data[at + 2] === 0) rows.add(y);
          }
        return { rows: [...rows], height };
      });
      expect(found.rows.length).toBeGreaterThan(1);
      expect(found.rows.length).toBeLessThan(8);
      await close();
    });

    it("learns: the gru lets the gradient pass; its link restores the run", async () => {
      const { page, close } = await site().open("#through-time?speed=most");
      const untrained = arriving((await shown(page)).legends[0]);
      await button(page, "Play").click();
      await stepIs(page, 200);
      await button(page, "Pause").click();
      const before = await shown(page);
      expect(before.right[1]).toBe(1); // the gru
      const share = arriving(before.legends[0]);
      expect(share.gru).toBeGreaterThan(0.05);
      expect(share.gru).toBeGreaterThan(1e6 * untrained.gru!);
      expect((await settingsOf(page, "step")).get("step")).toBe(String(before.step));
      await page.reload();
      await stepIs(page, before.step!);
      expect(await shown(page)).toEqual(before);
      await button(page, "Reset").click();
      expect((await shown(page)).step).toBe(0);
      await close();
    });

    it("undoes a change that replaced a run", async () => {
      const { page, close } = await site().open("#through-time?step=20&length=20");
      await stepIs(page, 20);
      const before = await shown(page);
      await page.getByLabel("Initial W_hh ×").fill("2");
      await page.getByLabel("Learning rate").fill("0.5");
      expect((await shown(page)).step).toBe(0);
      await button(page, "Undo: back to step 20").click();
      expect(await shown(page)).toEqual(before);
      expect(await page.getByLabel("Initial W_hh ×").inputValue()).toBe("1");
      await button(page, "Step").click();
      await stepIs(page, 21);
      await close();
    });

    it("refuses absurd settings in words, and says why training cannot go on", async () => {
      const { page, close } = await site().open(
        "#through-time?length=1000000&hidden=0&scale=NaN&rate=1e6&speed=most",
      );
      const panel = page.getByRole("tabpanel", { name: "Vanishing gradients" });
      const said = (await panel.getByRole("status").first().textContent()) ?? "";
      for (const part of ["length=1000000", "from 4 to 120", "hidden=0", "scale=NaN"])
        expect(said).toContain(part);
      await button(page, "Play").click();
      await panel.getByRole("alert").waitFor();
      expect(await panel.getByRole("alert").textContent()).toMatch(
        /Training stopped after step \d+: the (tanh|gru|lstm) network: .* is NaN or infinite/,
      );
      await page.getByLabel("Learning rate").fill("0.01");
      expect(await panel.getByRole("alert").count()).toBe(0);
      await page.getByLabel("Sequence length").fill("121");
      expect(await panel.getByRole("alert").textContent()).toBe(
        "Enter a whole number from 4 to 120; still using 60.",
      );
      await close();
    });

    testAxe(site, "#through-time?step=30&scale=x", (page) => stepIs(page, 30));
  });
}
