import { z } from "zod";
import type { SeriesMemory } from "../baseline/baseline.ts";
import type { Incident } from "../incident/incident.ts";
import type { Silence } from "../incident/silence.ts";
import { bandsOf } from "../judgement/drift/level/band.ts";
import type { Probe } from "../probe/probe.ts";
import type { PlanView } from "./plans.ts";
import type { Clock } from "../std/clock.ts";
import { dayMs, minuteMs } from "../std/duration.ts";
import { chartMark, marksIn } from "./chart-marks.ts";
import { at, givenAt } from "./fields.ts";
import { type Operation, type Plain, type Refused, refused, subjectOf } from "./operation.ts";

const number = (what: string) => z.number().describe(what);
const range = (what: string) =>
  z.object({ low: number("the least"), middle: number("the middle"), high: number("the most") }).describe(what);

const point = z
  .object({
    atMs: at("when this stretch of time begins"),
    runs: number("judged runs"),
    bad: number("of these, runs that failed or drifted"),
    unjudged: number("slots that were missed, skipped or interrupted, and runs without an opinion"),
    total: range("total time in milliseconds: shortest, median or mean, longest").optional(),
    first: number("time to first content in milliseconds: median or mean").optional(),
    tokens: number("tokens used, as far as known"),
    microUsd: number("cost in millionths of a US dollar, as far as known"),
  })
  .meta({ id: "ChartPoint" });

const chart = z
  .object({
    fromMs: at("from when"),
    toMs: at("until when"),
    stepMs: number("length of one stretch, in milliseconds"),
    isSummed: z.boolean().describe("middles are means of whole hours, not medians of runs"),
    points: z.array(point).describe("stretches with runs, oldest first, at most 400"),
    band: z
      .array(range("what is usual for the total time").extend({ atMs: at("when") }))
      .describe("the learned band of the total time, hour by hour; empty while it is learned"),
    floor: number("smaller changes are not reported: factor on the usual time"),
    marks: z.array(chartMark).describe("what happened meanwhile"),
  })
  .meta({ id: "Chart" });

export type ChartPoint = Plain<z.output<typeof point>>;
export type Chart = Plain<z.output<typeof chart>>;

const longestMs = 180 * dayMs;

export const getChart = {
  method: "GET",
  path: "/probes/{id}/chart",
  summary: "get latency, errors, tokens and cost of a probe over time, with its band and what happened",
  scope: "read",
  subject: subjectOf("probe", "the id of the probe, such as valid@default"),
  conflicts: true,
  query: z.object({
    from: z.coerce.number().pipe(givenAt("from")).describe("from, in milliseconds since 1970-01-01 UTC"),
    to: z.coerce.number().pipe(givenAt("until")).describe("until, in milliseconds since 1970-01-01 UTC"),
  }),
  answer: chart,
} as const satisfies Operation;

export interface ChartStore {
  /** From the runs themselves. */
  runPoints(probeId: string, fromMs: number, toMs: number, stepMs: number): Promise<readonly ChartPoint[]>;
  /** From the sums of hours, which are kept longer. */
  hourPoints(probeId: string, fromMs: number, toMs: number, stepMs: number): Promise<readonly ChartPoint[]>;
  /** Incidents of the probe, newest first. */
  incidentsOfProbe(probeId: string, limit: number): Promise<readonly Incident[]>;
  silencesIn(fromMs: number, toMs: number): Promise<readonly Silence[]>;
  /** Planned changes that begin later. */
  planned(fromMs: number): Promise<readonly PlanView[]>;
  series(probeId?: string): Promise<readonly SeriesMemory[]>;
}

export interface Charts {
  read(probeId: string, fromMs: number, toMs: number): Promise<Chart | Refused | undefined>;
}

interface ChartWorld {
  readonly store: ChartStore;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
}

const mostPoints = 240;
const steps = [1, 5, 15, 60, 300, 900, 3600, 10_800, 21_600, 86_400].map((seconds) => seconds * 1000);
/** Runs are read up to this; longer stretches come from the sums of hours. */
const longestOfRunsMs = 2 * dayMs;
const mostIncidents = 50;

export function createCharts({ store, clock, probes }: ChartWorld): Charts {
  return {
    async read(probeId, fromMs, wantedMs) {
      const probe = probes.find(({ id }) => id === probeId);
      if (probe === undefined) return undefined;
      const toMs = Math.min(wantedMs, clock.nowMs());
      if (toMs - fromMs < minuteMs || toMs - fromMs > longestMs) {
        return refused("the period must be in the past, and between a minute and 180 days long");
      }
      const isSummed = toMs - fromMs > longestOfRunsMs;
      const fit = steps.find((step) => (toMs - fromMs) / step <= mostPoints) ?? dayMs;
      const stepMs = isSummed ? Math.max(fit, 3_600_000) : fit;
      const read = isSummed ? store.hourPoints : store.runPoints;
      const [points, series, incidents, silences, plans] = await Promise.all([
        read(probeId, fromMs, toMs, stepMs),
        store.series(probeId),
        store.incidentsOfProbe(probeId, mostIncidents),
        store.silencesIn(fromMs, toMs),
        store.planned(fromMs),
      ]);
      const timed = series.filter(({ series: { aspect, label } }) => aspect === "latency" && label === "total time");
      const newest = timed.toSorted((a, b) => b.lastSlotMs - a.lastSlotMs)[0];
      const bandStep = Math.max(stepMs, (toMs - fromMs) / 96);
      const times = Array.from({ length: Math.ceil((toMs - fromMs) / bandStep) + 1 }, (_, index) =>
        Math.min(toMs, fromMs + index * bandStep),
      );
      const marks = marksIn({ fromMs, toMs, probe, series, incidents, silences, plans });
      return {
        fromMs,
        toMs,
        stepMs,
        isSummed,
        points,
        band: newest?.baseline === undefined ? [] : (bandsOf(newest.baseline.learned, times) ?? []),
        floor: probe.judge.latencyFloorRatio,
        marks,
      };
    },
  };
}
