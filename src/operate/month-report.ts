import { z } from "zod";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { errorBudgets, type SloStore } from "../upkeep/check-slo.ts";
import { at, severity } from "./fields.ts";
import { type Operation, type Plain, subjectOf } from "./operation.ts";
import { errorBudget } from "./overview.ts";
import { month, monthOf, shift, type Shifts } from "./shifts.ts";

const count = (what: string) => z.number().describe(what);
const microUsd = count("cost in millionths of a US dollar");

const day = z.object({
  dayMs: at("when the day began (UTC)"),
  judged: count("judged runs"),
  failed: count("of these, runs that failed"),
  timed: count("runs whose duration is known"),
  meanMs: count("mean of their durations, in milliseconds").optional(),
  mostMs: count("the longest, in milliseconds").optional(),
  microUsd,
  tokens: count("tokens used, as far as known"),
});

const episode = z.object({
  id: z.string().describe("id of the incident"),
  kind: z.string().describe("kind of its findings"),
  severity: severity.describe("severity of its worst finding"),
  label: z.string().describe("what is compared, in words"),
  scenario: z.string().describe("name of the scenario"),
  openedAtMs: at("when it was opened"),
  resolvedAtMs: at("when it was resolved; missing: not yet").optional(),
});

const decision = z.object({
  atMs: at("when"),
  by: z.string().describe("who: plumbline itself, or the name of a token"),
  what: z.enum(["accept-baseline", "reject-baseline", "import-baseline", "plan-change"]).describe("what was done"),
  subject: z.string().describe("the series, probe or target"),
  why: z.string().describe("the reason"),
});

const report = z
  .object({
    target: z.string().describe("name of the target"),
    models: z.array(z.string()).describe("its models"),
    fromMs: at("from"),
    toMs: at("to: the end of the month in UTC, or now"),
    days: z.array(day).describe("days with runs or cost, oldest first"),
    shift: shift.describe("incidents, pages, false positives and blind minutes"),
    errorBudgets: z
      .array(errorBudget)
      .describe("its objectives, over windows that end now; none if the month has ended"),
    promisedEveryMs: count("the promise: at most one false page of each series in this time, in milliseconds"),
    incidents: z.array(episode).describe("incidents that opened in this month, oldest first, at most 200"),
    decisions: z.array(decision).describe("changes of what is normal by people, oldest first, at most 200"),
  })
  .meta({ id: "MonthReport", description: "a month of one target" });

export type MonthReport = Plain<z.output<typeof report>>;
export type ReportDay = MonthReport["days"][number];

export const readReport = {
  method: "GET",
  path: "/reports/{id}",
  summary: "report a month of one target: availability, latency, incidents, accepted changes, spend and pages",
  scope: "read",
  subject: subjectOf("target", "the name of the target"),
  query: z.object({ month }),
  answer: report,
} as const satisfies Operation;

export interface ReportStore extends SloStore {
  /** Oldest first. */
  reportDays(probeIds: readonly string[], fromMs: number, toMs: number): Promise<readonly ReportDay[]>;
  episodesOf(target: string, fromMs: number, toMs: number): Promise<MonthReport["incidents"]>;
  /** Of these probes and this target. */
  decisionsOf(
    target: string,
    probeIds: readonly string[],
    fromMs: number,
    toMs: number,
  ): Promise<MonthReport["decisions"]>;
}

interface ReportWorld {
  readonly store: ReportStore;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
  readonly shifts: Shifts;
}

/** Undefined: no probe asks such a target. */
export type ReadReport = (target: string, month?: string) => Promise<MonthReport | undefined>;

export function createReports({ store, clock, probes, shifts }: ReportWorld): ReadReport {
  return async (target, wanted) => {
    const own = probes.filter((probe) => probe.target.name === target);
    const [first] = own;
    if (first === undefined) return undefined;
    const nowMs = clock.nowMs();
    const { fromMs, toMs } = monthOf(wanted, nowMs);
    const ids = own.map(({ id }) => id);
    const [days, all, incidents, decisions, budgets] = await Promise.all([
      store.reportDays(ids, fromMs, toMs),
      shifts(wanted, own),
      store.episodesOf(target, fromMs, toMs),
      store.decisionsOf(target, ids, fromMs, toMs),
      toMs === nowMs ? errorBudgets(store, own, nowMs) : [],
    ]);
    return {
      target,
      models: [...new Set(own.map((probe) => probe.target.model))],
      fromMs,
      toMs,
      days,
      shift: all.targets.find((one) => one.target === target) ?? { target, incidents: 0, pages: 0, falsePositives: 0 },
      errorBudgets: budgets,
      promisedEveryMs: first.judge.drift.falsePageEveryMs,
      incidents,
      decisions,
    };
  };
}
