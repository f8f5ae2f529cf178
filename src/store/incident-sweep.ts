import { type Kysely, sql } from "kysely";
import type { Incident } from "../incident/incident.ts";
import type { SweepStore } from "../upkeep/sweep-incidents.ts";
import { readSent, readSurroundings, writeIncidents } from "./incidents.ts";

/** What the clock alone makes of incidents. */
export function createSweepStore(db: Kysely<never>): Pick<SweepStore, "tend"> {
  return {
    tend: (fingerprint, nowMs, change) =>
      db.transaction().execute(async (tx) => {
        const read = async (): Promise<Incident | undefined> => {
          const { rows } = await sql<{ body: Incident }>`
            SELECT body FROM plumbline.incidents WHERE fingerprint = ${fingerprint}`.execute(tx);
          return rows[0]?.body;
        };
        const seen = await read();
        if (seen === undefined) return false;
        // The lock of the probe's own runs: what they are about to write is not overwritten.
        await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plumbline:${seen.probeId}`}, 0))`.execute(tx);
        await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plumbline:${fingerprint}`}, 0))`.execute(tx);
        const newest = (await read()) ?? seen;
        const { target, location } = newest;
        const surroundings = await readSurroundings(tx, { target, location, endedAtMs: nowMs });
        const first = change(newest, surroundings);
        if (first === undefined) return false;
        // Thinking is pure: it is asked again with what only those need to know that tell somebody.
        const notified = change(newest, { ...surroundings, sent: await readSent(tx, nowMs) });
        if (notified === undefined) return false;
        await writeIncidents(tx, notified);
        return true;
      }),
  };
}
