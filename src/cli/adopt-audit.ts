import type { AuditedShape } from "../audit/replies.ts";
import { type BaselineFile, importBaseline, listBaselines, type SeriesView } from "../operate/baselines.ts";
import { listProbes } from "../operate/probes.ts";
import { type AskOptions, call, explain } from "./ask.ts";
import type { CliWorld } from "./effects.ts";
import { exitCodes } from "./io.ts";

interface Adopting extends AskOptions {
  readonly why: string;
}

/** Imports what an audit observed as baselines of the same target's probes, one version each. */
export async function adoptAudit(file: string, { url, json, why }: Adopting, world: CliWorld): Promise<number> {
  const { effects, io } = world;
  const { stdout, stderr } = io;
  const audit = await effects.readAudit(file);
  if (audit === undefined) {
    stderr.write(`${file} is not an audit: name a JSON file that plumbline audit has written\n`);
    return exitCodes.usage;
  }
  const { readiness } = audit.decision;
  if (readiness !== "READY" && readiness !== "READY WITH ACCEPTED RISKS") {
    stderr.write(`${file} ended ${readiness}: it must not become normal. Accept its risks and audit again.\n`);
    return exitCodes.usage;
  }
  const probes = await call(effects, url, listProbes, {});
  if (probes.kind !== "answered") return explain(io, url, probes);
  const series = await call(effects, url, listBaselines, {});
  if (series.kind !== "answered") return explain(io, url, series);

  const changed: SeriesView[] = [];
  for (const probe of probes.data.filter(({ target }) => target === audit.target)) {
    const shape = audit.shapes?.find(({ scenario }) => scenario === probe.scenario);
    if (shape === undefined) {
      stderr.write(`${probe.id}: the audit has no replies of ${probe.scenario}\n`);
      continue;
    }
    const fitting = series.data.find(
      (one) => one.series.probeId === probe.id && one.series.aspect === shape.aspect && one.isIdle !== true,
    );
    if (fitting === undefined) {
      stderr.write(`${probe.id}: no run to compare with yet. To make one: plumbline probe run ${probe.id}\n`);
      continue;
    }
    const { id } = fitting.series;
    const body = { file: fileOf(fitting, shape), why: `audit ${audit.id}: ${why}` };
    const answer = await call(effects, url, importBaseline, { id, body });
    if (answer.kind !== "answered") return explain(io, url, answer);
    changed.push(answer.data);
    if (!json) stdout.write(`${probe.id}: ${fitting.series.label} is now what the audit observed\n`);
  }
  if (json) stdout.write(`${JSON.stringify({ schema: 1, data: changed })}\n`);
  if (changed.length === 0) stderr.write("no baseline was changed\n");
  return changed.length === 0 ? exitCodes.inconclusive : exitCodes.fine;
}

function fileOf({ series: { aspect, label } }: SeriesView, { n, learned }: AuditedShape): BaselineFile {
  return { kind: "plumbline-baseline", v: 1, aspect, label, version: 1, n, learned };
}
