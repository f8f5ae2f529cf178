import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, test } from "vitest";
import { cycleIn, importsOf, violations } from "./imports.ts";

const files = globSync("src/**/*.ts").map((file) => ({ file, source: readFileSync(file, "utf8") }));

test("every import goes the way the table says", () => {
  expect(files.length).toBeGreaterThan(80);
  expect(files.flatMap(({ file, source }) => violations(file, source))).toEqual([]);
});

test("the rule bites", () => {
  expect(violations("src/std/x.ts", 'import { a } from "../probe/probe.ts";')).toHaveLength(1);
  expect(violations("src/judgement/x.ts", 'import type { a } from "../incident/incident.ts";')).toHaveLength(1);
  expect(violations("src/run/x.ts", 'import { Client } from "undici";')).toHaveLength(1);
  expect(violations("src/run/x.ts", 'const a = await import("bullmq");')).toHaveLength(1);
  expect(violations("src/drawer/x.ts", "")).toHaveLength(1);
  expect(violations("src/run/x.ts", 'import { a } from "../std/hash.ts";')).toEqual([]);
});

test("no values are imported in a circle", () => {
  const valueImports = (source: string): string => source.replaceAll(/import type [^;]+;/g, "");
  const graph = new Map(
    files.map(({ file, source }) => [
      file,
      importsOf(valueImports(source))
        .filter((name) => name.startsWith("."))
        .map((name) => posix.join(posix.dirname(file), name)),
    ]),
  );
  expect(cycleIn(graph)).toBeUndefined();
  expect(
    cycleIn(
      new Map([
        ["a", ["b"]],
        ["b", ["a"]],
      ]),
    ),
  ).toEqual(["a", "b", "a"]);
});

test("files are small, export by name and are no barrels", () => {
  const tooLong = files.filter(({ source }) => source.split("\n").length > 251).map(({ file }) => file);
  expect(tooLong).toEqual([]);
  expect(files.filter(({ source }) => /^export default /m.test(source)).map(({ file }) => file)).toEqual([]);
  expect(files.filter(({ source }) => /^export \* from /m.test(source)).map(({ file }) => file)).toEqual([]);
});

test.each(["README.md", "CONTRIBUTING.md"])("every path that %s names is there", (page) => {
  const paths = [
    ...readFileSync(page, "utf8").matchAll(/`((?:src|test|config|docs|bench|helm|scripts)\/[\w./-]*)`/g),
  ].map(([, path]) => path ?? "");
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => globSync(path.replace(/\/$/, "")).length === 0)).toEqual([]);
});
