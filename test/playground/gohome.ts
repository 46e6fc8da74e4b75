/** Tests the first tab: the tutorial's network gives the same in the page as in Node. */

import { Adam, Rnn, Vocabulary } from "bptt";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { testAxe } from "./axe.js";
import { settingsOf, type Site } from "./site.js";

/** Returns the figures of the page with all their digits. */
async function figures(page: Page): Promise<{ step: number; loss: number; says: string }> {
  const panel = page.getByRole("tabpanel", { name: "Learn a word" });
  const value = async (name: string) => {
    const text = await panel.locator(`dt:text-is("${name}") + dd data`).getAttribute("value");
    return Number(text);
  };
  const says = (await panel.locator('dt:text-is("predicts") + dd').textContent()) ?? "";
  return { step: await value("step"), loss: await value("loss"), says };
}

/** Waits until the number of steps has reached a value. */
async function stepIs(page: Page, least: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => Number(document.querySelector("#panel-gohome dd data")?.getAttribute("value")) >= wanted,
    least,
  );
}

/** Returns the tutorial's loss after some steps in this process, which any engine must give. */
function lossInNode(steps: number, seed: number): number {
  const vocabulary = new Vocabulary(["g", "o", "h", "m", "e"]);
  const batch = { inputs: [vocabulary.encode("gohom")], targets: [vocabulary.encode("ohome")] };
  const rnn = new Rnn({ cell: "tanh", inputSize: 4, hiddenSize: 5, seed });
  const adam = new Adam({ learningRate: 0.1 });
  for (let step = 0; step < steps; step++) rnn.trainStep(batch, adam);
  return rnn.evaluate(batch).loss;
}

/** Five letters for a reader: an ä in two characters, a family of emoji in five. */
const WORD = "a\u0308h \u{1F469}\u200D\u{1F469}\u200D\u{1F467}h";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

export function testGohome(site: () => Site): void {
  describe("gohome", () => {
    it("starts where the tutorial starts, steps, and has the same bits as Node", async () => {
      const { page, close } = await site().open("");
      expect(await figures(page)).toMatchObject({ step: 0, loss: lossInNode(0, 1) });
      for (let step = 1; step <= 3; step++) {
        await button(page, "Step").click();
        await stepIs(page, step);
        expect(await figures(page)).toMatchObject({ step, loss: lossInNode(step, 1) });
      }
      await close();
    });

    it("learns gohom → ohome, pauses, and its link restores the same numbers", async () => {
      const { page, close } = await site().open("#gohome?speed=steady");
      await button(page, "Play").click();
      await stepIs(page, 40);
      await button(page, "Pause").click();
      const before = await figures(page);
      expect(before.says).toBe("ohome ✓");
      expect(before.loss).toBe(lossInNode(before.step, 1));
      expect((await settingsOf(page, "step")).get("step")).toBe(String(before.step));
      expect(await figures(page)).toEqual(before); // it has not advanced
      await page.reload();
      await stepIs(page, before.step);
      expect(await figures(page)).toEqual(before);
      await close();
    });

    it("begins anew by Reset, and with each change of what a run depends on", async () => {
      const { page, close } = await site().open("#gohome?step=50&seed=7");
      await stepIs(page, 50);
      expect((await figures(page)).loss).toBe(lossInNode(50, 7));
      await button(page, "Reset").click();
      expect(await figures(page)).toMatchObject({ step: 0, loss: lossInNode(0, 7) });
      await button(page, "Step").click();
      await page.getByLabel("Seed").fill("8");
      expect(await figures(page)).toMatchObject({ step: 0, loss: lossInNode(0, 8) });
      const query = await settingsOf(page, "seed");
      expect(Object.fromEntries(query)).toMatchObject({ seed: "8", step: "0", word: "gohome" });
      await close();
    });

    it("undoes a change that replaced a run, however many letters were typed since", async () => {
      const { page, close } = await site().open("#gohome?step=50&seed=7");
      await stepIs(page, 50);
      const before = await figures(page);
      await page.getByLabel("Word", { exact: true }).fill("gohom");
      await page.getByLabel("Word", { exact: true }).fill("goho");
      await page.getByLabel("Learning rate").fill("0.5");
      expect((await figures(page)).step).toBe(0);
      await button(page, "Undo: back to step 50").click();
      expect(await figures(page)).toEqual(before);
      expect(await page.getByLabel("Word", { exact: true }).inputValue()).toBe("gohome");
      expect(await page.getByLabel("Learning rate").inputValue()).toBe("0.1");
      expect((await settingsOf(page, "step")).get("step")).toBe("50");
      await button(page, "Reset").click();
      expect((await figures(page)).step).toBe(0);
      await button(page, "Undo: back to step 50").click();
      expect(await figures(page)).toEqual(before);
      await button(page, "Step").click();
      expect(await figures(page)).toMatchObject({ step: 51, loss: lossInNode(51, 7) });
      await close();
    });

    it("says that the last step has been done, and keeps the focus where it was", async () => {
      const { page, close } = await site().open("#gohome?step=19999&cell=relu");
      await stepIs(page, 19_999);
      await button(page, "Step").click();
      await stepIs(page, 20_000);
      await page.getByText("This is step 20,000, the last one. Reset starts again.").waitFor();
      expect(await button(page, "Step").isDisabled()).toBe(true);
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Step");
      await close();
    });

    it("copies its link, and shows the number of a square that is tapped", async () => {
      const { page, close } = await site().open("#gohome?step=3", {
        hasTouch: true,
        permissions: ["clipboard-read", "clipboard-write"],
      });
      await stepIs(page, 3);
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
      expect(page.url()).toContain("step=3");
      await page
        .getByRole("img", { name: /^The hidden state/ })
        .first()
        .tap();
      await page.locator(".readout").waitFor();
      await page.locator(".lead").tap();
      await expect.poll(() => page.locator(".readout").count()).toBe(0);
      await close();
    });

    it("reads aloud where a step has led", async () => {
      const { page, close } = await site().open("");
      await button(page, "Step").click();
      await stepIs(page, 1);
      const { loss, says } = await figures(page);
      await page
        .locator("#panel-gohome [role=status]", {
          hasText: `Step 1, loss ${loss.toFixed(4)}, predicts ${says.split(" ")[0]}`,
        })
        .waitFor({ state: "attached" });
      await close();
    });

    it("has room for the letters of a long word", async () => {
      const { page, close } = await site().open("#gohome?word=abcdefghijklmnop&output=yes");
      const widths = await page
        .locator("#panel-gohome rect.bar, #panel-gohome rect.cold")
        .evaluateAll((rects) => rects.map((rect) => Number(rect.getAttribute("width"))));
      expect(widths.length).toBeGreaterThan(400);
      expect(Math.min(...widths)).toBeGreaterThanOrEqual(4);
      await close();
    });

    it("names the step in the link while it plays", async () => {
      const { page, close } = await site().open("#gohome?speed=steady");
      await button(page, "Play").click();
      await stepIs(page, 60);
      const named = await page.evaluate(() =>
        Number(new URLSearchParams(location.hash.split("?")[1]).get("step")),
      );
      const { step } = await figures(page);
      expect(named).toBeGreaterThan(20);
      expect(named).toBeLessThanOrEqual(step);
      await close();
    });

    it.each(["tanh", "relu", "gru", "lstm"])(
      "learns another word with %s and an output layer",
      async (cell) => {
        const { page, close } = await site().open(
          `#gohome?word=${encodeURIComponent(`h${WORD}`)}&output=yes&hidden=12&step=150&cell=${cell}`,
        );
        await stepIs(page, 150); // at once, according to the link
        await button(page, "Play").click();
        await stepIs(page, 153);
        await button(page, "Pause").click();
        expect((await figures(page)).says).toBe(`${WORD} ✓`);
        const { step } = await figures(page);
        expect((await settingsOf(page, "cell")).get("step")).toBe(String(step));
        await close();
      },
    );

    it("lights in the picture what a term of the equations means, by pointer and by keyboard", async () => {
      const { page, close } = await site().open("#gohome?cell=gru");
      const lit = () =>
        page.evaluate(() =>
          [...document.querySelectorAll(".part.lit canvas")].map((canvas) =>
            canvas.getAttribute("aria-label"),
          ),
        );
      await page.getByTitle("the weights from the input to the reset gate").hover();
      expect(await lit()).toEqual(["letter to unit, gate r, 4 by 5"]);
      await page.mouse.move(0, 0);
      expect(await lit()).toEqual([]);
      await page.getByTitle("the bias inside the reset").focus();
      expect(await lit()).toEqual(["bias inside the reset, 1 by 5"]);
      await page.keyboard.press("Enter"); // it stays highlighted
      await page.keyboard.press("Shift+Tab");
      await page.getByRole("button", { name: "Play" }).focus();
      expect(await lit()).toEqual(["bias inside the reset, 1 by 5"]);
      await page.getByText("The bias inside the reset.").waitFor(); // for visitors without a pointer
      await page.keyboard.press("Escape");
      expect(await lit()).toEqual([]);
      await close();
    });

    it("refuses absurd settings in words, from fields and from links", async () => {
      const { page, close } = await site().open(
        "#gohome?word=x&seed=-1&rate=fast&cell=elman&hidden=1e9&step=2.5&output=maybe",
      );
      const panel = page.getByRole("tabpanel", { name: "Learn a word" });
      const said = (await panel.getByRole("status").first().textContent()) ?? "";
      for (const part of [
        "word=x",
        "2 to 16 letters",
        "seed=-1",
        "rate=fast",
        "cell=elman",
        "hidden=1e9",
        "step=2.5",
      ])
        expect(said).toContain(part);
      expect(await figures(page)).toMatchObject({ step: 0, loss: lossInNode(0, 1) });

      for (const [label, value] of [
        ["Word", ""],
        ["Word", "a word that is far too long to be drawn"],
        ["Learning rate", "1e99"],
        ["Learning rate", "abc"],
        ["Seed", "4294967296"],
      ] as const) {
        const before = await page.getByLabel(label, { exact: true }).inputValue();
        await page.getByLabel(label, { exact: true }).fill(value);
        expect(await panel.getByRole("alert").textContent()).toMatch(/^Enter .+; still using .+\.$/);
        expect(await figures(page)).toMatchObject({ step: 0, loss: lossInNode(0, 1) });
        await page.getByLabel(label, { exact: true }).fill(before);
        expect(await panel.getByRole("alert").count()).toBe(0);
      }
      await close();
    });

    it("says why training cannot go on, keeps the good weights, and recovers", async () => {
      const { page, close } = await site().open(
        "#gohome?cell=relu&output=yes&rate=1000000&speed=most&word=abcdefghijklmnop",
      );
      const panel = page.getByRole("tabpanel", { name: "Learn a word" });
      await button(page, "Play").click();
      const alert = panel.getByRole("alert");
      await alert.waitFor();
      expect(await alert.textContent()).toMatch(
        /Training stopped after step \d+: .*NaN.*Lower the learning rate/,
      );
      expect(await button(page, "Play").isDisabled()).toBe(true);
      await page.getByLabel("Learning rate").fill("0.05");
      expect(await panel.getByRole("alert").count()).toBe(0);
      await button(page, "Play").click();
      await stepIs(page, 100);
      expect((await figures(page)).says).toContain("✓");
      await close();
    });

    it("is worked by keyboard alone", async () => {
      const { page, close } = await site().open("");
      const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
      await page.keyboard.press("Tab");
      expect(await focused()).toBe("Learn a word");
      await page.keyboard.press("Tab");
      expect(await focused()).toBe("Copy link");
      await page.keyboard.press("Tab"); // the theme
      await page.keyboard.press("Tab");
      expect(await focused()).toBe("Play");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await stepIs(page, 1);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.type("x"); // the whole field was selected
      expect(await page.getByLabel("Word", { exact: true }).inputValue()).toContain("x");
      await page.keyboard.press("Tab");
      await page.keyboard.press("ArrowRight");
      expect(await page.getByRole("radio", { name: "relu" }).isChecked()).toBe(true);
      const map = page.getByRole("img", { name: /^letter to unit/ });
      await map.focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowDown");
      expect(await map.getAttribute("aria-label")).toMatch(/\[o, 1\]: −?\d/);
      await close();
    });

    testAxe(site, "#gohome?step=100&cell=gru&rate=x", (page) => stepIs(page, 100));
  });
}
