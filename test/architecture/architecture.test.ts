import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { adapters, rooms } from "../../architecture.ts";
import { danglingPaths, houseViolations, longFiles, takers, takingViolations } from "./house.ts";
import { cycleIn, importGraph, importsOf, inCircles, violations } from "./imports.ts";

const read = (pattern: string): { file: string; source: string }[] =>
  globSync(pattern).map((file) => ({ file, source: readFileSync(file, "utf8") }));
const files = read("src/**/*.ts");

test("every import goes the way the table says", () => {
  expect(files.length).toBeGreaterThan(80);
  expect(files.flatMap(({ file, source }) => violations(file, source))).toEqual([]);
});

test("the import rule bites", () => {
  const one = (file: string, source: string): void => expect(violations(file, source)).toHaveLength(1);
  one("src/std/x.ts", 'import { a } from "../probe/probe.ts";');
  one("src/judgement/x.ts", 'import type { a } from "../incident/incident.ts";');
  one("src/receivers/x.ts", 'import {\n  a,\n} from "../../store/store.ts";');
  one("src/run/x.ts", 'export { a } from "../report/pretty.ts";');
  one("src/run/x.ts", 'import { Client } from "undici";');
  one("src/run/x.ts", 'import type { PoolClient } from "pg";');
  one("src/run/x.ts", 'const a = await import("bullmq");');
  one("src/exchange/x.ts", 'import { createUndiciAttempts } from "./undici-attempt.ts";');
  one("src/run/x.ts", 'import { createLog } from "../telemetry/log.ts";');
  one("src/drawer/x.ts", "");
  expect(violations("src/run/x.ts", 'import { a } from "../std/hash.ts";')).toEqual([]);
  expect(violations("src/scenario/x.ts", 'import { attributes } from "../telemetry/names.ts";')).toEqual([]);
  expect(violations("src/app/x.ts", 'import { openPostgresPool } from "../store/pools/postgres.ts";')).toEqual([]);
});

test("the table names what is there, and leads nowhere back", () => {
  const there = new Set(files.map(({ file }) => file.split("/")[1] ?? ""));
  expect(Object.keys(rooms).toSorted()).toEqual([...there].toSorted());
  expect(cycleIn(new Map(Object.entries(rooms).map(([room, { mayImport }]) => [room, mayImport])))).toBeUndefined();
  for (const [name, adapter] of Object.entries(adapters)) {
    for (const file of adapter.files) {
      const source = files.find((it) => it.file === file)?.source ?? "";
      const isUsed = importsOf(source).some(({ specifier }) => specifier === name || specifier.startsWith(`${name}/`));
      expect(isUsed, `${file} imports ${name}`).toBe(true);
    }
  }
});

test("no file imports itself through others, types included", () => {
  expect(inCircles(importGraph(files))).toEqual([]);
  const circle = [
    { file: "src/run/a.ts", source: 'import { b } from "./b.ts";' },
    { file: "src/run/b.ts", source: 'import type { a } from "./a.ts";' },
    { file: "src/run/c.ts", source: 'import type { a } from "./a.ts";' },
  ];
  expect(inCircles(importGraph(circle))).toEqual(["src/run/a.ts", "src/run/b.ts"]);
});

test("files are small, export by name, hold something, and silence no check", () => {
  const all = [...files, ...read("{test,bench,scripts}/**/*.ts").filter(({ file }) => !file.includes("architecture/"))];
  expect(all.flatMap(({ file, source }) => houseViolations(file, source))).toEqual([]);
  for (const file of Object.keys(longFiles)) expect(all.map((it) => it.file)).toContain(file);
});

test("the house rules bite", () => {
  const line = "const a = 1;\n";
  expect(houseViolations("src/run/x.ts", line.repeat(250))).toEqual([]);
  expect(houseViolations("src/run/x.ts", line.repeat(251))).toEqual(["src/run/x.ts: 251 lines, at most 250"]);
  expect(houseViolations("src/run/x.ts", line.repeat(251), { "src/run/x.ts": "one table" })).toEqual([]);
  const bites = (source: string, file = "src/run/x.ts"): void => expect(houseViolations(file, source)).not.toEqual([]);
  bites("export default function a() {}");
  bites('export * from "./a.ts";\nexport const b = 1;');
  bites('export { a } from "./a.ts";\nexport type { B } from "./b.ts";');
  bites('import { a } from "./a.ts";\nexport { b } from "./b.ts";');
  bites("export const a = 1;", "src/run/utils.ts");
  bites("export const a = 1;", "src/types/run.ts");
  bites("// @ts-ignore\nconst a: string = 1;");
  bites("/* oxlint-disable no-explicit-any */\nexport const a = 1;");
  expect(houseViolations("src/run/x.ts", 'import { a } from "./a.ts";\nexport const b = a;')).toEqual([]);
});

test("domain code is told the time, its luck and its surroundings", () => {
  expect(files.flatMap(({ file, source }) => takingViolations(file, source))).toEqual([]);
  for (const place of Object.keys(takers)) expect(files.some(({ file }) => file.startsWith(place))).toBe(true);
  for (const taking of ["Date.now()", "new Date()", "performance.now()", "Math.random()", 'process.env["A"]']) {
    expect(takingViolations("src/run/x.ts", `const a = ${taking};`), taking).toHaveLength(1);
  }
  expect(takingViolations("src/run/x.ts", "setTimeout(() => {}, 1);")).toHaveLength(1);
  expect(takingViolations("src/run/x.ts", 'console.log("a");')).toHaveLength(1);
  expect(takingViolations("src/run/x.ts", "new Date(slotMs).toISOString();")).toEqual([]);
});

const pages = ["README.md", "CONTRIBUTING.md", ...globSync("docs/**/*.md")];

test.each(pages)("every path that %s names is there", (page) => {
  const exists = (path: string): boolean => globSync(path.replace(/\/$/, "")).length > 0;
  expect(danglingPaths(page, readFileSync(page, "utf8"), exists)).toEqual([]);
});

test("the path rule bites", () => {
  const dangling = (text: string): string[] => danglingPaths("docs/page.md", text, (path) => path === "docs/there.md");
  expect(dangling("see `src/nowhere.ts`")).toEqual(["docs/page.md: src/nowhere.ts is not there"]);
  expect(dangling("see `nowhere.json`")).toHaveLength(1);
  expect(dangling("see [it](nowhere.md#part)")).toEqual(["docs/page.md: docs/nowhere.md is not there"]);
  expect(dangling("see [it](there.md), [that](https://example.com/nowhere.md)")).toEqual([]);
});
