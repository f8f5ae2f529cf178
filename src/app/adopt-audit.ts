import type { AuditedShape } from "../audit/replies.ts";
import type { AskOptions } from "../cli/control-words.ts";
import { exitCodes, type Io } from "../cli/io.ts";
import type { BaselineFile, SeriesView } from "../operate/baselines.ts";
import type { ProbeView } from "../operate/probes.ts";
import { type ApiReply, askService } from "./api-client.ts";
import { sayRefusal } from "./ask.ts";
import { readAudit } from "./audit-archive.ts";

interface Adopting extends AskOptions {
  readonly why: string;
}

/** Makes what an audit saw the baselines of the same target's probes, one version each, as any import. */
export async function adoptAudit(file: string, { url, json, why }: Adopting, io: Io): Promise<number> {
  const { stdout, stderr, env } = io;
  const audit = readAudit(file);
  if (audit === undefined) {
    stderr.write(`${file} is no audit: name a JSON file that plumbline audit has written\n`);
    return exitCodes.usage;
  }
  const { readiness } = audit.decision;
  if (readiness !== "READY" && readiness !== "READY WITH ACCEPTED RISKS") {
    stderr.write(
      `${file} ended ${readiness}: what it saw is not to become normal. Accept its risks, and audit again\n`,
    );
    return exitCodes.usage;
  }
  const probes = await askService(url, env, "GET", "/probes");
  const series = await askService(url, env, "GET", "/baselines");
  if (probes.kind !== "answered") return sayRefusal(io, url, probes);
  if (series.kind !== "answered") return sayRefusal(io, url, series);

  const changed: SeriesView[] = [];
  for (const probe of (probes.data as ProbeView[]).filter(({ target }) => target === audit.target)) {
    const shape = audit.shapes?.find(({ scenario }) => scenario === probe.scenario);
    if (shape === undefined) {
      stderr.write(`${probe.id}: the audit tells nothing of ${probe.scenario}\n`);
      continue;
    }
    const fitting = (series.data as SeriesView[]).find(
      (it) => it.series.probeId === probe.id && it.series.aspect === shape.aspect && it.isIdle !== true,
    );
    if (fitting === undefined) {
      stderr.write(`${probe.id}: no run yet that could be compared: plumbline probe run ${probe.id}\n`);
      continue;
    }
    const answer = await adopt(fitting, shape);
    if (answer.kind !== "answered") return sayRefusal(io, url, answer);
    changed.push(answer.data as SeriesView);
    if (!json) stdout.write(`${probe.id}: ${fitting.series.label} is what the audit saw\n`);
  }
  if (json) stdout.write(`${JSON.stringify({ schema: 1, data: changed })}\n`);
  if (changed.length === 0) stderr.write("no baseline was changed\n");
  return changed.length === 0 ? exitCodes.inconclusive : exitCodes.fine;

  function adopt({ series: { id, aspect, label } }: SeriesView, { n, learned }: AuditedShape): Promise<ApiReply> {
    const baseline: BaselineFile = { kind: "plumbline-baseline", v: 1, aspect, label, version: 1, n, learned };
    const body = { file: baseline, why: `audit ${audit?.id ?? ""}: ${why}` };
    return askService(url, env, "POST", `/baselines/${encodeURIComponent(id)}/import`, body);
  }
}
