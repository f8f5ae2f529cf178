import fc from "fast-check";
import { expect, test } from "vitest";
import { compileSchema, type SchemaFault } from "../../src/std/json-schema.ts";
import type { Json, JsonObject } from "../../src/std/json.ts";

function faultIn(schema: JsonObject, value: Json): SchemaFault | undefined {
  const compiled = compileSchema(schema);
  if ("problem" in compiled) throw new Error(compiled.problem);
  return compiled.faultIn(value);
}

const order: JsonObject = {
  type: "object",
  properties: { items: { type: "array", items: { $ref: "#/$defs/item" } }, note: { type: ["string", "null"] } },
  required: ["items"],
  additionalProperties: { type: "integer" },
  $defs: { item: { type: "object", properties: { price: { type: "number", minimum: 0 } }, required: ["price"] } },
};

test.each<[Json, SchemaFault | undefined]>([
  [{ items: [{ price: 1.5 }], note: null }, undefined],
  [[], { path: "$", keyword: "type" }],
  [{}, { path: "$", keyword: "required items" }],
  [{ items: [{ price: 1 }, { price: -1 }] }, { path: "$.items[].price", keyword: "minimum" }],
  [{ items: [{}] }, { path: "$.items[]", keyword: "required price" }],
  [
    { items: [], "Ada Lovelace": "secret" },
    { path: "$.*", keyword: "type" },
  ],
])("%j breaks %j", (value, fault) => {
  expect(faultIn(order, value)).toEqual(fault);
});

test("a pattern that would hang takes no longer than its text", () => {
  const startedMs = performance.now();
  expect(faultIn({ pattern: "^(a+)+$" }, `${"a".repeat(50_000)}!`)).toEqual({ path: "$", keyword: "pattern" });
  expect(faultIn({ patternProperties: { "^(a|a)*$": false } }, { [`${"a".repeat(50_000)}b`]: 1 })).toBeUndefined();
  expect(performance.now() - startedMs).toBeLessThan(20_000);
});

test("a value too large to be compared is a fault, and is not compared", () => {
  const value = Array.from({ length: 100_000 }, (_, n) => ({ n }));
  expect(faultIn({ uniqueItems: true }, value)).toEqual({ path: "$", keyword: "at most 5000 values" });
});

test.each<[JsonObject, string]>([
  [{ type: "text" }, "type"],
  [{ requird: ["a"] }, "requird"],
  [{ $ref: "https://example.com/schema.json" }, "reference"],
  [{ pattern: "(?=a)" }, "invalid"],
  [{ title: "x".repeat(200_000) }, "too long"],
])("%j is no schema", (schema, words) => {
  expect(compileSchema(schema)).toMatchObject({ problem: expect.stringContaining(words) });
});

test("no name or value of the answer is in a fault", () => {
  const canary = "zq7canary";
  const named = fc.dictionary(
    fc.string().map((text) => `${canary}${text}`),
    fc.constantFrom<Json>(canary, [canary], 1),
  );
  const schema = { properties: { a: { type: "object", additionalProperties: { type: "array", items: false } } } };
  fc.assert(
    fc.property(named, (value) => {
      expect(JSON.stringify(faultIn(schema, { a: value }) ?? null)).not.toContain(canary);
    }),
  );
});
