import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Incident } from "../incident/incident.ts";
import { alone, outageOf, type Surroundings } from "../incident/inhibit.ts";
import type { FinishedRun, ProbeMemory } from "../run/world.ts";
import { iso, jsonList, jsonOr, optionalText, optionalTimeMs, type Row, rowSchema, text } from "./columns.ts";
import type { Database } from "./database.ts";
import { readPeers, readSent } from "./incidents.ts";
import { fleetRow, plannedRow, seriesMemoryOf, silenceRow } from "./rows.ts";
import { sql } from "./sql.ts";
import { unpackStates } from "./states.ts";

/** Of `own_memory`: rows are as the tables have them, an aggregate over none is null. Without series: they are known. */
const ownRow = rowSchema({
  version: text("version"),
  series: jsonOr<Row[] | undefined>("series", undefined),
  states: optionalText("states"),
  incidents: jsonList<Incident>("incidents", ["fingerprint", "findings"]),
  planned: jsonOr<Row[]>("planned", []),
  fleet: jsonOr<Row | undefined>("fleet", undefined),
  lastGoodSlotMs: optionalTimeMs("last_good_slot"),
  groups: jsonList<Incident>("groups", ["fingerprint", "findings"]),
});

const memoryRow = rowSchema<{ memory: Row | undefined }>({ memory: jsonOr("memory", undefined) });

/** Of `whole_memory`. */
const wholeRow = rowSchema({
  own: jsonOr<Row>("own", {}),
  aroundVersion: text("around_version"),
  silences: jsonOr<Row[]>("silences", []),
  outages: jsonList<Incident>("outages", ["fingerprint", "findings"]),
  changes: jsonList<Incident>("changes", ["fingerprint", "findings"]),
});

export interface FoundMemory {
  readonly memory: ProbeMemory;
  readonly version: string;
  /** undefined: the surroundings were not read. */
  readonly aroundVersion?: string;
}

/** What is remembered of a probe itself; `known`: its series, when the store says nothing of them. */
export function ownMemory(row: Row, known: () => readonly SeriesMemory[]): FoundMemory {
  const { version, series, states, incidents, planned, fleet, lastGoodSlotMs, groups } = ownRow.decode(row);
  const remembered = unpackStates(states === undefined ? Buffer.from("[]") : Buffer.from(states, "base64"));
  const memory = {
    lastGoodSlotMs,
    incidents,
    series: series?.map((one) => seriesMemoryOf(one, remembered)) ?? known(),
    planned: planned.map(plannedRow.decode),
    fleet: fleet === undefined ? undefined : fleetRow.decode(fleet),
    surroundings: { ...alone, groups },
  };
  return { memory, version };
}

/** All that is remembered of the probe of a run, and which state of it that is; undefined when its claim is over. */
export async function readMemory(
  db: Database,
  { probeId, slotMs, target, location, endedAtMs }: FinishedRun,
): Promise<FoundMemory | undefined> {
  const [found] = await db.select(
    memoryRow,
    sql`
    SELECT plumbline.whole_memory(${probeId}, ${iso(slotMs)}::timestamptz, ${target}, ${location},
      ${iso(endedAtMs)}::timestamptz) AS memory`,
  );
  if (found?.memory === undefined) return undefined;
  const { own, aroundVersion, silences, outages, changes } = wholeRow.decode(found.memory);
  const { memory, version } = ownMemory(own, () => []);
  const surroundings = {
    ...memory.surroundings,
    changes,
    silences: silences.map(silenceRow.decode),
    outages: outages.map(outageOf),
  };
  return { memory: { ...memory, surroundings }, version, aroundVersion };
}

/** What an alert says of other probes, and what the limits of receivers depend on. */
export async function readAround(
  db: Database,
  run: FinishedRun,
): Promise<Required<Pick<Surroundings, "peers" | "sent">>> {
  return { peers: await readPeers(db, run), sent: await readSent(db, run.endedAtMs) };
}
