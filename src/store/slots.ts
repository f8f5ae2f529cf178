import type { SlotStore } from "../schedule/queue.ts";
import { iso, rowSchema, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { probeIds } from "./probe-ids.ts";
import { sql } from "./sql.ts";

const lastSlotRow = rowSchema({ probeId: text("probe_id", "ids.probe_id"), slotMs: timeMs("slot", "newest.slot") });
const runIdRow = rowSchema({ runId: text("run_id") });

/** What became of slots that no worker has reported, and who may repair schedules. */
export function createSlotStore(db: Database): SlotStore {
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

    async lastSlots() {
      const rows = await db.select(
        lastSlotRow,
        sql`
        WITH ${probeIds(0)}
        SELECT ${lastSlotRow.columns} FROM ids CROSS JOIN LATERAL (
          SELECT slot FROM plumbline.runs WHERE probe_id = ids.probe_id ORDER BY slot DESC LIMIT 1) AS newest`,
      );
      return new Map(rows.map(({ probeId, slotMs }) => [probeId, slotMs]));
    },

    async recordMissed(slots) {
      if (slots.length === 0) return 0;
      const records = slots.map(({ slotMs, ...slot }) => ({
        ...slot,
        slot: iso(slotMs),
        run_id: `${slot.probeId}/${iso(slotMs)}`,
        probe_id: slot.probeId,
      }));
      const written = await db.execute(sql`
        INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason)
        SELECT run_id, probe_id, slot, location, target, model, scenario, 'missed', 'no-worker'
        FROM jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
          AS m(run_id text, probe_id text, slot timestamptz, location text, target text, model text, scenario text)
        ON CONFLICT DO NOTHING RETURNING run_id`);
      return written.length;
    },

    async sweepInterrupted(nowMs) {
      // The reservation stays counted: what an interrupted run has used is unknown.
      const swept = await db.execute(sql`
        WITH swept AS (
          UPDATE plumbline.runs SET state = 'interrupted', ended_at = ${iso(nowMs)}::timestamptz
          WHERE state = 'claimed' AND deadline < ${iso(nowMs)}::timestamptz RETURNING run_id, target, spend_day),
        counted AS (
          UPDATE plumbline.spend s SET unknown_runs = s.unknown_runs + c.n
          FROM (SELECT target, spend_day, count(*) AS n FROM swept GROUP BY target, spend_day) c
          WHERE s.target = c.target AND s.day = c.spend_day)
        SELECT ${runIdRow.columns} FROM swept`);
      return swept.map((row) => runIdRow.decode(row).runId);
    },
  };
}
