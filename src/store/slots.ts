import type { AskedSlots } from "../schedule/admission.ts";
import { offsetOf } from "../schedule/plan.ts";
import type { ScheduleEntry, SlotStore } from "../schedule/queue.ts";
import { iso, number, optionalNumber, optionalText, type RowSchema, rowSchema, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql } from "./sql.ts";

const accountedRow = rowSchema({
  probeId: text("probe_id"),
  untilMs: timeMs("until", "coalesce(accounted_until, last_slot)"),
});
const scheduleColumns = rowSchema({
  id: text("probe_id"),
  location: text("location"),
  everyMs: optionalNumber("every_ms"),
  place: number("place", "coalesce(place, 0)"),
  pattern: optionalText("pattern"),
  tz: optionalText("tz"),
});
const scheduleRow: RowSchema<ScheduleEntry> = {
  columns: scheduleColumns.columns,
  decode(row) {
    const { id, location, everyMs, place, pattern = "", tz = "UTC" } = scheduleColumns.decode(row);
    if (everyMs === undefined) return { id, location, cadence: { kind: "cron", pattern, tz }, place: 0, offsetMs: 0 };
    return { id, location, cadence: { kind: "every", everyMs }, place, offsetMs: offsetOf(place, everyMs) };
  },
};
const runIdRow = rowSchema({ runId: text("run_id") });

/** What became of slots that no worker has reported, and who may repair schedules. */
export function createSlotStore(db: Database): SlotStore & AskedSlots {
  return {
    async holdLease(name, holder, ttlMs, nowMs) {
      const held = await db.execute(sql`
        INSERT INTO plumbline.leases AS l (name, holder, until) VALUES (${name}, ${holder}, ${iso(nowMs + ttlMs)}::timestamptz)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
        WHERE l.holder = excluded.holder OR l.until <= ${iso(nowMs)}::timestamptz
        RETURNING holder`);
      return held.length === 1;
    },

    async releaseLease(name, holder) {
      await db.execute(sql`DELETE FROM plumbline.leases WHERE name = ${name} AND holder = ${holder}`);
    },

    async askFor(probeId, slotMs) {
      await db.execute(sql`
        INSERT INTO plumbline.asked_slots (probe_id, slot) VALUES (${probeId}, ${iso(slotMs)}::timestamptz)
        ON CONFLICT DO NOTHING`);
    },

    async wasAskedFor(probeId, slotMs) {
      const found = await db.execute(sql`
        SELECT FROM plumbline.asked_slots WHERE probe_id = ${probeId} AND slot = ${iso(slotMs)}::timestamptz`);
      return found.length > 0;
    },

    async accountedUntil() {
      const rows = await db.select(
        accountedRow,
        sql`
        SELECT ${accountedRow.columns} FROM plumbline.progress WHERE coalesce(accounted_until, last_slot) IS NOT NULL`,
      );
      return new Map(rows.map(({ probeId, untilMs }) => [probeId, untilMs]));
    },

    async schedules(probeIds) {
      if (probeIds === undefined) {
        return db.select(scheduleRow, sql`SELECT ${scheduleRow.columns} FROM plumbline.schedules`);
      }
      return db.select(
        scheduleRow,
        sql`SELECT ${scheduleRow.columns} FROM plumbline.schedules WHERE probe_id = ANY(${[...probeIds]}::text[])`,
      );
    },

    async changeSchedules(changed, removedIds) {
      await db.repeat(sql`
        WITH removed AS (DELETE FROM plumbline.schedules WHERE probe_id = ANY(${removedIds}::text[]))
        INSERT INTO plumbline.schedules (probe_id, location, every_ms, place, pattern, tz)
        SELECT probe_id, location, every_ms, place, pattern, tz FROM jsonb_to_recordset(${JSON.stringify(changed.map(stored))}::jsonb)
          AS s(probe_id text, location text, every_ms bigint, place int, pattern text, tz text) ORDER BY probe_id
        ON CONFLICT (probe_id) DO UPDATE SET location = excluded.location, every_ms = excluded.every_ms,
          place = excluded.place, pattern = excluded.pattern, tz = excluded.tz`);
    },

    async recordMissed(slots, accountedUntil, reason = "no-worker") {
      if (slots.length === 0 && accountedUntil.size === 0) return 0;
      const missed = slots.map(({ slotMs, probeId, ...slot }) => ({
        ...slot,
        slot: iso(slotMs),
        run_id: `${probeId}/${iso(slotMs)}`,
        probe_id: probeId,
        reason,
      }));
      const accounted = [...accountedUntil].map(([probeId, untilMs]) => ({ probe_id: probeId, until: iso(untilMs) }));
      const written = await db.repeat(sql`
        SELECT unnest(plumbline.record_missed(${JSON.stringify(missed)}::jsonb, ${JSON.stringify(accounted)}::jsonb)) AS run_id`);
      return written.length;
    },

    sweepInterrupted: (nowMs) => sweepInterrupted(db, nowMs),
  };
}

const stored = ({ id, location, cadence, place }: ScheduleEntry) => ({
  probe_id: id,
  location,
  ...(cadence.kind === "every" ? { every_ms: cadence.everyMs, place } : { pattern: cadence.pattern, tz: cadence.tz }),
});

async function sweepInterrupted(db: Database, nowMs: number): Promise<string[]> {
  // The reservation stays counted: what an interrupted run has used is unknown.
  const swept = await db.execute(sql`
        WITH swept AS (
          UPDATE plumbline.runs SET state = 'interrupted', ended_at = ${iso(nowMs)}::timestamptz
          WHERE state = 'claimed' AND deadline < ${iso(nowMs)}::timestamptz RETURNING run_id, coalesce(billed_to, target) AS target, spend_day),
        counted AS (
          UPDATE plumbline.spend s SET unknown_runs = s.unknown_runs + c.n
          FROM (SELECT target, spend_day, count(*) AS n FROM swept GROUP BY target, spend_day) c
          WHERE s.target = c.target AND s.day = c.spend_day)
        SELECT ${runIdRow.columns} FROM swept`);
  return swept.map((row) => runIdRow.decode(row).runId);
}
