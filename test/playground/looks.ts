/**
 * Tests the look of the page in difficult cases: narrow windows, forced colors, numbers of any size on the
 * axes.
 */

import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { Site } from "./site.js";

/** A link to each tab after some training. */
const TRAINED = {
  gohome: "#gohome?word=recurrent&cell=gru&output=yes&step=20",
  "through-time": "#through-time?step=2",
  text: "#text?step=30&hidden=8&rate=0.02",
};

async function openTrained(site: Site, tab: keyof typeof TRAINED) {
  const visit = await site.open(TRAINED[tab]);
  const step = new URLSearchParams(TRAINED[tab].split("?")[1]).get("step");
  await visit.page.waitForFunction(
    ([id, wanted]) => document.querySelector(`#panel-${id} .figures data`)?.getAttribute("value") === wanted,
    [tab, step],
  );
  if (tab === "text") await visit.page.locator(".passage").waitFor();
  return visit;
}

/** Returns the elements that exceed their panel and are not in a scroll area. */
function sticksOut(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrolls = (element: Element, panel: Element): boolean =>
      element !== panel &&
      (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement!, panel));
    return [...document.querySelectorAll("[role=tabpanel]:not([hidden]) .panel")].flatMap((panel) => {
      const { left, right } = panel.getBoundingClientRect();
      return [...panel.querySelectorAll("*")]
        .filter((element) => {
          const box = element.getBoundingClientRect();
          return box.width > 1 && (box.left < left || box.right > right) && !scrolls(element, panel);
        })
        .map((element) => `${panel.querySelector("h3")?.textContent}: ${element.outerHTML.slice(0, 80)}`);
    });
  });
}

/** Returns words that touch their neighbor in the same row. */
function touches(page: Page, row: string): Promise<string[]> {
  return page.locator(row).evaluate((element) => {
    const parts = [...element.children].map((part) => ({
      text: part.textContent,
      box: part.getBoundingClientRect(),
    }));
    return parts.flatMap(({ text, box }, i) => {
      const next = parts[i + 1];
      return next && next.box.top < box.bottom && next.box.left - box.right < 4
        ? [`${text} | ${next.text}`]
        : [];
    });
  });
}

interface Drawn {
  text: string;
  /** Position of the text from the left of the canvas, in CSS pixels. */
  left: number;
}

/** Makes the page record the labels of its y axes from now on. */
async function watchAxes(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const drawn: Drawn[] = [];
    Object.assign(globalThis, { drawn });
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
      if (this.textAlign === "right")
        drawn.push({ text, left: (x - this.measureText(text).width) / devicePixelRatio });
      fillText.call(this, text, x, y);
    };
  });
}

const axesOf = (page: Page): Promise<Drawn[]> =>
  page.evaluate(() => (globalThis as unknown as { drawn: Drawn[] }).drawn);

export function testLooks(site: () => Site): void {
  describe("looks", () => {
    it.each(["gohome", "through-time", "text"] as const)(
      "%s: nothing sticks out of its panel, in a window that grows narrow",
      async (tab) => {
        const { page, close } = await openTrained(site(), tab);
        for (const width of [1280, 1024, 768, 360, 320]) {
          await page.setViewportSize({ width, height: 800 });
          const message = `${width} wide`;
          await expect.poll(() => sticksOut(page), { message }).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth), message).toBe(width);
          if (tab === "through-time") expect(await touches(page, ".flow-legend"), message).toEqual([]);
        }
        await close();
      },
    );

    it.each(["light", "dark"] as const)(
      "what is chosen, and how much, is to be seen in forced colours, %s",
      async (colorScheme) => {
        const { page, close } = await site().open(TRAINED.text, { colorScheme, forcedColors: "active" });
        await page.locator(".passage").waitFor();
        const look = (selector: string, property: string) =>
          page
            .locator(selector)
            .first()
            .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property);
        const tab = (selected: boolean) => look(`.tab[aria-selected="${selected}"]`, "border-bottom-color");
        expect(await tab(true)).not.toBe(await tab(false));
        const panel = "[role=tabpanel]:not([hidden])";
        const surface = await look(`${panel} .panel`, "background-color");
        expect(await look(`${panel} .segments label:has(:checked)`, "background-color")).not.toBe(surface);
        expect(await look(`${panel} .next i`, "background-color")).not.toBe(surface);
        expect(await look(`${panel} .scale i`, "background-image")).toContain("gradient");
        const shades = await page
          .locator(".passage span")
          .evaluateAll(
            (spans) => new Set(spans.map((span) => getComputedStyle(span).borderBottomColor)).size,
          );
        expect(shades).toBeGreaterThan(5);
        await page.getByRole("tab", { name: "Learn a word" }).click();
        expect(await look(`${panel} .key`, "background-color")).not.toBe(surface);
        await close();
      },
    );

    it.each([
      ["#gohome", "Play", "Step"],
      ["#text?hidden=8", "Train", "Reset"],
    ])(
      "%s: what stands beside a button stays in its place when it is pressed",
      async (link, press, beside) => {
        const { page, close } = await site().open(link);
        const panel = page.locator("[role=tabpanel]:not([hidden])");
        const button = (name: string) => panel.getByRole("button", { name, exact: true });
        const before = await button(beside).boundingBox();
        await button(press).click();
        await button("Pause").waitFor();
        expect(await button(beside).boundingBox()).toEqual(before);
        await close();
      },
    );

    it.each([
      ["gohome", 1366, 768, [".stage", ".plot", ".matrix >> nth=0", ".matrix >> nth=1"]],
      ["gohome", 1280, 720, [".stage", ".plot"]],
      ["gohome", 390, 844, [".stage"]],
      ["through-time", 1366, 768, [".plot >> nth=0"]],
      ["through-time", 1280, 720, [".plot >> nth=0"]],
      ["through-time", 390, 844, [".legend >> nth=0"]],
      ["text", 1366, 768, [".sample.newest", ".chart .legend", ".earlier li >> nth=0"]],
      ["text", 1280, 720, [".sample.newest", ".chart .legend", ".earlier li >> nth=0"]],
      ["text", 390, 844, [".sample.newest"]],
    ] as const)(
      "%s, %i by %i: what the button sets in motion is on the screen with it",
      async (tab, width, height, moving) => {
        const { page, close } = await site().open(tab === "gohome" ? "#gohome?step=12" : TRAINED[tab], {
          viewport: { width, height },
        });
        const panel = page.locator(`#panel-${tab}`);
        if (tab === "text") await panel.locator(".earlier").waitFor();
        await panel.locator(".plot canvas").first().waitFor();
        for (const selector of [".button.primary", ".figures", ...moving]) {
          const box = (await panel.locator(selector).first().boundingBox())!;
          expect(box.y, selector).toBeGreaterThanOrEqual(0);
          expect(box.y + box.height, selector).toBeLessThanOrEqual(height);
        }
        await close();
      },
    );

    it("the legend of a chart stays in its place while its numbers change", async () => {
      const { page, close } = await site().open("#through-time");
      const places = () =>
        page
          .locator("[role=tabpanel]:not([hidden]) .legend span")
          .evaluateAll((spans) => spans.map((span) => Math.round(span.getBoundingClientRect().left)));
      const before = await places();
      expect(before.length).toBe(7);
      await page.getByRole("button", { name: "Step" }).click();
      await page.locator('#panel-through-time .figures data[value="1"]').waitFor();
      await page.getByLabel("Initial W_hh ×").fill("10");
      expect(await places()).toEqual(before);
      await close();
    });

    it("draws its charts where the browser's language is no language tag", async () => {
      const { page, close } = await site().open("#text?text=own");
      await page.addInitScript(() =>
        Object.defineProperty(Navigator.prototype, "language", { get: () => "C", configurable: true }),
      );
      await page.goto(page.url().split("#")[0]! + "?fresh#gohome?step=3");
      await page.locator('#panel-gohome .figures data[value="3"]').waitFor();
      await page.locator("#panel-gohome .plot canvas").waitFor();
      expect(await page.evaluate(() => navigator.language)).toBe("C");
      await close();
    });

    it("keeps the page where the chart library cannot be loaded, and says so", async () => {
      const { page, close } = await site().open("#text?text=own");
      await page.addInitScript(() => Object.assign(Intl, { NumberFormat: undefined }));
      await page.goto(page.url().split("#")[0]! + "?fresh#gohome?step=3");
      const panel = page.locator("#panel-gohome");
      await panel.locator('.figures data[value="3"]').waitFor();
      await panel.getByText(/The chart cannot be drawn: /).waitFor();
      await page.getByRole("button", { name: "Step", exact: true }).click();
      await panel.locator('.figures data[value="4"]').waitFor();
      await page.getByRole("tab", { name: "Train on text" }).click();
      await page.getByRole("button", { name: "Train", exact: true }).waitFor();
      await close();
    });

    it("colours weights and gradients by scales that stay as they are while these grow and shrink", async () => {
      const { page, close } = await site().open("#gohome?output=yes&step=1&speed=most");
      const scales = () => page.locator("#panel-gohome .scale").allTextContents();
      const strength = (label: RegExp) =>
        page
          .locator("#panel-gohome")
          .getByRole("img", { name: label })
          .first()
          .evaluate((canvas: HTMLCanvasElement) => {
            const { width, height } = canvas;
            const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
            copy.drawImage(canvas, 0, 0);
            const { data } = copy.getImageData(0, 0, width, height);
            const nothing = [0xf3, 0xf1, 0xec, 0xff];
            return data.reduce((sum, byte, i) => sum + Math.abs(byte - nothing[i % 4]!), 0) / data.length;
          });
      const look = async () => ({
        weights: await strength(/^unit to unit/),
        gradients: await strength(/^The gradient of the loss/),
      });
      await page.locator('#panel-gohome .figures data[value="1"]').waitFor();
      const [before, names] = [await look(), await scales()];
      await page.getByRole("button", { name: "Play" }).click();
      await page.waitForFunction(
        () => Number(document.querySelector("#panel-gohome .figures data")?.getAttribute("value")) > 400,
      );
      await page.getByRole("button", { name: "Pause" }).click();
      const after = await look();
      expect(after.weights).toBeGreaterThan(1.5 * before.weights);
      expect(after.gradients).toBeLessThan(before.gradients / 2);
      expect(await scales()).toEqual(names);
      await close();
    });

    it("the axes name their numbers, however large or small", async () => {
      for (const [link, expected] of [
        ["#through-time", /^10⁻¹?[²³⁴⁵⁶⁷⁸⁹]$/], // gradients that vanish
        ["#through-time?scale=10&hidden=32&length=120&rate=1000000&step=3", /^10[¹²³⁴⁵⁶⁷⁸⁹]/], // a gradient that explodes
        ["#through-time?scale=10&rate=1000000&step=2", /^[1-9]e\d/], // losses of millions
        ["#gohome?word=aaaa", /^0\.[1-9]/], // a loss of nothing
      ] as const) {
        const { page, close } = await site().open("#text?text=own");
        await watchAxes(page);
        await page.goto(page.url().split("#")[0]! + "?fresh" + link);
        const step = new URLSearchParams(link.split("?")[1]).get("step") ?? "0";
        await page.locator(`.figures data[value="${step}"]`).first().waitFor();
        await page.evaluate(() => ((globalThis as unknown as { drawn: Drawn[] }).drawn.length = 0));
        await page.setViewportSize({ width: 1200, height: 900 }); // everything is drawn again
        await expect
          .poll(async () => (await axesOf(page)).some(({ text }) => expected.test(text)), { message: link })
          .toBe(true);
        for (const { text, left } of await axesOf(page)) expect(left, text).toBeGreaterThanOrEqual(0);
        await close();
      }
    });
  });
}
