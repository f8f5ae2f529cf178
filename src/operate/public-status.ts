import { createHash } from "node:crypto";
import type { StatusPage } from "../config/config.ts";
import { type Incident, incidentId } from "../incident/incident.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { hourMs } from "../std/duration.ts";
import type { BoardStore } from "./board.ts";
import type { ChartStore } from "./chart.ts";
import type { MaintenanceView } from "./maintenance.ts";

export type PublicState = "up" | "slow" | "changed" | "down" | "unknown";

export interface PublicDay {
  readonly dayMs: number;
  readonly judged: number;
  readonly failed: number;
}

/** One target under its public name. */
export interface PublicService {
  readonly name: string;
  readonly state: PublicState;
  /** Oldest first, one for each of the last 90 days; without runs `judged` is 0. */
  readonly days: readonly PublicDay[];
  /** Share of judged runs that did not fail, in these days. */
  readonly uptime?: number | undefined;
  /** Median of the means of the last 24 hours. */
  readonly latencyMs?: number | undefined;
}

export interface PublicIncident {
  /** Says nothing of what it is about. */
  readonly id: string;
  readonly service: string;
  readonly text: string;
  readonly startedAtMs: number;
  readonly resolvedAtMs?: number | undefined;
}

/** What the public may know: no model output, price, internal name or address. */
export interface PublicStatus {
  readonly name: string;
  readonly title: string;
  readonly atMs: number;
  readonly state: PublicState;
  readonly services: readonly PublicService[];
  /** Newest first. */
  readonly incidents: readonly PublicIncident[];
  readonly maintenance: readonly { readonly startsAtMs: number; readonly forMs: number }[];
}

export interface PublicStatusStore {
  daysSince(probeIds: readonly string[], sinceMs: number): Promise<readonly (PublicDay & { probeId: string })[]>;
}

export interface PublicStatusWorld {
  readonly store: PublicStatusStore & Pick<BoardStore, "hoursSince"> & Pick<ChartStore, "incidentsOfProbe">;
  readonly clock: Pick<Clock, "nowMs">;
  readonly probes: readonly Probe[];
  readonly maintenance: () => Promise<readonly MaintenanceView[]>;
}

const dayMs = 24 * hourMs;
const shownDays = 90;
const shownIncidents = 30;

/** Kinds that concern whoever uses the service, in public words. Spend and the monitor itself concern nobody else. */
const publicKinds: Readonly<Record<string, { readonly state: PublicState; readonly text: string }>> = {
  availability: { state: "down", text: "Requests fail" },
  latency: { state: "slow", text: "Replies are slower than usual" },
  contract: { state: "changed", text: "Replies have another form than usual" },
  output: { state: "changed", text: "Answers differ from what is usual: another model may reply" },
  "error-shape": { state: "changed", text: "Error replies have another form than usual" },
};

const worstFirst: readonly PublicState[] = ["down", "slow", "changed", "unknown", "up"];
const worst = (states: readonly PublicState[]): PublicState =>
  worstFirst.find((state) => states.includes(state)) ?? "unknown";

export async function readPublicStatus(world: PublicStatusWorld, page: StatusPage): Promise<PublicStatus> {
  const nowMs = world.clock.nowMs();
  const read = await Promise.all(page.targets.map((target) => readService(world, target, nowMs)));
  const windows = await world.maintenance();
  const mine = new Set(page.targets.map(({ target }) => target));
  return {
    name: page.name,
    title: page.title,
    atMs: nowMs,
    state: worst(read.map(({ service }) => service.state)),
    services: read.map(({ service }) => service),
    incidents: read
      .flatMap(({ incidents }) => incidents)
      .toSorted((a, b) => b.startedAtMs - a.startedAtMs)
      .slice(0, shownIncidents),
    maintenance: windows
      .filter(({ match }) => match["target"] === undefined || match["target"].some((name) => mine.has(name)))
      .flatMap(({ starts, forMs }) => starts.map((startsAtMs) => ({ startsAtMs, forMs })))
      .filter(({ startsAtMs }) => startsAtMs < nowMs + 14 * dayMs)
      .toSorted((a, b) => a.startsAtMs - b.startsAtMs),
  };
}

async function readService(
  { store, probes }: PublicStatusWorld,
  { target, publicName: name }: StatusPage["targets"][number],
  nowMs: number,
): Promise<{ readonly service: PublicService; readonly incidents: readonly PublicIncident[] }> {
  const ids = probes.filter((probe) => probe.target.name === target).map(({ id }) => id);
  const todayMs = Math.floor(nowMs / dayMs) * dayMs;
  const firstMs = todayMs - (shownDays - 1) * dayMs;
  const [rows, hours, found] = await Promise.all([
    store.daysSince(ids, firstMs),
    store.hoursSince(ids, Math.floor(nowMs / hourMs - 23) * hourMs),
    Promise.all(ids.map((id) => store.incidentsOfProbe(id, shownIncidents))),
  ]);
  const byDay = Map.groupBy(rows, (row) => row.dayMs);
  const days = Array.from({ length: shownDays }, (_, index) => {
    const at = firstMs + index * dayMs;
    const ofDay = byDay.get(at) ?? [];
    return { dayMs: at, judged: sum(ofDay.map((row) => row.judged)), failed: sum(ofDay.map((row) => row.failed)) };
  });
  const shown = found.flat().filter((one) => one.kind in publicKinds && one.firstBadSlotMs >= firstMs);
  const active = shown.filter(({ state }) => state === "open" || state === "acknowledged");
  const states = active.flatMap(({ kind }) => publicKinds[kind]?.state ?? []);
  const judged = sum(days.map((day) => day.judged));
  return {
    service: {
      name,
      state: states.length > 0 ? worst(states) : hours.length === 0 ? "unknown" : "up",
      days,
      uptime: judged === 0 ? undefined : 1 - sum(days.map((day) => day.failed)) / judged,
      latencyMs: median(hours.flatMap(({ timed, totalMs }) => (timed === 0 ? [] : [totalMs / timed]))),
    },
    incidents: merged(shown.flatMap((one) => publicly(one, name))),
  };
}

function publicly(incident: Incident, service: string): readonly PublicIncident[] {
  const words = publicKinds[incident.kind];
  if (words === undefined) return [];
  const id = createHash("sha256").update(incidentId(incident)).digest("hex").slice(0, 16);
  const { firstBadSlotMs: startedAtMs, resolvedAtMs } = incident;
  return [{ id, service, text: words.text, startedAtMs, ...(resolvedAtMs !== undefined && { resolvedAtMs }) }];
}

/** Several probes of one service see the same trouble: what overlaps is one incident to the public. */
function merged(incidents: readonly PublicIncident[]): readonly PublicIncident[] {
  const merges: PublicIncident[] = [];
  for (const one of incidents.toSorted((a, b) => a.startedAtMs - b.startedAtMs)) {
    const at = merges.findLastIndex(({ text }) => text === one.text);
    const before = merges[at];
    if (before === undefined || (before.resolvedAtMs ?? Infinity) < one.startedAtMs) merges.push(one);
    else merges[at] = { ...before, resolvedAtMs: laterOf(before.resolvedAtMs, one.resolvedAtMs) };
  }
  return merges;
}

/** Undefined: it still lasts. */
const laterOf = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : Math.max(a, b);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
