import { nothingUsed, type Used, windowOf } from "../judgement/spend/budget.ts";
import type { Overdraft } from "../judgement/spend/overdraft.ts";
import type { SpendStore } from "../upkeep/check-spend.ts";
import type { SloStore } from "../upkeep/check-slo.ts";
import { flag, iso, number, optionalNumber, optionalText, rowSchema, sum, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { usedRow } from "./rows.ts";
import { correctedSince } from "./spend-corrections.ts";
import { sql } from "./sql.ts";
import { tally } from "./tallies.ts";

const overdraftRow = rowSchema<Overdraft>({
  probeId: text("probe_id"),
  model: text("model"),
  atMs: timeMs("at"),
  tokens: number("tokens"),
  plannedTokens: number("planned_tokens"),
  microUsd: optionalNumber("micro_usd"),
  plannedMicroUsd: optionalNumber("planned_micro_usd"),
  isExplained: flag("is_explained"),
});

const latelyRow = rowSchema<Used & { sinceMs: number; target: string | undefined }>({
  sinceMs: timeMs("since", "k.since"),
  target: optionalText("target", "s.target"),
  microUsd: sum("micro_usd", "sum(s.micro_usd)"),
  tokens: sum("tokens", "sum(s.tokens)"),
  requests: sum("requests", "sum(s.requests)"),
});

const skippedRow = rowSchema({
  target: text("target"),
  runs: number("runs", "count(*)"),
});

/** Sums over runs and ledger, by target. */
export function createSpendStore(db: Database): SpendStore & SloStore {
  return {
    async countedIn(objectives, lengthsMs, nowMs) {
      const starts = lengthsMs.map((length) => nowMs - length);
      const found = await tally(db, objectives, starts, nowMs);
      return objectives.map(({ target, underMs = 0 }) => {
        const own = found.filter((it) => it.target === target && it.underMs === underMs);
        return new Map(own.map(({ sinceMs, runs, bad }) => [nowMs - sinceMs, { runs, bad }]));
      });
    },

    async usedIn(targets, sinceMs, nowMs) {
      const keys = targets.map((target) => ({ target }));
      const found = await tally(db, keys, sinceMs, nowMs);
      const corrected = await correctedSince(db, targets, sinceMs, nowMs);
      return sinceMs.map((since) => usedByTarget([...found, ...corrected].filter((it) => it.sinceMs === since)));
    },

    async usedUnder(caps, nowMs) {
      if (caps.length === 0) return [];
      const wanted = caps.map(({ scope, span, targets }, n) => ({
        n,
        scope,
        span,
        targets,
        starts: iso(windowOf(span, nowMs).startMs),
      }));
      return db.select(
        usedRow,
        sql`
        SELECT greatest(u.micro_usd, b.micro_usd) AS micro_usd, greatest(u.tokens, b.tokens) AS tokens,
          greatest(u.requests, b.requests) AS requests
        FROM jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
          AS k(n int, scope text, span text, targets jsonb, starts timestamptz)
        CROSS JOIN LATERAL plumbline.used_under(k.scope, k.targets, k.span, k.starts) u
        LEFT JOIN plumbline.budgets b ON b.scope = k.scope AND b.span = k.span AND b.starts = k.starts
        ORDER BY k.n`,
      );
    },

    async usedLately(sinceMs, nowMs) {
      const earliest = iso(windowOf("hour", sinceMs).startMs);
      // The ledger began at some moment of its first hour, which is left out: a rate needs whole hours.
      const rows = await db.select(
        latelyRow,
        sql`
        WITH known AS (
          SELECT greatest(${earliest}::timestamptz, coalesce(min(hour) + interval '1 hour', ${iso(nowMs)}::timestamptz)) AS since
          FROM plumbline.spend_hours)
        SELECT ${latelyRow.columns}
        FROM known k LEFT JOIN plumbline.spend_hours s ON s.hour >= k.since AND s.hour <= ${iso(nowMs)}::timestamptz
        GROUP BY k.since, s.target`,
      );
      const found = rows.flatMap(({ target, ...row }) => (target === undefined ? [] : [{ ...row, target }]));
      return { sinceMs: Math.min(nowMs, rows[0]?.sinceMs ?? nowMs), byTarget: usedByTarget(found) };
    },

    overdraftsSince: (sinceMs) => overdraftsSince(db, sinceMs),

    async skippedSince(sinceMs) {
      const rows = await db.select(
        skippedRow,
        sql`
        SELECT ${skippedRow.columns} FROM plumbline.runs
        WHERE slot >= ${iso(sinceMs)}::timestamptz AND state = 'skipped' AND reason = 'spend-cap' GROUP BY target`,
      );
      return new Map(rows.map(({ target, runs }) => [target, runs]));
    },
  };
}

function overdraftsSince(db: Database, sinceMs: number): Promise<Overdraft[]> {
  return db.select(
    overdraftRow,
    sql`
        SELECT ${overdraftRow.columns} FROM (
          SELECT o.*, EXISTS (SELECT 1 FROM plumbline.incidents i CROSS JOIN LATERAL jsonb_to_record(i.body)
              AS b(kind text, "firstBadSlotMs" float8, "resolvedAtMs" float8)
            WHERE i.probe_id = o.probe_id AND b.kind IN ('usage', 'budget')
              AND o.at >= to_timestamp(b."firstBadSlotMs" / 1000)
              AND (i.state <> 'resolved' OR o.at <= to_timestamp(b."resolvedAtMs" / 1000))) AS is_explained
          FROM plumbline.overdrafts o WHERE o.at > ${iso(sinceMs)}::timestamptz) AS o
        ORDER BY probe_id, model`,
  );
}

function usedByTarget(rows: readonly (Used & { readonly target: string })[]): ReadonlyMap<string, Used> {
  const sums = new Map<string, Used>();
  for (const { target, microUsd, tokens, requests } of rows) {
    const before = sums.get(target) ?? nothingUsed;
    sums.set(target, {
      microUsd: before.microUsd + microUsd,
      tokens: before.tokens + tokens,
      requests: before.requests + requests,
    });
  }
  return sums;
}
