import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { referencePages } from "../../scripts/reference/pages.ts";
import { anchor } from "../../scripts/reference/markdown.ts";

const folder = "docs/reference";
const pages = await referencePages();

test("every page is as `npm run docs` would write it, and there is no other", () => {
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(pages).toSorted());
  for (const [file, text] of Object.entries(pages)) {
    expect(readFileSync(`${folder}/${file}`, "utf8") === text, `${file} is stale: npm run docs writes it anew`).toBe(
      true,
    );
  }
});

describe.each(Object.entries(pages))("%s", (_file, text) => {
  const anchors = new Set([
    ...[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchor(heading)),
    ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id),
  ]);

  test("its links lead somewhere", () => {
    for (const [, place = "", id = ""] of text.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)) {
      if (place === "") expect([...anchors]).toContain(id);
      else expect(existsSync(`${folder}/${place}`), place).toBe(true);
    }
  });

  test("every row of its tables has as many cells as its head, and says something", () => {
    const lines = text.split("\n");
    const cells = (line: string) => line.split(/(?<!\\)\|/).slice(1, -1);
    let rows = 0;
    for (const [place, line] of lines.entries()) {
      if (!line.startsWith("| ---")) continue;
      const head = cells(lines[place - 1] ?? "");
      for (const row of lines.slice(place + 1, lines.indexOf("", place))) {
        rows += 1;
        expect(cells(row), row).toHaveLength(head.length);
        expect(cells(row).at(-1)?.trim(), row).not.toMatch(/^\.?$|undefined|\[object/);
      }
    }
    expect(rows).toBeGreaterThan(5);
  });
});

describe("config.md", () => {
  const rows = (pages["config.md"] ?? "").split("\n").filter((line) => line.startsWith("| `"));

  test("a field that can be left out with nothing, and no closed list, has an example or fields of its own", () => {
    expect(rows.length).toBeGreaterThan(150);
    const bare = rows.filter((row) => {
      const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
      const [type = "", ...others] = cells.slice(2, -2);
      const isPlain = /^(?:text|integer|number|list of (?:text|\[(?!`))|map of (?:text|anything))|^\[\w[^`\]]*\]/.test(
        type,
      );
      return isPlain && others.every((cell) => cell === "" || cell === "*required*");
    });
    expect(bare).toEqual([]);
  });
});

describe("environment.md", () => {
  const page = pages["environment.md"] ?? "";
  const notified = new Set([...page.matchAll(/`([A-Z][A-Z0-9_]{3,})`/g)].map(([, name = ""]) => name));
  const namesIn = (files: readonly string[], form: RegExp): Set<string> =>
    new Set(files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(form)].map(([, name = ""]) => name)));
  const perSignal = /^OTEL_EXPORTER_OTLP_(?:TRACES|METRICS|LOGS)_(?!TEMPORALITY)/;

  test("names every variable that the program reads", () => {
    const read = namesIn(globSync("src/**/*.ts"), /(?:env\["|variable\(env, "|"(?=OTEL_))([A-Z][A-Z0-9_]+)"/g);
    expect(read.size).toBeGreaterThan(14);
    expect([...read].filter((name) => !notified.has(name) && !perSignal.test(name))).toEqual([]);
    const files = namesIn(globSync("src/app/*.ts"), /"([A-Z]+_(?:CA|CERT|KEY)_FILE)"/g);
    expect([...files].filter((name) => !notified.has(name))).toEqual([]);
  });

  test("names every variable that the SDK reads, and none that nobody does", () => {
    const sdk = globSync(
      "node_modules/@opentelemetry/{sdk-node,sdk-metrics,otlp-*,exporter-{prometheus,*-otlp-*},resources}/dist/**/*.mjs",
    );
    const read = namesIn(sdk, /FromEnv\w*\(["'](OTEL_[A-Z_]+[A-Z])["']/g);
    expect(read.size).toBeGreaterThan(30);
    expect([...read].filter((name) => !notified.has(name) && !perSignal.test(name))).toEqual([]);
    const known = [...sdk, ...globSync("src/**/*.ts")].map((file) => readFileSync(file, "utf8")).join("\n");
    const strange = [...notified].filter((name) => name.startsWith("OTEL_") && !known.includes(name));
    expect(strange).toEqual([]);
  });
});
