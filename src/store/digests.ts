import { type Kysely, sql } from "kysely";
import type { Digest } from "../notify/compose/digest-message.ts";
import { readReading } from "../baseline/reading.ts";
import type { DigestStore } from "../upkeep/digest.ts";
import type { Json } from "../std/json.ts";
import { writeIncidents } from "./incidents.ts";
import { count, epochMs, iso, type Row, seriesMemory, text } from "./rows.ts";

/** What digests are made of, and those that were made. */
export function createDigestStore(db: Kysely<never>): Omit<DigestStore, "fleet"> {
  return {
    async judgedSince(probeIds, sinceMs) {
      const { rows } = await sql<Row>`
        SELECT s.series_id, s.probe_id, s.label, s.reading,
          (SELECT min(b.accepted_at) FROM plumbline.baselines b WHERE b.series_id = s.series_id) AS since
        FROM plumbline.series s WHERE s.probe_id = ANY(${[...probeIds]}::text[]) AND s.reading IS NOT NULL
          AND s.last_slot >= ${iso(sinceMs)}::timestamptz
        ORDER BY s.probe_id, s.series_id`.execute(db);
      return rows.flatMap((row) => {
        const reading = readReading(row["reading"] as Json);
        if (reading === undefined || row["since"] === null) return [];
        const [id, probeId, label] = [text(row["series_id"]), text(row["probe_id"]), text(row["label"])];
        return [{ id, probeId, label, reading, sinceMs: epochMs(row["since"]) }];
      });
    },

    async memories(seriesIds) {
      const { rows } = await sql<Row>`
        SELECT s.*, b.version, b.n, b.learned, b.accepted_at, b.accepted_by, b.why, b.trace_id, b.span_id
        FROM plumbline.series s LEFT JOIN LATERAL (
          SELECT * FROM plumbline.baselines WHERE series_id = s.series_id ORDER BY version DESC LIMIT 1) b ON true
        WHERE s.series_id = ANY(${[...seriesIds]}::text[])`.execute(db);
      return rows.map(seriesMemory);
    },

    async notesSince(probeIds, sinceMs) {
      const { rows } = await sql<Row>`
        SELECT * FROM (
          SELECT DISTINCT ON (r.probe_id, f ->> 'subject') r.probe_id, r.slot, f ->> 'subject' AS what,
            f ->> 'expected' AS expected, f ->> 'observed' AS observed
          FROM plumbline.runs r CROSS JOIN LATERAL jsonb_array_elements(r.findings) f
          WHERE r.slot >= ${iso(sinceMs)}::timestamptz AND r.probe_id = ANY(${[...probeIds]}::text[])
            AND r.state = 'done' AND r.findings @> '[{"severity": "informative"}]' AND f ->> 'severity' = 'informative'
            AND f ->> 'kind' IN ('availability', 'latency', 'usage', 'budget')
          ORDER BY r.probe_id, f ->> 'subject', r.slot DESC) AS newest
        ORDER BY slot DESC, probe_id, what`.execute(db);
      return rows.map((row) => ({
        probeId: text(row["probe_id"]),
        what: text(row["what"]),
        expected: text(row["expected"]),
        observed: text(row["observed"]),
      }));
    },

    async suspectedSince(probeIds, sinceMs) {
      const { rows } = await sql<Row>`
        SELECT probe_id, body ->> 'label' AS label FROM plumbline.incidents
        WHERE state = 'suspected' AND probe_id = ANY(${[...probeIds]}::text[]) AND (body ->> 'goodInARow')::int = 0
          AND (body ->> 'lastSlotMs')::float8 >= ${sinceMs}::float8
        ORDER BY (body ->> 'lastSlotMs')::float8 DESC, fingerprint`.execute(db);
      return rows.map((row) => ({ probeId: text(row["probe_id"]), label: text(row["label"]) }));
    },

    // Transitions go with the runs of their day.
    async keptSinceMs(nowMs) {
      const { rows } = await sql<Row>`
        SELECT min(to_date(right(c.relname, 8), 'YYYYMMDD'))::text AS day
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'plumbline.runs'::regclass AND c.relname ~ '^runs_[0-9]{8}$'`.execute(db);
      const day = rows[0]?.["day"];
      return typeof day === "string" ? Math.min(nowMs, Date.parse(`${day}T00:00:00Z`)) : nowMs;
    },

    async pagesSince(sinceMs) {
      const { rows } = await sql<Row>`
        WITH pages AS (
          SELECT t.incident_id FROM plumbline.transitions t
          WHERE t.at >= ${iso(sinceMs)}::timestamptz AND t.kind = 'opened' AND t.routes @> '[{"notified": true}]'
            AND (t.incident -> 'group' ->> 'reason' = 'moved-together' OR (t.incident ->> 'confirmation' = 'many-runs'
              AND t.incident ->> 'kind' IN ('availability', 'latency', 'usage')))
            AND NOT EXISTS (
              SELECT FROM plumbline.outbox o JOIN plumbline.outbox c ON c.id = o.carried_by
              WHERE o.incident_id = t.incident_id AND o.sequence = t.sequence AND c.incident_id <> o.incident_id))
        SELECT count(*) AS notified, count(*) FILTER (WHERE EXISTS (
          SELECT FROM plumbline.acts a WHERE a.what = 'mark-noise' AND a.subject = pages.incident_id)) AS noise
        FROM pages`.execute(db);
      return { notified: count(rows[0]?.["notified"]), noise: count(rows[0]?.["noise"]) };
    },

    endDay: ({ beforeMs, atMs, digest, outbox }) =>
      db.transaction().execute(async (tx) => {
        const before = beforeMs === 0 ? null : iso(beforeMs);
        const { rows } = await sql<Row>`
          UPDATE plumbline.fleet SET daily_at = ${iso(atMs)}::timestamptz
          WHERE daily_at IS NOT DISTINCT FROM ${before}::timestamptz RETURNING single`.execute(tx);
        if (rows.length === 0) return false;
        if (digest !== undefined) {
          await sql`
            INSERT INTO plumbline.digests (at, "from", body)
            VALUES (${iso(atMs)}::timestamptz, ${iso(beforeMs)}::timestamptz, ${JSON.stringify(digest)}::jsonb)`.execute(
            tx,
          );
        }
        await writeIncidents(tx, { incidents: [], transitions: [], outbox });
        return true;
      }),

    async lastDigest() {
      const { rows } = await sql<{ body: Digest }>`
        SELECT body FROM plumbline.digests ORDER BY at DESC LIMIT 1`.execute(db);
      return rows[0]?.body;
    },
  };
}
