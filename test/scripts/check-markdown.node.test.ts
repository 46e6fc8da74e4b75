import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { anchorOf, deadLinks, hashOf, longLines, staleTranslation } from "../../scripts/check-markdown.mjs";
import { inProject } from "../../scripts/setup/paths.mjs";

const long = "word ".repeat(21).trim();

describe("the check of Markdown", () => {
  it("finds long lines of prose", () => {
    expect(longLines(`# Title\n\n${long}\n`)).toEqual(["line 3 has 104 characters"]);
  });

  it("excepts tables, code and addresses", () => {
    const address = `see <https://example.com/${"a".repeat(90)}>`;
    expect(longLines(`| ${long} |\n\n\`\`\`ts\n${long}\n\`\`\`\n\n    ${long}\n\n${address}\n`)).toEqual([]);
  });

  it("finds dead links and anchors", () => {
    const text =
      "[a](nowhere.md) [b](README.md#no-such-part) [c](README.md#install) [d](https://example.com)";
    expect(deadLinks(text, "CONTRIBUTING.md")).toEqual([
      "nowhere.md does not exist",
      "README.md#no-such-part has no such anchor",
    ]);
  });

  it("makes anchors as code hosts do", () => {
    expect(anchorOf("Where do I change …")).toBe("where-do-i-change-");
    expect(anchorOf("`TypeError` and [links](a.md)")).toBe("typeerror-and-links");
    expect(anchorOf("순환 신경망이란?")).toBe("순환-신경망이란");
  });

  it("tells when a source has changed after its translation", () => {
    const page = (hash: string) => `---\ntranslation: LICENSE ${hash}\n---\n\n# 제목\n`;
    expect(staleTranslation(page("0000"), "docs/ko/a.md")).toEqual([
      expect.stringContaining("LICENSE has changed"),
    ]);
    expect(staleTranslation("# 제목\n", "docs/ko/a.md")).toEqual([
      expect.stringContaining("expected the line"),
    ]);
    expect(
      staleTranslation(page(hashOf(readFileSync(inProject("LICENSE"), "utf8"))), "docs/ko/a.md"),
    ).toEqual([]);
    expect(hashOf("a")).not.toBe(hashOf("b"));
  });
});
