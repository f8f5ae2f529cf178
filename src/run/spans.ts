import { context, type Link, type Span, SpanStatusCode, TraceFlags, type Tracer } from "@opentelemetry/api";
import type { Baseline } from "../baseline/baseline.ts";
import { worstFirst } from "../judgement/judgement.ts";
import type { Probe } from "../probe/probe.ts";
import { attributes as a, evaluationEvent, linkedAs, spanNames } from "../telemetry/names.ts";
import { producerLink } from "../telemetry/queue-spans.ts";
import type { RunReport } from "./run.ts";

/** The span of one run: a trace of its own, linked to the span that has put its slot into the queue. */
export function startRunSpan(
  tracer: Tracer,
  probe: Probe,
  { runId, slotMs }: Pick<RunReport, "runId" | "slotMs">,
  latenessMs: number,
): Span {
  return tracer.startSpan(
    spanNames.probe,
    {
      root: true,
      links: producerLinks(),
      attributes: {
        [a.plumblineProbe]: probe.id,
        [a.plumblineTarget]: probe.target.name,
        [a.plumblineScenario]: probe.scenario.name,
        [a.plumblineLocation]: probe.location,
        [a.plumblineRun]: runId,
        [a.plumblineSlot]: new Date(slotMs).toISOString(),
        [a.plumblineLateness]: latenessMs,
        [a.syntheticType]: "test",
        ...(probe.target.audit?.environment !== undefined && {
          [a.deploymentEnvironment]: probe.target.audit.environment,
        }),
      },
    },
    context.active(),
  );
}

/** Links a run to the span that put its slot into the queue. */
function producerLinks(): Link[] {
  const link = producerLink();
  return link === undefined ? [] : [{ ...link, attributes: linkedAs("producer") }];
}

/** Links a run to the traced run that completed its newest baseline. */
export function linkBaseline(span: Span, baselines: readonly Baseline[]): void {
  const newest = baselines.toSorted((one, other) => other.acceptedAtMs - one.acceptedAtMs).find((it) => it.span);
  if (newest?.span === undefined) return;
  const linked = { ...newest.span, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  span.addLink({
    context: linked,
    attributes: { ...linkedAs("baseline"), [a.plumblineBaselineVersion]: newest.version },
  });
}

/** An expected refusal leaves the run span OK: only a verdict of fail or drift marks it. */
export function describeRun(span: Span, report: RunReport): void {
  span.setAttribute(a.plumblineState, report.state);
  if (report.reason !== undefined) span.setAttribute(a.plumblineReason, report.reason);
  if (report.verdict !== undefined) span.setAttribute(a.plumblineVerdict, report.verdict);
  if (report.spent.microUsd !== undefined) span.setAttribute(a.plumblineCost, report.spent.microUsd);
  const kinds = [...new Set(report.findings.map((finding) => finding.kind))];
  if (kinds.length > 0) span.setAttribute(a.plumblineFindingKinds, kinds);
  addEvaluations(span, report);
  if (report.verdict === "fail" || report.verdict === "drift") span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The verdict and each kind of finding as results of an evaluation, which backends for language models show. */
function addEvaluations(span: Span, { verdict, findings }: RunReport): void {
  if (verdict === undefined) return;
  const evaluate = (name: string, label: string, value: number | undefined): void =>
    void span.addEvent(evaluationEvent, {
      [a.genAiEvaluationName]: `plumbline.${name}`,
      [a.genAiEvaluationLabel]: label,
      ...(value !== undefined && { [a.genAiEvaluationValue]: value }),
    });
  evaluate("verdict", verdict, verdict === "inconclusive" ? undefined : verdict === "ok" || verdict === "warn" ? 1 : 0);
  for (const [kind, found] of Map.groupBy(findings, (finding) => finding.kind)) {
    evaluate(kind, found.toSorted(worstFirst)[0]?.severity ?? "informative", 0);
  }
}
