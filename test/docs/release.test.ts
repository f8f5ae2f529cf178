import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { closedChangelog, versioned, withVersion } from "../../scripts/release.ts";

test("every file that has the version has the one of package.json, and gets a new one", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  for (const file of Object.keys(versioned)) {
    const text = readFileSync(file, "utf8");
    expect(withVersion(file, text, version), file).toBe(text);
    expect(withVersion(file, text, "9.8.7"), file).toContain("9.8.7");
  }
  expect(() => withVersion("package.json", "{}", "1.0.0")).toThrow("package.json has no version");
});

test("a release closes the changes so far, and needs some", () => {
  // Right after a release nothing is listed as unreleased.
  const changed = readFileSync("CHANGELOG.md", "utf8").replace(
    "## Unreleased\n",
    "## Unreleased\n\n### Added\n\n- x\n",
  );
  const closed = closedChangelog(changed, "9.8.7", "2026-12-01");
  expect(closed).toMatch(/## Unreleased\n\n## 9\.8\.7 - 2026-12-01\n\n### Added\n\n- /);
  expect(() => closedChangelog("## Unreleased\n\n## 0.1.0\n\n- a\n", "9.8.7", "2026-12-01")).toThrow("no change");
  expect(() => closedChangelog(closed, "9.9.0", "2026-12-02")).toThrow("no change");
});
