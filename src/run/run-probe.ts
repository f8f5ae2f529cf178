import { isSpanContextValid, type Span } from "@opentelemetry/api";
import { askedIn, longestRunMs, reservationFor } from "./reservation.ts";
import { evidenceLines } from "./evidence.ts";
import { askAgainAt } from "./ask-again.ts";
import { newTroubleIn } from "./ask-neighbours.ts";
import { decide } from "./decide.ts";
import { play } from "./play.ts";
import { runRecord } from "./record.ts";
import { describeRun, linkBaseline, startRunSpan } from "./spans.ts";
import { ledgerOf, spentOf } from "./spent.ts";
import type { Baseline } from "../baseline/baseline.ts";
import type { Observation } from "../observation/observation.ts";
import { runId } from "../probe/ids.ts";
import type { Probe } from "../probe/probe.ts";
import { type Slot, slotOf, toleranceMs } from "../probe/slot.ts";
import { outputSeries } from "../baseline/series.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { scenarioOf } from "../scenario/resolve.ts";
import { inSpan, inSpanSync, within } from "../telemetry/in-span.ts";
import { spanNames } from "../telemetry/names.ts";
import type { RunReport } from "./run.ts";
import type { Decision, FinishedRun, World } from "./world.ts";

/**
 * The life of one slot: claim it and reserve its spend, call the target, keep the facts, judge them, commit.
 * A fault of the target is a result. A throw means a bug, or a store that does not answer.
 */
export async function runProbe(world: World, probe: Probe, slotMs: number): Promise<RunReport> {
  const startedMs = world.clock.nowMs();
  const slot = { ...slotOf(probe, slotMs), runId: runId(probe.id, slotMs) };
  return inSpan(startRunSpan(world.tracer, probe, slot, startedMs - slotMs), async (span) => {
    const { report, observations } = await runSlot(span, world, probe, slot, startedMs);
    world.log.info("run", runRecord(probe, report, observations, span.spanContext().spanId));
    describeRun(span, report);
    return report;
  });
}

type RunSlot = Slot & Pick<RunReport, "runId">;

interface Ran {
  readonly report: RunReport;
  readonly observations: readonly Observation[];
}

async function runSlot(span: Span, world: World, probe: Probe, slot: RunSlot, startedMs: number): Promise<Ran> {
  const { slotMs } = slot;
  const scenario = await resumed(world, probe);
  const { traceId, spanId } = span.spanContext();
  const identity = { ...slot, probe: probe.name, traceId };
  if (startedMs - slotMs > toleranceMs(probe)) {
    await world.runs.miss(slot, "stale");
    return unsent(identity, "missed", "stale");
  }
  const claim = await world.runs.claim({
    ...slot,
    atMs: startedMs,
    deadlineMs: startedMs + longestRunMs(probe, scenario),
    traceId,
    reserve: reservationFor(probe, scenario),
  });
  if (claim.kind === "taken") return unsent(identity, "skipped", "taken");
  if (claim.kind === "skipped") return unsent(identity, "skipped", claim.reason);

  const observations = await play(world, probe, scenario, span);
  const ledger = ledgerOf(observations, askedIn(probe, scenario));
  const spent = spentOf(ledger);
  const endedAtMs = world.clock.nowMs();
  const done = { ...slot, endedAtMs, observations, spent, ledger, span: spanOf(span) };
  const input = { probe, scenario, observations, runId: slot.runId, traceId, spanId, slotMs, nowMs: endedAtMs };
  let baselines: readonly Baseline[] = [];
  const commitSpan = world.tracer.startSpan(spanNames.commit, {}, within(span));
  const decision = await inSpan(commitSpan, () =>
    world.runs.commit(done, (memory) => {
      baselines = memory.series.flatMap(({ baseline }) => baseline ?? []);
      const judgeSpan = world.tracer.startSpan(spanNames.judge, {}, within(commitSpan));
      return inSpanSync(judgeSpan, () => decide(input, memory));
    }),
  );
  linkBaseline(span, baselines);
  const newTrouble = newTroubleIn(decision?.incidents ?? [], slotMs);
  const askAgainAtMs = askAgainAt(probe, decision?.incidents ?? [], slotMs, endedAtMs, decision?.ask);
  return {
    report: { ...identity, ...finished(observations, decision), spent, askAgainAtMs, newTrouble },
    observations,
  };
}

/** A scenario that depends on what was learned goes on from there. */
async function resumed({ runs }: World, probe: Probe): Promise<Scenario> {
  const scenario = scenarioOf(probe.scenario, probe.target);
  if (scenario.resume === undefined) return scenario;
  const memory = await runs.recall?.(outputSeries(probe));
  return scenario.resume({ learned: memory?.baseline?.learned, state: memory?.state }, probe.target.answerTokens);
}

/** undefined: nothing is traced. */
function spanOf(span: Span): FinishedRun["span"] {
  const { traceId, spanId } = span.spanContext();
  return isSpanContextValid(span.spanContext()) ? { traceId, spanId } : undefined;
}

type Identity = RunSlot & Pick<RunReport, "probe" | "traceId">;

function unsent(identity: Identity, state: "missed" | "skipped", reason: NonNullable<RunReport["reason"]>): Ran {
  const spent = { requests: 0, tokens: 0, microUsd: 0 };
  return { report: { ...identity, state, reason, findings: [], unjudged: [], spent }, observations: [] };
}

function finished(observations: readonly Observation[], decision: Decision | undefined) {
  const last = observations.at(-1);
  return {
    state: decision === undefined ? "interrupted" : "done",
    verdict: decision?.verdict,
    findings: decision?.findings ?? [],
    unjudged: decision?.unjudged ?? [],
    totalMs: last?.timings.totalMs,
    firstContentMs: last?.timings.firstContentMs,
    evidence: decision?.verdict === "ok" ? undefined : evidenceLines(observations),
    status: (last?.outcome.kind === "reply" ? last.outcome : last?.outcome.partial)?.status,
  } as const;
}
