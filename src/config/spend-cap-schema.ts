import { z } from "zod";
import type { SpendCap } from "../probe/target.ts";
import { secret } from "../probe/reference-schemas.ts";
import { money } from "../probe/text-schemas.ts";

const tokens = (span: string) =>
  z
    .int()
    .min(1)
    .optional()
    .meta({ description: `tokens per ${span}`, examples: [200_000] });
const requests = (span: string) =>
  z
    .int()
    .min(1)
    .optional()
    .meta({ description: `requests per ${span}, including retries`, examples: [600] });

const capFields = z.strictObject({
  perHour: money.optional().describe("money per hour"),
  perDay: money.optional().describe("money per day"),
  perMonth: money.optional().describe("money per month"),
  tokensPerHour: tokens("hour"),
  tokensPerDay: tokens("day"),
  tokensPerMonth: tokens("month"),
  requestsPerHour: requests("hour"),
  requestsPerDay: requests("day"),
  requestsPerMonth: requests("month"),
});

/** One span of a section of caps; whose caps they are is added where they apply. */
export type Cap = Omit<SpendCap, "scope" | "targets">;

const spans = { hour: "Hour", day: "Day", month: "Month" } as const;
const isSpan = (name: string): name is keyof typeof spans => Object.hasOwn(spans, name);

function capsIn(given: z.output<typeof capFields>): Cap[] {
  const caps = Object.keys(spans)
    .filter(isSpan)
    .map((span) => ({
      span,
      microUsd: given[`per${spans[span]}`],
      tokens: given[`tokensPer${spans[span]}`],
      requests: given[`requestsPer${spans[span]}`],
    }));
  return caps.filter(({ microUsd, tokens: most, requests: times }) => (microUsd ?? most ?? times) !== undefined);
}

/** The key of a section that caps money in a span. */
export function moneyKey({ span }: Cap): `per${(typeof spans)[keyof typeof spans]}` {
  return `per${spans[span]}`;
}

/** The most that may be used, by calendar hour, day and month of UTC. */
export const spendCap = capFields.transform(capsIn).meta({
  title: "caps",
  description: "limits per calendar hour, day and month in UTC; whatever is omitted has no limit",
});

export const keyCap = capFields
  .extend({
    key: secret.meta({
      description: "the targets with this key share the caps: the same reference as in the targets",
      examples: [{ env: "COMETAPI_KEY" }],
    }),
  })
  .transform(({ key, ...caps }) => ({ key, caps: capsIn(caps) }));
