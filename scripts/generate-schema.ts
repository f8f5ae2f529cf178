import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { alertJsonSchema } from "../src/notify/compose/alert-schema.ts";
import { configSchema } from "../src/config/schema.ts";

/** Writes the schemas in config/, for editors and for those who parse alerts; with --check only tells which are stale. */
const schemas: readonly (readonly [file: string, schema: object])[] = [
  ["config/schema.json", z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" })],
  ["config/alert.schema.json", alertJsonSchema()],
];

for (const [file, schema] of schemas) {
  const url = new URL(`../${file}`, import.meta.url);
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (!process.argv.includes("--check")) writeFileSync(url, text);
  else if (readFileSync(url, "utf8") !== text) {
    process.stderr.write(`${file} is stale: npm run schema writes it anew\n`);
    process.exitCode = 1;
  }
}
