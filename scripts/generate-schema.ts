import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "json-schema-to-typescript";
import { z } from "zod";
import { alertJsonSchema } from "../src/notify/compose/alert-schema.ts";
import { configSchema } from "../src/config/schema.ts";

const jsonOf = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;

/**
 * Writes the schemas in config/, for editors and for those who parse alerts, and the type of an alert, for those who do so
 * in TypeScript; with --check only reports which are stale.
 */
const alert = alertJsonSchema();
const files: readonly (readonly [file: string, text: string])[] = [
  ["config/schema.json", jsonOf(z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }))],
  ["config/alert.schema.json", jsonOf(alert)],
  ["config/alert.d.ts", await compile({ ...alert, title: "AlertWebhook" }, "AlertWebhook", { bannerComment: "" })],
];

for (const [file, text] of files) {
  const url = new URL(`../${file}`, import.meta.url);
  if (!process.argv.includes("--check")) writeFileSync(url, text);
  else if (readFileSync(url, "utf8") !== text) {
    process.stderr.write(`${file} is stale: npm run schema writes it anew\n`);
    process.exitCode = 1;
  }
}
