import { z } from "zod";
import { exitCodes } from "../../src/cli/io.ts";
import { days, match, pattern, timeOfDay } from "../../src/config/alerting-schemas.ts";
import { date } from "../../src/config/audit-schema.ts";
import { path, schemaFile } from "../../src/config/contract-schema.ts";
import { chat } from "../../src/receivers/chat.ts";
import { mailAddress } from "../../src/receivers/email/receiver.ts";
import { httpUrl, secret, urlOrEnv } from "../../src/probe/reference-schemas.ts";
import { address, configSchema } from "../../src/config/schema.ts";
import { spendCap } from "../../src/config/spend-cap-schema.ts";
import { addressRange, cron, duration, money, size, slug, timeZone } from "../../src/probe/text-schemas.ts";
import { documentOf } from "../../src/web/openapi.ts";
import { type ApiDocument, apiPage } from "./api-page.ts";
import { everything } from "./everything-served.ts";
import { cliPage } from "./cli-page.ts";
import type { FieldNode } from "./config-nodes.ts";
import { configPage } from "./config-page.ts";
import { environmentPage } from "./environment-page.ts";
import { metricsPage } from "./metrics-page.ts";
import { scenariosPage } from "./scenarios-page.ts";
import { spansPage } from "./spans-page.ts";

const texts = [
  duration,
  money,
  size,
  slug,
  secret,
  httpUrl,
  urlOrEnv,
  address,
  addressRange,
  cron,
  timeZone,
  date,
  days,
  timeOfDay,
  pattern,
  path,
  schemaFile,
  mailAddress,
];

const exitMeanings = [
  [exitCodes.fine, "done, and all is well"],
  [exitCodes.internal, "internal error: a bug, or a second signal"],
  [exitCodes.usage, "wrong usage, a configuration with mistakes, or a refusal: nothing was done"],
  [exitCodes.drifted, "failed or drifted"],
  [exitCodes.inconclusive, "inconclusive: the run says nothing about the target"],
  [exitCodes.unhealthy, "the monitor itself is not well, or does not answer"],
] as const;

/** Every page of docs/reference, as it should be. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  const shared = { texts: texts.map(schemaOf), maps: [chat, match, spendCap].map(schemaOf) };
  return {
    "config.md": configPage(schemaOf(configSchema), shared),
    "scenarios.md": scenariosPage(),
    "cli.md": await cliPage(exitMeanings),
    "api.md": apiPage(documentOf(everything()) as unknown as ApiDocument),
    "metrics.md": metricsPage(),
    "spans.md": spansPage(),
    "environment.md": environmentPage(),
  };
}

function schemaOf(schema: z.ZodType): FieldNode {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as FieldNode;
}
