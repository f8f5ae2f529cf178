import { z } from "zod";
import { days, match, pattern, timeOfDay } from "../../src/config/alerting-schemas.ts";
import { date } from "../../src/config/audit-schema.ts";
import { path, schemaFile } from "../../src/config/contract-schema.ts";
import { chat, mailAddress } from "../../src/config/receiver-schemas.ts";
import { httpUrl, secret, urlOrEnv } from "../../src/config/reference-schemas.ts";
import { address, configSchema } from "../../src/config/schema.ts";
import { spendCap } from "../../src/config/target-schema.ts";
import { cron, duration, money, size, slug, timeZone } from "../../src/config/text-schemas.ts";
import type { FieldNode } from "./config-nodes.ts";
import { configPage } from "./config-page.ts";

const texts = [
  ...[duration, money, size, slug, secret, httpUrl, urlOrEnv, address, cron, timeZone, date, days, timeOfDay, pattern],
  ...[path, schemaFile, mailAddress],
];

/** Every page of docs/reference, as it should be. */
export function referencePages(): Readonly<Record<string, string>> {
  const shared = { texts: texts.map(schemaOf), maps: [chat, match, spendCap].map(schemaOf) };
  return {
    "config.md": configPage(schemaOf(configSchema), shared),
  };
}

function schemaOf(schema: z.ZodType): FieldNode {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as FieldNode;
}
