import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { valueRows, withValueTable } from "../../scripts/helm-values.ts";

const values = readFileSync("helm/values.yaml", "utf8");
const schema = readFileSync("helm/values.schema.json", "utf8");
const rows = valueRows(values, schema);

test("the table of values in the chart's README is what npm run helm:docs writes", () => {
  const readme = readFileSync("helm/README.md", "utf8");
  expect(readme).toBe(withValueTable(readme, rows));
});

test("every value has its row, with a type and what it is for", () => {
  expect(rows.filter(({ type, description }) => type === "" || description === "")).toEqual([]);
  const paths = rows.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(Object.keys(parse(values) as object)));
  for (const path of ["image.digest", "migration.enabled", "podDefaults.affinity", "workers[].keda.latenessSeconds"]) {
    expect(paths).toContain(path);
  }
  expect(new Set(paths).size).toBe(paths.length);
});

test("a comment wins over the schema's words, and a value that nobody explains is seen", () => {
  const text = "# First.\na: 1\nb:\n  # Inside.\n  c: [x]\nd: {}\n";
  const properties = {
    a: { type: "integer", description: "not this" },
    b: { type: "object", properties: { c: { $ref: "#/definitions/list" } } },
    d: { type: "object" },
  };
  const definitions = {
    list: { type: "array", items: { type: "object", properties: { e: { enum: ["x", "y"], description: "One." } } } },
  };
  expect(valueRows(text, JSON.stringify({ properties, definitions }))).toEqual([
    { path: "a", type: "whole number", preset: "1", description: "First." },
    { path: "b", type: "object", preset: "", description: "" },
    { path: "b.c", type: "list", preset: '["x"]', description: "Inside." },
    { path: "b.c[].e", type: "x, y", preset: "", description: "One." },
    { path: "d", type: "object", preset: "{}", description: "" },
  ]);
});
