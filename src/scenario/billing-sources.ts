import type { BillingSource, Target } from "../probe/target.ts";
import type { Call } from "./scenario.ts";
import { noQuestion } from "./steps.ts";

/** How one provider is asked for its own figures. All are read before and after: the difference is what it counted. */
interface Source {
  readonly baseUrl: (target: Target) => string;
  readonly path: (nowMs: number) => string;
  readonly keyQuery?: string;
  /** `requests`, `tokens` and `usd` as far as they are reported; some are a running total, some that of a day. */
  readonly read: Readonly<Record<string, string>>;
  /** What one unit of `usd` is worth. */
  readonly usdPerUnit?: number;
  /** Its figures begin anew with every day (UTC). Of others it is seen when they do. */
  readonly isDaily?: true;
}

const dayMs = 86_400_000;
const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const ownOrigin = ({ baseUrl }: Target): string => new URL(baseUrl).origin;

export const billingSources: Readonly<Record<BillingSource["kind"], Source>> = {
  openrouter: { baseUrl: ({ baseUrl }) => baseUrl, path: () => "/key", read: { usd: "data.usage" } },
  litellm: {
    baseUrl: ownOrigin,
    path: () => "/key/info",
    read: { usd: "info.spend" },
  },
  openai: {
    baseUrl: ({ baseUrl }) => baseUrl,
    path: (nowMs) => `/organization/usage/completions?start_time=${Math.floor(nowMs / dayMs) * 86_400}&bucket_width=1d`,
    read: {
      requests: "data.*.results.*.num_model_requests",
      input: "data.*.results.*.input_tokens",
      output: "data.*.results.*.output_tokens",
    },
    isDaily: true,
  },
  "new-api": {
    baseUrl: ({ baseUrl }) => baseUrl,
    path: () => "/dashboard/billing/usage",
    read: { usd: "total_usage" },
    usdPerUnit: 0.01,
  },
  cometapi: {
    baseUrl: () => "https://query.cometapi.com",
    path: (nowMs) => `/user/quota?start_date=${day(nowMs)}&end_date=${day(nowMs)}`,
    keyQuery: "key",
    read: { requests: "request_count", usd: "total_used_quota" },
  },
};

/** One look at the provider's figures. */
export function billingCall(target: Target, source: BillingSource, nowMs: number): Omit<Call, "name"> {
  const { baseUrl, path, keyQuery, read } = billingSources[source.kind];
  const service: Target = {
    ...target,
    name: `billing of ${target.name}`,
    baseUrl: (source.url ?? baseUrl(target)).replace(/\/+$/, ""),
    key: source.key ?? target.key,
  };
  return {
    ask: noQuestion,
    credential: "configured",
    target: service,
    method: "GET",
    path: path(nowMs),
    keyQuery,
    read,
    afterMs: source.lagMs,
  };
}
