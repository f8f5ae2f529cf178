import type { SweepStore } from "../upkeep/sweep-incidents.ts";
import { unsentTexts } from "../run/run.ts";
import type { Database, Executor } from "./database.ts";
import { optionalText, rowSchema } from "./columns.ts";
import { sql } from "./sql.ts";
import { lockIncident, lockSent, readChanges, readSurroundings, writeIncidents } from "./incidents.ts";

/** What the passing of time alone changes about incidents. */
export function createSweepStore(db: Database): Pick<SweepStore, "sweepIncident"> {
  return {
    sweepIncident: (fingerprint, nowMs, change) =>
      db.transaction(async (tx) => {
        const newest = await lockIncident(tx, fingerprint);
        if (newest === undefined) return false;
        const { target, location } = newest;
        const found = await readSurroundings(tx, { target, location, endedAtMs: nowMs });
        const surroundings = {
          ...found,
          changes: await readChanges(tx, target),
          unchecked: await whyUnchecked(tx, newest.probeId),
        };
        if (change(newest, surroundings) === undefined) return false;
        // `change` is pure: it is asked again with the counts that only a change with messages needs.
        const effects = change(newest, { ...surroundings, sent: await lockSent(tx, nowMs) });
        if (effects === undefined) return false;
        await writeIncidents(tx, effects);
        return true;
      }),
  };
}

const uncheckedRow = rowSchema({ by: optionalText("paused_by"), reason: optionalText("reason") });

/** Why a probe has no newer verdict: who paused it, or how its newest slot ended. */
export async function whyUnchecked(tx: Executor, probeId: string): Promise<string | undefined> {
  const [row] = await tx.select(
    uncheckedRow,
    sql`
    SELECT (SELECT by FROM plumbline.pauses WHERE probe_id = ${probeId}) AS paused_by,
      (SELECT coalesce(reason, CASE WHEN state = 'done' THEN 'no verdict' ELSE state END) FROM plumbline.runs
        WHERE probe_id = ${probeId} AND state <> 'claimed' ORDER BY slot DESC LIMIT 1) AS reason`,
  );
  if (row?.by !== undefined) return `paused by ${row.by}`;
  return row?.reason === undefined ? undefined : (uncheckedWords[row.reason] ?? row.reason);
}

const uncheckedWords: Readonly<Record<string, string>> = {
  ...unsentTexts,
  missed: unsentTexts["no-worker"],
  interrupted: "its worker died",
};
