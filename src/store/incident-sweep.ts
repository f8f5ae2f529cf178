import type { SweepStore } from "../upkeep/sweep-incidents.ts";
import type { Database } from "./database.ts";
import { lockIncident, lockSent, readSurroundings, writeIncidents } from "./incidents.ts";

/** What the passing of time alone changes about incidents. */
export function createSweepStore(db: Database): Pick<SweepStore, "tend"> {
  return {
    tend: (fingerprint, nowMs, change) =>
      db.transaction(async (tx) => {
        const newest = await lockIncident(tx, fingerprint);
        if (newest === undefined) return false;
        const { target, location } = newest;
        const surroundings = await readSurroundings(tx, { target, location, endedAtMs: nowMs });
        if (change(newest, surroundings) === undefined) return false;
        // `change` is pure: it is asked again with the counts that only a change with messages needs.
        const effects = change(newest, { ...surroundings, sent: await lockSent(tx, nowMs) });
        if (effects === undefined) return false;
        await writeIncidents(tx, effects);
        return true;
      }),
  };
}
