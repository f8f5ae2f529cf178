import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Digest } from "../notify/compose/digest-message.ts";
import type { BlindStore } from "../upkeep/blindness.ts";
import type { DigestStore } from "../upkeep/digest.ts";
import { iso, json, number, optionalText, optionalTimeMs, type RowSchema, rowSchema, text } from "./columns.ts";
import type { Database } from "./database.ts";
import { writeIncidents } from "./incidents.ts";
import { seriesMemoryRow } from "./rows.ts";
import { sql } from "./sql.ts";

const sinceColumn = rowSchema({
  sinceMs: optionalTimeMs(
    "since",
    "(SELECT min(b.accepted_at) FROM plumbline.baselines b WHERE b.series_id = s.series_id)",
  ),
});
const judgedRow: RowSchema<SeriesMemory & { readonly sinceMs: number | undefined }> = {
  columns: sql`${seriesMemoryRow.columns}, ${sinceColumn.columns}`,
  decode: (row) => ({ ...seriesMemoryRow.decode(row), ...sinceColumn.decode(row) }),
};

const noteRow = rowSchema({
  probeId: text("probe_id"),
  what: text("what"),
  expected: text("expected"),
  observed: text("observed"),
});

const suspectedRow = rowSchema({ probeId: text("probe_id"), label: text("label", "body ->> 'label'") });
const dayRow = rowSchema({ day: optionalText("day", "min(to_date(right(c.relname, 8), 'YYYYMMDD'))::text") });
const pagesRow = rowSchema({ notified: number("notified"), noise: number("noise") });
const digestRow = rowSchema<{ digest: Digest }>({ digest: json("body") });

/** The loop is free between them: unpacking the states of more takes a tenth of a second. */
const probesAtOnce = 25;

/** What digests are made of, and those that were made. */
export function createDigestStore(db: Database): Omit<DigestStore, "fleet" | keyof BlindStore> {
  return {
    async judgedSince(probeIds, sinceMs) {
      const judged: Awaited<ReturnType<DigestStore["judgedSince"]>>[number][] = [];
      for (let first = 0; first < probeIds.length; first += probesAtOnce) {
        const rows = await db.select(
          judgedRow,
          sql`
          SELECT ${judgedRow.columns} FROM plumbline.series_memory s
          WHERE probe_id = ANY(${probeIds.slice(first, first + probesAtOnce)}::text[]) AND version IS NOT NULL
          ORDER BY probe_id, series_id`,
        );
        for (const { series, reading, lastSlotMs, sinceMs: acceptedAtMs } of rows) {
          if (reading === undefined || acceptedAtMs === undefined || lastSlotMs < sinceMs) continue;
          judged.push({ id: series.id, probeId: series.probeId, label: series.label, reading, sinceMs: acceptedAtMs });
        }
      }
      return judged;
    },

    memories: (seriesIds) =>
      db.select(
        seriesMemoryRow,
        sql`SELECT ${seriesMemoryRow.columns} FROM plumbline.series_memory WHERE series_id = ANY(${[...seriesIds]}::text[])`,
      ),

    notesSince: (probeIds, sinceMs) => informativeNotes(db, probeIds, sinceMs),

    suspectedSince: (probeIds, sinceMs) =>
      db.select(
        suspectedRow,
        sql`
        SELECT ${suspectedRow.columns} FROM plumbline.incidents
        WHERE state = 'suspected' AND probe_id = ANY(${[...probeIds]}::text[]) AND (body ->> 'goodInARow')::int = 0
          AND (body ->> 'lastSlotMs')::float8 >= ${sinceMs}::float8
        ORDER BY (body ->> 'lastSlotMs')::float8 DESC, fingerprint`,
      ),

    // Transitions go with the runs of their day.
    async keptSinceMs(nowMs) {
      const [oldest] = await db.select(
        dayRow,
        sql`
        SELECT ${dayRow.columns} FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'plumbline.runs'::regclass AND c.relname ~ '^runs_[0-9]{8}$'`,
      );
      return oldest?.day === undefined ? nowMs : Math.min(nowMs, Date.parse(`${oldest.day}T00:00:00Z`));
    },

    pagesSince: (sinceMs) => countPages(db, sinceMs),

    endDay: ({ beforeMs, atMs, digest, outbox }) =>
      db.transaction(async (tx) => {
        const before = beforeMs === 0 ? null : iso(beforeMs);
        const ended = await tx.execute(sql`
          UPDATE plumbline.fleet SET daily_at = ${iso(atMs)}::timestamptz
          WHERE daily_at IS NOT DISTINCT FROM ${before}::timestamptz RETURNING single`);
        if (ended.length === 0) return false;
        if (digest !== undefined) {
          await tx.execute(sql`
            INSERT INTO plumbline.digests (at, "from", body)
            VALUES (${iso(atMs)}::timestamptz, ${iso(beforeMs)}::timestamptz, ${JSON.stringify(digest)}::jsonb)`);
        }
        await writeIncidents(tx, { incidents: [], transitions: [], outbox });
        return true;
      }),

    async lastDigest() {
      const [last] = await db.select(
        digestRow,
        sql`SELECT ${digestRow.columns} FROM plumbline.digests ORDER BY at DESC LIMIT 1`,
      );
      return last?.digest;
    },
  };
}

function informativeNotes(
  db: Database,
  probeIds: readonly string[],
  sinceMs: number,
): Promise<Awaited<ReturnType<DigestStore["notesSince"]>>> {
  return db.select(
    noteRow,
    sql`
        SELECT ${noteRow.columns} FROM (
          SELECT DISTINCT ON (r.probe_id, f ->> 'subject') r.probe_id, r.slot, f ->> 'subject' AS what,
            f ->> 'expected' AS expected, f ->> 'observed' AS observed
          FROM plumbline.runs r CROSS JOIN LATERAL jsonb_array_elements(r.findings) f
          WHERE r.slot >= ${iso(sinceMs)}::timestamptz AND r.probe_id = ANY(${[...probeIds]}::text[])
            AND r.state = 'done' AND r.findings @> '[{"severity": "informative"}]' AND f ->> 'severity' = 'informative'
            AND f ->> 'kind' IN ('availability', 'latency', 'usage', 'budget')
          ORDER BY r.probe_id, f ->> 'subject', r.slot DESC) AS newest
        ORDER BY slot DESC, probe_id, what`,
  );
}

async function countPages(db: Database, sinceMs: number): ReturnType<DigestStore["pagesSince"]> {
  const [pages = { notified: 0, noise: 0 }] = await db.select(
    pagesRow,
    sql`
        WITH paged AS (
          SELECT t.incident_id FROM plumbline.transitions t
          WHERE t.at >= ${iso(sinceMs)}::timestamptz AND t.kind = 'opened' AND t.routes @> '[{"notified": true}]'
            AND (t.incident -> 'group' ->> 'reason' = 'moved-together' OR (t.incident ->> 'confirmation' = 'many-runs'
              AND t.incident ->> 'kind' IN ('availability', 'latency', 'usage')))
            AND NOT EXISTS (
              SELECT FROM plumbline.outbox o JOIN plumbline.outbox c ON c.id = o.superseded_by
              WHERE o.incident_id = t.incident_id AND o.sequence = t.sequence AND c.incident_id <> o.incident_id))
        SELECT count(*) AS notified, count(*) FILTER (
          WHERE incident_id IN (SELECT subject FROM plumbline.acts WHERE what = 'mark-noise')) AS noise
        FROM paged`,
  );
  return pages;
}
