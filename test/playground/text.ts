/** Tests the text tab: it trains in a worker, and shows exactly what the library computes in Node. */

import { readFile } from "node:fs/promises";
import { CharRnn } from "bptt";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { TEXTS } from "../../examples/playground/src/text/texts.js";
import { testAxe } from "./axe.js";
import { settingsOf, type Site } from "./site.js";

const SHORT = "so much depends upon a red wheel barrow. ";
const panel = (page: Page) => page.getByRole("tabpanel", { name: "Train on text" });
const button = (page: Page, name: string) => panel(page).getByRole("button", { name, exact: true });
const region = (page: Page, name: string) => panel(page).getByRole("region", { name, exact: true });

/** Returns step, loss and validation loss with all their digits. */
function figures(page: Page): Promise<(string | null)[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("#panel-text .figures data")].map((data) => data.getAttribute("value")),
  );
}

/** Returns the other displayed values, which must be the same for the same weights. */
async function seen(page: Page) {
  return {
    figures: await figures(page),
    sample: await panel(page).locator(".sample.newest").textContent(),
    next: await panel(page).locator(".next").textContent(),
    unit: await panel(page).locator(".follows").textContent(),
  };
}

async function stepIs(page: Page, least: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => Number(document.querySelector("#panel-text .figures data")?.getAttribute("value")) >= wanted,
    least,
  );
}

/** Waits until a paused model has answered all questions and nothing changes any more. */
async function settled(page: Page) {
  await button(page, "Train").waitFor();
  let before = await seen(page);
  for (;;) {
    await page.waitForTimeout(400);
    const now = await seen(page);
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
}

const open = (page: Page, label: string, name: string, content: string | Uint8Array) =>
  panel(page)
    .getByLabel(label)
    .setInputFiles({ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) });

async function downloaded(page: Page): Promise<{ name: string; bytes: Uint8Array }> {
  const waiting = page.waitForEvent("download");
  await button(page, "Download").click();
  const download = await waiting;
  return { name: download.suggestedFilename(), bytes: new Uint8Array(await readFile(await download.path())) };
}

export function testText(site: () => Site): void {
  describe("text", () => {
    it("trains in a worker to the same bits as the library in Node; the download is its file, and opens again", async () => {
      const { page, close } = await site().open("#text?hidden=24&rate=0.02&steps=60&seed=3&unit=5");
      const worker = page.waitForEvent("worker");
      await button(page, "Train").click();
      await worker;
      await stepIs(page, 60);
      const shown = await settled(page);

      const text = await TEXTS.rhyme.load();
      const model = new CharRnn({ text, cell: "gru", hiddenSize: 24, seed: 3 });
      const losses: number[] = [];
      let validation: number | undefined;
      await model.fit(text, {
        steps: 60,
        batchSize: 16,
        sequenceLength: 48,
        learningRate: 0.02,
        seed: 3,
        validationFraction: 0.1,
        validateEvery: 25,
        onProgress: ({ step, loss, validationLoss }) => {
          losses[step - 1] = loss;
          if (step === 50) validation = validationLoss;
        },
      });
      expect(shown.figures).toEqual(["60", String(losses.at(-1)), String(validation)]);
      expect(losses.at(-1)).toBeLessThan(losses[0]! / 1.5);
      const written = model.generate({ prompt: "This", length: 280, temperature: 0.7, seed: 3 });
      expect(shown.sample).toBe(`step 60This${written}`);
      const [first] = model.nextProbabilities("This");
      expect(shown.next).toMatch(/^␣\d/);
      expect(first!.token).toBe(" ");

      const { name, bytes } = await downloaded(page);
      expect(name).toBe("rhyme-gru-60.safetensors");
      expect(CharRnn.load(bytes).rnn.save()).toEqual(model.rnn.save());

      await button(page, "Reset").click();
      await page.waitForFunction(
        () => document.querySelector("#panel-text .figures data")?.textContent === "0",
      );
      await open(page, "Open a model…", "mine.safetensors", bytes);
      await panel(page).getByText("The weights are from mine.safetensors").waitFor();
      const again = await settled(page);
      expect(again.next).toBe(shown.next);
      expect(again.sample).toBe(`step 0This${written}`);
      expect((await downloaded(page)).bytes).toEqual(bytes);
      await close();
    });

    it("overfits a short text, says it back, and its link has the text in it", async () => {
      const { page, close } = await site().open("#text?held=0&rate=0.02&hidden=32&steps=250&temperature=0");
      await panel(page).getByLabel("Write or paste").fill(SHORT);
      await button(page, "Train").click();
      await stepIs(page, 250);
      const shown = await settled(page);
      expect(Number(shown.figures[1])).toBeLessThan(0.05);
      expect(shown.sample).toContain(`so much depends upon a red wheel barrow.`);
      const settings = await settingsOf(page, "own");
      expect([settings.get("own"), settings.get("step")]).toEqual([SHORT, "250"]);
      await page.reload();
      await stepIs(page, 250);
      expect(await settled(page)).toEqual(shown);
      await close();
    });

    it("pauses, its link restores the same numbers, continues, and resets", async () => {
      const { page, close } = await site().open("#text?text=raven&hidden=16&steps=20000&unit=3");
      await button(page, "Train").click();
      await stepIs(page, 40);
      await button(page, "Pause").click();
      const before = await settled(page);
      const step = Number(before.figures[0]);
      expect(step).toBeLessThan(20_000);
      expect((await settingsOf(page, "step")).get("step")).toBe(String(step));
      await page.reload();
      await stepIs(page, step);
      const after = await settled(page);
      expect(after).toEqual(before);
      await button(page, "Train").click();
      await stepIs(page, step + 1);
      await button(page, "Reset").click();
      expect((await settled(page)).figures.slice(0, 2)).toEqual(["0", ""]);
      await close();
    });

    it("explains errors in files, links and settings in words, and continues with the previous ones", async () => {
      const { page, close } = await site().open(
        "#text?hidden=0&layers=1e9&cell=foo&rate=NaN&steps=0&text=bible",
      );
      const warning = (await panel(page).getByRole("status").first().textContent()) ?? "";
      for (const part of [
        "hidden=0",
        "from 1 to 256",
        "layers=1e9",
        "cell=foo",
        "rate=NaN",
        "steps=0",
        "text=bible",
      ])
        expect(warning).toContain(part);
      const alert = panel(page).getByRole("alert");
      const dismissed = async (pattern: RegExp) => {
        await alert.waitFor();
        expect(await alert.textContent()).toMatch(pattern);
        await alert.getByRole("button", { name: "Dismiss" }).click();
      };
      await open(page, "Open a text…", "picture.png", Uint8Array.of(0x89, 0x50, 0xff, 0));
      await dismissed(/picture.png is not UTF-8 text/);
      await open(page, "Open a text…", "long.txt", new Uint8Array(2_000_001).fill(97));
      await dismissed(/long.txt has 2.0 MB; a text may have 2.0 MB/);
      await open(page, "Open a model…", "broken.safetensors", "not a model at all");
      await dismissed(/broken.safetensors cannot be opened: bytes[.:]/);
      const truncated = new CharRnn({ text: "abc", hiddenSize: 4 }).save().subarray(0, -9);
      await open(page, "Open a model…", "cut.safetensors", truncated);
      await dismissed(/cut.safetensors cannot be opened: bytes[.:]/);

      await panel(page).getByLabel("Units", { exact: true }).fill("100000");
      expect(await alert.textContent()).toBe("Enter a whole number from 1 to 256; still using 64.");
      await panel(page).getByLabel("Units", { exact: true }).fill("16");
      await panel(page).getByLabel("Prompt").fill("Ünseen");
      await region(page, "What comes next")
        .getByText(/The model cannot read this prompt: .*"Ü"/)
        .waitFor();
      await panel(page).getByLabel("Prompt").fill("");
      await panel(page).getByLabel("Write or paste").fill("a");
      await panel(page).getByLabel("Steps in all").fill("5");
      await button(page, "Train").click();
      expect(await alert.textContent()).toMatch(/The model cannot be trained on this text: /);
      await panel(page).getByLabel("Write or paste").fill(SHORT);
      await button(page, "Train").click();
      await stepIs(page, 5);
      await close();
    });

    it("says why training cannot go on, and keeps the last good weights", async () => {
      const { page, close } = await site().open("#text?cell=relu&rate=1000000&hidden=16");
      await button(page, "Train").click();
      const alert = panel(page).getByRole("alert");
      await alert.waitFor();
      expect(await alert.textContent()).toMatch(/Training stopped after step \d+: .*NaN or infinite/);
      expect(await button(page, "Train").isDisabled()).toBe(true);
      await panel(page).getByLabel("Learning rate").fill("0.01");
      expect(await alert.count()).toBe(0);
      await button(page, "Train").click();
      await stepIs(page, 5);
      await close();
    });

    it("has samples of fixed steps, which the links at these steps show too, on a slow machine as well", async () => {
      const link = "#text?hidden=16&steps=45&rate=0.02";
      const { page, close } = await site().open(link);
      const devtools = await page.context().newCDPSession(page);
      await devtools.send("Emulation.setCPUThrottlingRate", { rate: 6 });
      await button(page, "Train").click();
      await stepIs(page, 45);
      await settled(page);
      const samples = await panel(page).locator(".sample").allTextContents();
      expect(samples.map((sample) => /^step \d+/.exec(sample)?.[0])).toEqual(
        [45, 40, 20, 10, 0].map((step) => `step ${step}`),
      );
      await close();
      for (const sample of samples) {
        const step = /\d+/.exec(sample)![0];
        const visit = await site().open(`${link}&step=${step}`);
        await stepIs(visit.page, Number(step));
        expect((await settled(visit.page)).sample).toBe(sample);
        await visit.close();
      }
    });

    it("shows every view while it trains, and names the step in the link", async () => {
      const { page, close } = await site().open("#text?text=raven&hidden=128&layers=2&steps=20000");
      await button(page, "Train").click();
      await stepIs(page, 21);
      const steps = async () =>
        (await panel(page).locator(".sample figcaption").allTextContents()).map((text) =>
          Number(text.slice(5)),
        );
      await expect.poll(steps).toEqual(expect.arrayContaining([20, 10, 0]));
      await panel(page).locator(".passage").waitFor();
      await panel(page).locator(".next li").first().waitFor();
      const linked = () =>
        page.evaluate(() => Number(new URLSearchParams(location.hash.split("?")[1]).get("step")));
      await expect.poll(linked).toBeGreaterThan(10);
      expect(await button(page, "Pause").count()).toBe(1);
      await close();
    });

    it("trains further without repeating steps, and undoes a change that replaced a run", async () => {
      const { page, close } = await site().open("#text?hidden=8&steps=30");
      await button(page, "Train").click();
      await stepIs(page, 30);
      const before = await settled(page);
      const seen = await page.evaluateHandle(() => {
        const steps: number[] = [];
        const data = document.querySelector("#panel-text .figures data")!;
        new MutationObserver(() => steps.push(Number(data.textContent))).observe(data, {
          subtree: true,
          characterData: true,
          childList: true,
        });
        return steps;
      });
      await panel(page).getByLabel("Steps in all").fill("60");
      await button(page, "Train").click();
      await stepIs(page, 60);
      const steps = await seen.jsonValue();
      expect(Math.min(...steps)).toBeGreaterThan(30);
      const after = await settled(page);

      await panel(page).getByLabel("Learning rate").fill("0.05");
      await page.waitForFunction(
        () => document.querySelector("#panel-text .figures data")?.textContent === "0",
      );
      await panel(page).getByLabel("Write or paste").fill(SHORT);
      await panel(page)
        .getByLabel("Write or paste")
        .fill(SHORT + SHORT);
      await button(page, "Undo: back to step 60").click();
      expect(await settled(page)).toEqual(after);
      expect(await panel(page).getByLabel("Learning rate").inputValue()).toBe("0.01");
      expect(await panel(page).getByLabel("Learn from").inputValue()).toBe("rhyme");
      expect(before.sample).not.toBe(after.sample);
      await close();
    });

    it("asks for the vocabulary of a PyTorch file, and says what the model does not know of a text", async () => {
      const { page, close } = await site().open("#text?hidden=8&step=3");
      await stepIs(page, 3);
      const text = await TEXTS.rhyme.load();
      const model = new CharRnn({ text, cell: "lstm", hiddenSize: 12, seed: 1 });
      await open(page, "Open a model…", "torch.safetensors", model.rnn.save());
      await panel(page).getByText("Which characters does torch.safetensors know?").waitFor();
      expect((await figures(page))[0]).toBe("3"); // the other one is still there
      const field = panel(page).getByLabel("Vocabulary");
      await field.fill("abc");
      await button(page, "Open the model").click();
      expect(await panel(page).getByRole("alert").textContent()).toContain(
        "The network has 27 characters; these are 3.",
      );
      await panel(page)
        .getByRole("button", { name: /Fill in the characters of the text/ })
        .click();
      expect(JSON.parse(await field.inputValue())).toEqual([...model.vocabulary.tokens]);
      await button(page, "Open the model").click();
      await panel(page).getByText("The weights are from torch.safetensors").waitFor();
      const shown = await settled(page);
      expect(shown.sample).toBe(
        `step 0This${model.generate({ prompt: "This", length: 280, temperature: 0.7, seed: 1 })}`,
      );
      await panel(page)
        .getByText("The weights from torch.safetensors have not been trained further yet")
        .waitFor();
      const lstm = panel(page).getByRole("radio", { name: "lstm" });
      expect([await lstm.isChecked(), await lstm.isDisabled()]).toEqual([true, true]);
      const colour = (name: string) =>
        panel(page)
          .locator(".segments label", { hasText: name })
          .evaluate((label) => getComputedStyle(label).backgroundColor);
      expect(await colour("lstm")).not.toBe(await colour("gru"));

      await panel(page).getByLabel("Learn from").selectOption({ label: "Nested brackets" });
      await panel(page)
        .getByText(/The model does not know \d+ characters of this text: .*\[/)
        .waitFor();
      expect(await button(page, "Train").isDisabled()).toBe(true);
      expect(await lstm.isChecked()).toBe(true);
      await panel(page).getByLabel("Learn from").selectOption({ label: "The House That Jack Built" });
      await button(page, "Train").click();
      await stepIs(page, 5);
      await close();
    });

    it("finds text, model and training again after a reload", async () => {
      const { page, close } = await site().open("#text?steps=12");
      const long = SHORT.repeat(30);
      await open(page, "Open a text…", "long.txt", long.replaceAll(" b", "\r\nb"));
      await panel(page).getByText("Too long for the link").waitFor();
      const text = long.replaceAll(" b", "\nb");
      const file = new CharRnn({ text, hiddenSize: 8, seed: 4 }).save();
      await open(page, "Open a model…", "mine.safetensors", file);
      await panel(page).getByText("The weights are from mine.safetensors").waitFor();
      await button(page, "Train").click();
      await stepIs(page, 12);
      const before = await settled(page);
      const settings = await settingsOf(page, "from");
      expect([settings.get("own"), settings.get("print"), settings.get("from")]).toEqual([
        "",
        expect.stringMatching(/^[0-9a-f]{16}$/),
        expect.stringMatching(/^[0-9a-f]{16}$/),
      ]);
      await page.reload();
      await stepIs(page, 12);
      expect(await settled(page)).toEqual(before);
      expect(await panel(page).getByLabel("Write or paste").inputValue()).toBe(text);
      await panel(page).getByText("The weights are from mine.safetensors").waitFor();
      const link = page.url();
      await close();

      const other = await site().open(link.slice(link.indexOf("#"))); // another browser, which has neither
      await panel(other.page).getByText("its text is too long to be in the link").waitFor();
      await panel(other.page)
        .getByText("The link names weights from a file that is not in this browser")
        .waitFor();
      expect(await button(other.page, "Train").isDisabled()).toBe(true);
      await panel(other.page).getByLabel("Write or paste").fill(text);
      await open(other.page, "Open a model…", "mine.safetensors", file);
      await stepIs(other.page, 12);
      expect(await settled(other.page)).toEqual(before);
      await other.close();
    });

    it("has the names that Node has, which the build packs", async () => {
      const { page, close } = await site().open("#text?text=names&hidden=4");
      await panel(page).getByText("26,602 characters").waitFor();
      expect(await panel(page).getByLabel("Write or paste").inputValue()).toBe(await TEXTS.names.load());
      await close();
    });

    it("finds a unit that follows something, over the text and in the map", async () => {
      const { page, close } = await site().open("#text?hidden=32&step=150");
      await stepIs(page, 150);
      await panel(page).getByLabel("Find one that follows").selectOption({ label: "spaces and line ends" });
      await panel(page)
        .getByText(/follows spaces and line ends/)
        .waitFor();
      const unit = await panel(page).getByLabel("Unit, 0 to 31").inputValue();
      expect((await settingsOf(page, "unit")).get("unit")).toBe(unit);
      expect(await panel(page).locator(".passage").textContent()).toMatch(
        /^This is the house that Jack built/,
      );
      const shades = () =>
        panel(page)
          .locator(".passage span")
          .evaluateAll((spans) =>
            spans.map((span) => Number.parseInt((span as HTMLElement).style.getPropertyValue("--share"))),
          );
      // the sought unit is shown even if it follows another trait more closely
      await panel(page).getByLabel("Find one that follows").selectOption({ label: "how deep in brackets" });
      await panel(page)
        .getByText(/No unit follows how deep in brackets; unit \d+ comes closest/)
        .waitFor();
      await panel(page).getByLabel("Find one that follows").selectOption({ label: "how far into a word" });
      await panel(page)
        .getByText(/follows how far into a word.*more closely than any other unit/)
        .waitFor();
      const ofUnit = await shades();
      await panel(page).getByLabel("Show the probability of each character instead").check();
      const likely = await shades();
      expect(likely).not.toEqual(ofUnit);
      expect(likely[0]).toBe(0); // nothing was known before it
      expect(Math.min(...likely.slice(60, 90))).toBeGreaterThan(30); // memorized: "that lay in the house that Jack"
      const map = panel(page).locator(".all-units");
      const { height } = (await map.boundingBox())!;
      await map.click({ position: { x: 40, y: (height * 7.5) / 32 } });
      expect(await panel(page).getByLabel("Unit, 0 to 31").inputValue()).toBe("7");
      await close();
    });

    it("works by keyboard alone", async () => {
      const { page, close } = await site().open("#text?hidden=8&steps=20000");
      // Listens from the start, because a late listener could miss the key.
      const chooser = new Promise((resolve) => page.once("filechooser", resolve));
      await panel(page).locator('button[aria-disabled="false"]', { hasText: "Train" }).waitFor();
      await page.getByRole("tab", { name: "Train on text" }).focus();
      await page.keyboard.press("Tab"); // the link
      await page.keyboard.press("Tab"); // the light
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await button(page, "Pause").waitFor();
      await stepIs(page, 3);
      await page.keyboard.press("Space");
      await button(page, "Train").waitFor();
      await page.keyboard.press("Tab"); // Reset
      await page.keyboard.press("Tab");
      await page.keyboard.press("ArrowRight");
      expect(await panel(page).getByRole("radio", { name: "lstm" }).isChecked()).toBe(true);
      const slider = panel(page).getByLabel("Temperature");
      await slider.focus();
      await page.keyboard.press("ArrowRight");
      expect(await slider.inputValue()).toBe("0.75");
      const file = panel(page).getByLabel("Open a text…");
      await file.focus();
      await page.keyboard.press("Space");
      await chooser;
      await close();
    });

    testAxe(site, "#text?step=150&hidden=24&rate=0.02&prompt=%C3%9C&layers=7", async (page) => {
      await stepIs(page, 150);
      await panel(page).getByText("The model cannot read this prompt").waitFor();
      await panel(page).locator(".passage").waitFor();
    });
  });
}
