import type { Incident } from "../incident/incident.ts";
import { outageOf, type Surroundings } from "../incident/inhibit.ts";
import type { FinishedRun, ProbeMemory } from "../run/world.ts";
import { iso, jsonOr, optionalTimeMs, type Row, rowSchema, text } from "./columns.ts";
import type { Database } from "./database.ts";
import { readPeers, readSent } from "./incidents.ts";
import { fleetRow, plannedRow, seriesMemoryRow, silenceRow } from "./rows.ts";
import { sql } from "./sql.ts";

const memoryRow = rowSchema<{ memory: Row | undefined }>({ memory: jsonOr("memory", undefined) });

/** Of `probe_memory`: rows are as the tables have them, an aggregate over none is null. */
const partsRow = rowSchema({
  version: text("version"),
  series: jsonOr<Row[]>("series", []),
  incidents: jsonOr<Incident[]>("incidents", []),
  planned: jsonOr<Row[]>("planned", []),
  fleet: jsonOr<Row | undefined>("fleet", undefined),
  lastGoodSlotMs: optionalTimeMs("last_good_slot"),
  silences: jsonOr<Row[]>("silences", []),
  outages: jsonOr<Incident[]>("outages", []),
  groups: jsonOr<Incident[]>("groups", []),
  changes: jsonOr<Incident[]>("changes", []),
});

/** What is remembered of the probe of a run, and which state of it that is; undefined when its claim is over. */
export async function readMemory(
  db: Database,
  { probeId, slotMs, target, location, endedAtMs }: FinishedRun,
): Promise<{ readonly memory: ProbeMemory; readonly version: string } | undefined> {
  const [found] = await db.select(
    memoryRow,
    sql`
    SELECT plumbline.probe_memory(${probeId}, ${iso(slotMs)}::timestamptz, ${target}, ${location},
      ${iso(endedAtMs)}::timestamptz) AS memory`,
  );
  if (found?.memory === undefined) return undefined;
  const { version, lastGoodSlotMs, incidents, groups, changes, ...parts } = partsRow.decode(found.memory);
  const memory = {
    lastGoodSlotMs,
    incidents,
    series: parts.series.map(seriesMemoryRow.decode),
    planned: parts.planned.map(plannedRow.decode),
    fleet: parts.fleet === undefined ? undefined : fleetRow.decode(parts.fleet),
    surroundings: {
      groups,
      changes,
      silences: parts.silences.map(silenceRow.decode),
      outages: parts.outages.map(outageOf),
    },
  };
  return { memory, version };
}

/** What an alert says of other probes, and what the limits of receivers depend on. */
export async function readAround(
  db: Database,
  run: FinishedRun,
): Promise<Required<Pick<Surroundings, "peers" | "sent">>> {
  return { peers: await readPeers(db, run), sent: await readSent(db, run.endedAtMs) };
}
