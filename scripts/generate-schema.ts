import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { configSchema } from "../src/config/schema.ts";

/** Writes config/schema.json for editors; with --check only tells whether it is stale. */
const file = new URL("../config/schema.json", import.meta.url);
const text = `${JSON.stringify(z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }), null, 2)}\n`;

if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  process.stderr.write("config/schema.json is stale: npm run schema writes it anew\n");
  process.exitCode = 1;
}
