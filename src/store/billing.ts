import { sql, type Kysely } from "kysely";
import type { BillingStore, NumbersRead } from "../upkeep/check-billing.ts";
import { count, epochMs, iso, type Row } from "./rows.ts";

/** What looks at a provider's figures have read, and what our runs have used beside it. */
export function createBillingStore(db: Kysely<never>): BillingStore {
  return {
    async figuresOf(probeId, sinceMs) {
      const { rows } = await sql<Row>`
        SELECT slot, observations->0->'outcome'->'numbers' AS numbers FROM plumbline.runs
        WHERE probe_id = ${probeId} AND slot >= ${iso(sinceMs)}::timestamptz AND state = 'done'
          AND observations->0->'outcome'->'numbers' IS NOT NULL ORDER BY slot`.execute(db);
      return rows.map((row) => ({ atMs: epochMs(row["slot"]), numbers: row["numbers"] as NumbersRead }));
    },

    async oursBetween(targets, fromMs, toMs) {
      const { rows } = await sql<Row>`
        SELECT sum(coalesce(r.micro_usd, r.reserved_micro_usd, 0)) AS micro_usd,
          sum(coalesce(r.tokens, r.reserved_tokens, 0)) AS tokens, sum(coalesce(r.requests, 0)) AS requests,
          sum(o.retries) AS retries, sum(o.failed) AS failed
        FROM plumbline.runs r CROSS JOIN LATERAL (
          SELECT coalesce(sum((e->>'attempts')::int - 1), 0) AS retries, count(*) FILTER (
            WHERE e->'outcome'->>'kind' = 'fault' OR (e->'outcome'->>'status')::int >= 400) AS failed
          FROM jsonb_array_elements(coalesce(r.observations, '[]'::jsonb)) AS e) AS o
        WHERE coalesce(r.billed_to, r.target) = ANY(${targets}::text[]) AND r.scenario <> 'billing-figures' AND r.slot >= ${iso(fromMs)}::timestamptz
          AND r.slot < ${iso(toMs)}::timestamptz AND r.state IN ('done', 'interrupted')`.execute(db);
      const [row = {}] = rows;
      return {
        microUsd: count(row["micro_usd"]),
        tokens: count(row["tokens"]),
        requests: count(row["requests"]),
        retries: count(row["retries"]),
        failed: count(row["failed"]),
      };
    },
  };
}
