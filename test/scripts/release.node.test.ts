import { describe, expect, it } from "vitest";
import { withoutRelativeLinks } from "../../scripts/pack.mjs";
import { obstacles, released } from "../../scripts/release.mjs";

const manifest = { repository: "r", homepage: "h", bugs: "b" };
const changelog = "# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.1.0 (2026-01-01)\n";
const facts = { version: "0.2.0", manifest, changelog, status: "", branch: "main" };

describe("a release", () => {
  it("has no obstacle when all is well", () => {
    expect(obstacles(facts)).toEqual([]);
  });

  it("is refused until repository, homepage and bugs are known", () => {
    expect(obstacles({ ...facts, manifest: { homepage: "h" } })).toEqual([
      "package.json lacks repository, bugs",
    ]);
  });

  it.each([
    [{ version: "next" }, "expected a version such as 0.2.0, received next"],
    [{ changelog: "# Changelog\n\n## Unreleased\n" }, "CHANGELOG.md has no entry under Unreleased"],
    [{ version: "0.1.0" }, "CHANGELOG.md already has 0.1.0"],
    [{ status: " M README.md" }, "the work tree has changes"],
    [{ branch: "work" }, "releases are made on main, not on work"],
  ])("is refused: %j", (changed, sentence) => {
    expect(obstacles({ ...facts, ...changed })).toEqual([sentence]);
  });

  it("puts the unreleased entries under the version", () => {
    expect(released(changelog, "0.2.0", "2026-12-01")).toContain(
      "## Unreleased\n\n## 0.2.0 (2026-12-01)\n\n### Added\n\n- A thing.\n\n## 0.1.0",
    );
  });

  it("packs a README without relative links", () => {
    const text = "# a\n\n![x](a/b.png)\n\nSee [the tests](test/a.ts), [a](https://a.b) and [c](#a).\n";
    expect(withoutRelativeLinks(text)).toBe("# a\n\nSee the tests, [a](https://a.b) and [c](#a).\n");
  });
});
