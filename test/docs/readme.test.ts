import { existsSync, globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { anchor } from "../../scripts/reference/markdown.ts";

const readme = readFileSync("README.md", "utf8");

test("it opens with what it is, then what it looks like, then two commands: to see it, and to test it", () => {
  const [opening = ""] = readme.split(/^## /m);
  expect(opening).toMatch(/^# Plumbline\n\n[A-Z]/);
  const blocks = [...opening.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, language = "", text = ""]) => ({
    language,
    text,
  }));
  expect(blocks.map(({ language }) => language)).toEqual(["", "sh", "sh"]);
  expect(blocks.slice(1).map(({ text }) => text)).toEqual(["npm ci && npm run demo\n", "npm ci && npm test\n"]);
});

test("it fits on a screen or two", () => {
  expect(readme.split("\n").length).toBeLessThanOrEqual(90);
});

test("it opens with a picture of the dashboard that loads fast", () => {
  const [, file = ""] = /^# Plumbline\n\n[^!]+\n!\[[^\]]{20,}\]\(([^)]+\.png)\)/.exec(readme) ?? [];
  const picture = readFileSync(file);
  expect(picture.subarray(1, 4).toString()).toBe("PNG");
  expect(picture.length).toBeLessThanOrEqual(200_000);
});

const pages = ["README.md", "SECURITY.md", "CONTRIBUTING.md", ...globSync("docs/**/*.md")];

test.each(pages)("%s: every link to a page of ours leads to it, and to a heading that is there", (page) => {
  const text = readFileSync(page, "utf8");
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
  for (const [link, path = "", id] of links) {
    const target = path === "" ? page : new URL(path, `file:///${page}`).pathname.slice(1);
    expect(existsSync(target), `${link} in ${page}`).toBe(true);
    if (id === undefined) continue;
    const there = readFileSync(target, "utf8");
    const anchors = [...there.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchor(heading));
    expect([...anchors, ...[...there.matchAll(/<a id="([^"]+)">/g)].map(([, own]) => own)], link).toContain(id);
  }
});

test("every page is linked from the README, or from a page that is", () => {
  const reached = new Set(["README.md"]);
  for (const page of reached) {
    for (const [, path = ""] of readFileSync(page, "utf8").matchAll(/(?:\]\(|`)((?:\.\.?\/)*[\w./-]+\.md)[)#`]/g)) {
      for (const base of [page, ""]) {
        const target = new URL(path, `file:///${base}`).pathname.slice(1);
        if (existsSync(target)) reached.add(target);
      }
    }
  }
  const lost = pages.filter((page) => !reached.has(page) && !page.startsWith("docs/decisions/"));
  expect(lost).toEqual([]);
});

test.each(pages)("%s: every file that it names is there", (page) => {
  const text = readFileSync(page, "utf8").replaceAll(/```[\s\S]*?```/g, "");
  const named = [...text.matchAll(/`((?:src|docs|config|helm|test|bench|scripts)\/[\w./-]+)`/g)].map(
    ([, path = ""]) => path,
  );
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});
