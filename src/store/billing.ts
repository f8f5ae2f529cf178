import type { BillingStore, NumbersRead } from "../upkeep/check-billing.ts";
import { iso, json, rowSchema, sum, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

const figuresRow = rowSchema<{ atMs: number; numbers: NumbersRead }>({
  atMs: timeMs("slot"),
  numbers: json("numbers", "observations->0->'outcome'->'numbers'"),
});

const oursRow = rowSchema({
  microUsd: sum("micro_usd", "sum(coalesce(r.micro_usd, r.reserved_micro_usd, 0))"),
  tokens: sum("tokens", "sum(coalesce(r.tokens, r.reserved_tokens, 0))"),
  requests: sum("requests", "sum(coalesce(r.requests, 0))"),
  retries: sum("retries", "sum(o.retries)"),
  failed: sum("failed", "sum(o.failed)"),
});

/** What probes have read of a provider's billing figures, and what our runs have used beside it. */
export function createBillingStore(db: Database): BillingStore {
  return {
    figuresOf: (probeId, sinceMs) =>
      db.select(
        figuresRow,
        sql`
        SELECT ${figuresRow.columns} FROM plumbline.runs
        WHERE probe_id = ${probeId} AND slot >= ${iso(sinceMs)}::timestamptz AND state = 'done'
          AND observations->0->'outcome'->'numbers' IS NOT NULL ORDER BY slot`,
      ),

    async oursBetween(targets, fromMs, toMs) {
      const [ours = { microUsd: 0, tokens: 0, requests: 0, retries: 0, failed: 0 }] = await db.select(
        oursRow,
        sql`
        SELECT ${oursRow.columns} FROM plumbline.runs r CROSS JOIN LATERAL (
          SELECT coalesce(sum((e->>'attempts')::int - 1), 0) AS retries, count(*) FILTER (
            WHERE e->'outcome'->>'kind' = 'fault' OR (e->'outcome'->>'status')::int >= 400) AS failed
          FROM jsonb_array_elements(coalesce(r.observations, '[]'::jsonb)) AS e) AS o
        WHERE coalesce(r.billed_to, r.target) = ANY(${targets}::text[]) AND r.scenario <> 'billing-figures'
          AND r.slot >= ${iso(fromMs)}::timestamptz AND r.slot < ${iso(toMs)}::timestamptz AND r.state IN ('done', 'interrupted')`,
      );
      return ours;
    },
  };
}
