import { z } from "zod";
import type { Fleet } from "../baseline/reading.ts";
import type { Incident } from "../incident/incident.ts";
import { incidentId } from "../incident/incident.ts";
import { isAboutSeries } from "../incident/reduce.ts";
import { learnShape } from "../judgement/contract/accept-shape.ts";
import { diffShapes } from "../judgement/contract/diff-shapes.ts";
import { describeBaseline } from "../judgement/drift/baseline/describe-baseline.ts";
import { inForce } from "../judgement/drift/group/promise.ts";
import type { Probe } from "../probe/probe.ts";
import { diffRow } from "./baselines.ts";
import { type Candidate, candidateOf } from "./change-baselines.ts";
import { type Operation, type Plain, subjectOf } from "./operation.ts";
import type { IncidentStore } from "./manage-incidents.ts";
import type { BaselineStore } from "./read-baselines.ts";

const planned = z.object({
  probes: z.number().describe("probes whose series learn a new normal"),
  incidents: z.array(z.string().describe("id of an incident")).describe("incidents that the change resolves"),
});

const preview = z
  .object({
    comparison: z
      .object({
        seriesId: z.string().describe("id of the series"),
        version: z.number().describe("version of the baseline that the runs were compared with"),
        before: z.number().describe("number of replies in the baseline"),
        after: z.number().describe("number of stored replies of the incident"),
        rows: z.array(diffRow).describe("one row for each difference, the worst first, with frequencies on both sides"),
      })
      .optional()
      .describe("shapes only: the baseline and the replies of the incident"),
    accept: z
      .object({
        seriesId: z.string().describe("id of the series that gets a new version"),
        version: z.number().optional().describe("version to go back to"),
        isLearnedAnew: z.boolean().describe("too few runs show the change: the judge first learns from the next runs"),
        normal: z.array(z.string()).describe("new normal, in sentences"),
      })
      .optional()
      .describe("effect of accepting the change; missing if it can't be accepted"),
    refused: z.string().optional().describe("why the change can't be accepted"),
    planned: z
      .object({
        probe: planned.describe("silence for the probe"),
        target: planned.describe("silence for the whole target"),
      })
      .optional()
      .describe("effect of a planned change from now on; missing if there is no such probe"),
  })
  .meta({ id: "IncidentPreview" });

export type IncidentPreview = Plain<z.output<typeof preview>>;

export const previewIncident = {
  method: "GET",
  path: "/incidents/{id}/preview",
  summary: "compare the baseline with what the runs of an incident showed, and preview accepting it; changes nothing",
  scope: "read",
  subject: subjectOf("incident", "the id of the incident, as in the alert"),
  answer: preview,
} as const satisfies Operation;

interface PreviewWorld {
  readonly store: BaselineStore & Pick<IncidentStore, "history" | "incidents">;
  readonly probes: readonly Probe[];
}

export type PreviewIncident = (id: string) => Promise<IncidentPreview | undefined>;

const mostOpen = 500;

/** What accepting or planning an incident would do, computed by the code that does it. */
export function createPreviews(world: PreviewWorld): PreviewIncident {
  const { store, probes } = world;
  return async (id) => {
    const known = await store.history(id);
    if (known === undefined) return undefined;
    const { incident } = known;
    const probe = probes.find((one) => one.id === incident.probeId);
    const [candidate, comparison, plan] = await Promise.all([
      candidateOf(store, incident),
      comparisonOf(store, incident),
      probe === undefined || incident.group !== undefined ? undefined : plannedFor(world, probe),
    ]);
    return {
      ...(comparison !== undefined && { comparison }),
      ...("kind" in candidate
        ? { refused: candidate.reason }
        : { accept: acceptanceOf(candidate, probe, await store.fleet()) }),
      ...(plan !== undefined && { planned: plan }),
    };
  };
}

/** The version that the findings name, beside the replies that showed them. */
async function comparisonOf(store: PreviewWorld["store"], incident: Incident): Promise<IncidentPreview["comparison"]> {
  const { kind, findings, evidence, group } = incident;
  if ((kind !== "contract" && kind !== "error-shape") || group !== undefined) return undefined;
  const memory = (await store.series(incident.probeId)).find(({ series }) => isAboutSeries(incident, series.id));
  if (memory === undefined) return undefined;
  const named = findings.find(({ baselineVersion }) => baselineVersion !== undefined)?.baselineVersion;
  const [versions, seen] = await Promise.all([
    store.versions(memory.series.id),
    store.observationsOf(evidence.map(({ runId }) => runId)),
  ]);
  const baseline = versions.find(({ version }) => version === named) ?? memory.baseline;
  const diff = baseline === undefined ? undefined : diffShapes(baseline.learned, learnShape(seen));
  if (baseline === undefined || diff === undefined || diff.replies.after === 0) return undefined;
  return { seriesId: memory.series.id, version: baseline.version, ...diff.replies, rows: diff.rows };
}

function acceptanceOf(
  { memory, normal }: Candidate,
  probe: Probe | undefined,
  fleet: Fleet,
): IncidentPreview["accept"] {
  const { series, baseline, reading } = memory;
  const isLearnedAnew = normal.learned === null;
  const diff = baseline && diffShapes(baseline.learned, normal.learned);
  return {
    seriesId: series.id,
    ...(baseline !== undefined && { version: baseline.version }),
    isLearnedAnew,
    normal: isLearnedAnew
      ? []
      : (diff?.rows.map(({ path, before, after }) => `${path}: ${before} → ${after}`) ??
        describeBaseline(
          series.aspect,
          series.label,
          normal.learned,
          probe && inForce(probe.judge, fleet),
          undefined,
          reading?.intervalMs,
        )),
  };
}

async function plannedFor({ store, probes }: PreviewWorld, probe: Probe): Promise<IncidentPreview["planned"]> {
  const ofTarget = probes.filter(({ target }) => target.name === probe.target.name);
  const ids = new Set(ofTarget.map(({ id }) => id));
  const open = (await store.incidents(false, mostOpen)).filter(({ probeId }) => ids.has(probeId));
  const series = await store.seriesOfProbes([...new Set(open.map(({ probeId }) => probeId))]);
  const over = open.filter((incident) =>
    series.some(({ series: { id, probeId } }) => probeId === incident.probeId && isAboutSeries(incident, id)),
  );
  const own = over.filter(({ probeId }) => probeId === probe.id);
  return {
    probe: { probes: 1, incidents: own.map(incidentId) },
    target: { probes: ofTarget.length, incidents: over.map(incidentId) },
  };
}
