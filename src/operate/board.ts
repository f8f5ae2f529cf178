import { z } from "zod";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { hourMs } from "../std/duration.ts";
import { at, atMs, learning } from "./fields.ts";
import type { Operation, Plain } from "./operation.ts";
import { usageOfCaps } from "../upkeep/cap-usage.ts";
import type { SpendStore } from "../upkeep/check-spend.ts";
import { type Pause, run, type RunSummary, spend, spendCap, type TargetSpend } from "./overview.ts";

const count = (what: string) => z.number().describe(what);

const hour = z
  .object({
    hourMs: at("when the hour began"),
    ok: count("runs with the verdict ok"),
    warn: count("runs with the verdict warn"),
    drift: count("runs with the verdict drift"),
    fail: count("runs with the verdict fail"),
    inconclusive: count("runs without an opinion"),
    missed: count("slots that nobody took"),
    skipped: count("slots that were skipped"),
    interrupted: count("runs that were cut off"),
    timed: count("runs whose duration is known"),
    totalMs: count("their durations together, in milliseconds"),
    leastMs: count("the shortest, in milliseconds").optional(),
    mostMs: count("the longest, in milliseconds").optional(),
    firstTimed: count("runs whose time to first content is known"),
    firstMs: count("these times together, in milliseconds"),
    tokens: count("tokens used, as far as known"),
    microUsd: count("cost in millionths of a US dollar, as far as known"),
  })
  .meta({ id: "ProbeHour", description: "what a probe did in one hour (UTC)" });

const row = z
  .object({
    probeId: z.string().describe("the probe, such as valid@default"),
    target: z.string().describe("name of the target"),
    model: z.string().describe("model of the target"),
    scenario: z.string().describe("name of the scenario"),
    location: z.string().describe("location"),
    hours: z.array(hour).describe("the last 24 hours with runs, oldest first"),
    recent: z.array(run).describe("the newest runs, oldest first, at most 40"),
    paused: z
      .object({ by: z.string().describe("who paused the probe"), why: z.string().describe("the reason") })
      .optional()
      .describe("who paused the probe, and why; missing while it is active"),
    learning: learning.optional().describe("learning progress of the slowest series; missing when all have a baseline"),
  })
  .meta({ id: "BoardRow" });

const board = z
  .object({
    atMs,
    configured: count("configured probes"),
    found: count("probes that the search matches"),
    page: count("this page, counted from 1"),
    pages: count("pages"),
    active: count("active incidents"),
    needing: count("probes with an incident that nobody has acknowledged"),
    unowned: count("incidents that nobody has acknowledged, also of targets, groups and the monitor"),
    quietSinceMs: at("when the newest incident was resolved").optional(),
    spendToday: z.array(spend).describe("spend of the targets of this page since midnight UTC"),
    spendCaps: z.array(spendCap).describe("usage of each cap of these targets"),
    rows: z.array(row).describe("probes of this page, by target, scenario and location"),
  })
  .meta({ id: "Board" });

export type ProbeHour = Plain<z.output<typeof hour>>;
export type BoardRow = Plain<z.output<typeof row>>;
export type Board = Plain<z.output<typeof board>>;

export const getBoard = {
  method: "GET",
  path: "/board",
  summary: "list probes with their last 24 hours, a page at a time",
  scope: "read",
  query: z.object({
    search: z.string().max(200).default("").describe("words to find in target, model, scenario, location or probe"),
    page: z.coerce.number().int().min(1).max(10_000).default(1).describe("page number, counted from 1"),
  }),
  answer: board,
} as const satisfies Operation;

export interface BoardStore {
  /** Of these probes, by probe and hour. */
  hoursSince(probeIds: readonly string[], sinceMs: number): Promise<readonly (ProbeHour & { probeId: string })[]>;
  /** The newest runs of each of these probes, oldest first. */
  newestRuns(probeIds: readonly string[], each: number): Promise<ReadonlyMap<string, readonly RunSummary[]>>;
  learningOf(probeIds: readonly string[]): Promise<ReadonlyMap<string, BoardRow["learning"]>>;
  pauses(): Promise<readonly Pause[]>;
  spendOf(targets: readonly string[], nowMs: number): Promise<readonly TargetSpend[]>;
  boardMark(): Promise<BoardMark>;
  countIncidents(): Promise<Pick<Board, "active" | "needing" | "unowned" | "quietSinceMs">>;
}

/** Differs when something has changed that pages show. */
export type BoardMark = string;

export interface FoundProbes {
  readonly ids: readonly string[];
  readonly found: number;
  readonly page: number;
  readonly pages: number;
}

export interface Boards {
  mark(): Promise<BoardMark>;
  /** The probes of one page of a search. */
  find(search: string, page: number): FoundProbes;
  read(search: string, page: number): Promise<Board>;
}

interface BoardWorld {
  readonly store: BoardStore & SpendStore;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
}

const pageSize = 40;
const shownRuns = 40;

export function createBoards({ store, clock, probes }: BoardWorld): Boards {
  const sorted = probes
    .map((probe) => ({ probe, key: [probe.target.name, probe.scenario.name, probe.location, probe.id].join("\n") }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ probe, key }) => ({ probe, text: `${key}\n${probe.target.model}`.toLowerCase() }));
  const byId = new Map(probes.map((probe) => [probe.id, probe]));
  const find = (search: string, wanted: number): FoundProbes => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    const found = sorted.filter(({ text }) => words.every((word) => text.includes(word)));
    const pages = Math.max(1, Math.ceil(found.length / pageSize));
    const page = Math.min(wanted, pages);
    const ids = found.slice((page - 1) * pageSize, page * pageSize).map(({ probe }) => probe.id);
    return { ids, found: found.length, page, pages };
  };
  return {
    mark: () => store.boardMark(),
    find,
    async read(search, wanted) {
      const nowMs = clock.nowMs();
      const { ids, ...place } = find(search, wanted);
      const shown = ids.flatMap((id) => byId.get(id) ?? []);
      const sinceMs = Math.floor(nowMs / hourMs - 23) * hourMs;
      const [hours, recent, learnings, paused, counts, spendToday, spendCaps] = await Promise.all([
        store.hoursSince(ids, sinceMs),
        store.newestRuns(ids, shownRuns),
        store.learningOf(ids),
        store.pauses(),
        store.countIncidents(),
        store.spendOf([...new Set(shown.map(({ target }) => target.name))], nowMs),
        usageOfCaps(store, shown, nowMs),
      ]);
      const byProbe = Map.groupBy(hours, ({ probeId }) => probeId);
      const pauses = new Map(paused.map((pause) => [pause.probeId, pause]));
      const rows = shown.map(({ id, target, scenario, location }) => ({
        probeId: id,
        target: target.name,
        model: target.model,
        scenario: scenario.name,
        location,
        hours: byProbe.get(id) ?? [],
        recent: recent.get(id) ?? [],
        paused: pauses.get(id),
        learning: learnings.get(id),
      }));
      return { atMs: nowMs, configured: probes.length, ...place, ...counts, spendToday, spendCaps, rows };
    },
  };
}
