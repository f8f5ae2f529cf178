import { z } from "zod";
import type { SeriesMemory } from "../baseline/baseline.ts";
import { type Incident, incidentId } from "../incident/incident.ts";
import { fits } from "../incident/matcher.ts";
import type { Silence } from "../incident/silence.ts";
import type { Probe } from "../probe/probe.ts";
import { nextCronTimes } from "../std/cron.ts";
import { at, findingKind } from "./fields.ts";
import type { Plain } from "./operation.ts";
import type { PlanView } from "./plans.ts";

export const chartMark = z
  .object({
    kind: z.enum(["baseline", "incident", "silence", "maintenance", "planned"]).describe("what is marked"),
    text: z.string().describe("description"),
    fromMs: at("from when"),
    toMs: at("until when; missing: a moment").optional(),
    incidentId: z.string().optional().describe("the incident"),
    incidentKind: findingKind.optional().describe("kind of the incident"),
  })
  .meta({ id: "ChartMark" });

type Mark = Plain<z.output<typeof chartMark>>;

interface Happened {
  readonly fromMs: number;
  readonly toMs: number;
  readonly probe: Probe;
  readonly series: readonly SeriesMemory[];
  readonly incidents: readonly Incident[];
  readonly silences: readonly Silence[];
  readonly plans: readonly PlanView[];
}

const mostWindows = 50;

/** What happened to a probe in this time, to be drawn in its chart. */
export function marksIn({ fromMs, toMs, probe, series, incidents, silences, plans }: Happened): readonly Mark[] {
  const { target, name, scenario, location, alerting } = probe;
  const isAbout = (match: { target?: string | undefined; probe?: string | undefined }): boolean =>
    (match.target ?? target.name) === target.name && (match.probe ?? name) === name;
  const marks: readonly Mark[] = [
    ...series.flatMap(({ series: { label }, baseline }): Mark[] =>
      baseline === undefined
        ? []
        : [
            {
              kind: "baseline",
              text: `${label}: baseline ${baseline.version} by ${baseline.by}`,
              fromMs: baseline.acceptedAtMs,
              toMs: baseline.acceptedAtMs,
            },
          ],
    ),
    ...incidents.flatMap(markOf),
    ...silences
      .filter(({ matcher }) => isAbout(matcher))
      .map(({ why, startsAtMs, endsAtMs }) => ({
        kind: "silence" as const,
        text: why,
        fromMs: startsAtMs,
        toMs: endsAtMs,
      })),
    ...plans
      .filter((plan) => plan.probeId === probe.id || plan.target === target.name)
      .map(({ why, startsAtMs }) => ({
        kind: "planned" as const,
        text: why,
        fromMs: startsAtMs,
        toMs: startsAtMs,
      })),
    ...alerting.maintenance
      .filter(({ match }) =>
        (
          [
            ["target", target.name],
            ["probe", name],
            ["scenario", scenario.name],
            ["location", location],
          ] as const
        ).every(([member, value]) => match[member]?.some((pattern) => fits(pattern, value)) ?? true),
      )
      .flatMap(({ name: text, cron, tz, forMs }) =>
        nextCronTimes(cron, tz, fromMs - forMs, mostWindows).map((startMs) => ({
          kind: "maintenance" as const,
          text,
          fromMs: startMs,
          toMs: startMs + forMs,
        })),
      ),
  ];
  return marks.filter((mark) => (mark.toMs ?? toMs) >= fromMs && mark.fromMs <= toMs);
}

function markOf(incident: Incident): readonly Mark[] {
  if (incident.state === "suspected") return [];
  const { kind, label, firstBadSlotMs, resolvedAtMs } = incident;
  return [
    {
      kind: "incident",
      text: `${kind}: ${label}`,
      fromMs: firstBadSlotMs,
      ...(resolvedAtMs !== undefined && { toMs: resolvedAtMs }),
      incidentId: incidentId(incident),
      incidentKind: kind,
    },
  ];
}
