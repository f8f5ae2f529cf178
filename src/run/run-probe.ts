import { isSpanContextValid, type Span } from "@opentelemetry/api";
import { askedIn, longestRunMs, reservationFor } from "./reservation.ts";
import { askAgainAt } from "./ask-again.ts";
import { decide } from "./decide.ts";
import { play } from "./play.ts";
import { runRecord } from "./record.ts";
import { breakRunSpan, endRunSpan, inSpan, linkBaseline, startRunSpan } from "./spans.ts";
import { ledgerOf, spentOf } from "./spent.ts";
import type { Baseline } from "../baseline/baseline.ts";
import type { Observation } from "../observation/observation.ts";
import { runId } from "../probe/ids.ts";
import type { Probe } from "../probe/probe.ts";
import { scenarioOf } from "../scenario/resolve.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { ClaimRequest, RunReport, Spent } from "./run.ts";
import type { Decision, FinishedRun, World } from "./world.ts";

/**
 * The life of one slot: claim it and reserve its spend, ask the target, keep the facts, judge them, commit.
 * A target's fault is a result. What is thrown is a bug or a store that does not answer.
 */
export async function runProbe(world: World, probe: Probe, slotMs: number): Promise<RunReport> {
  const scenario = scenarioOf(probe.scenario);
  const startedMs = world.clock.nowMs();
  const id = runId(probe.id, slotMs);
  const span = startRunSpan(world.tracer, probe, id, slotMs, startedMs - slotMs);
  try {
    const report = await runWithin(span, world, probe, scenario, slotMs, startedMs);
    endRunSpan(span, report);
    return report;
  } catch (error) {
    breakRunSpan(span, error);
    throw error;
  }
}

async function runWithin(
  span: Span,
  world: World,
  probe: Probe,
  scenario: Scenario,
  slotMs: number,
  startedMs: number,
): Promise<RunReport> {
  const { traceId, spanId } = span.spanContext();
  const identity = identityOf(probe, slotMs, traceId);

  const notified = (report: RunReport, seen: readonly Observation[]): RunReport => {
    world.log.info("run", runRecord(probe, report, seen, spanId));
    return report;
  };

  if (isStale(probe, slotMs, startedMs)) {
    await world.runs.miss(slotOf(probe, slotMs), "stale");
    return notified(unsent(identity, "missed", "stale"), []);
  }
  const claim = await world.runs.claim(claimRequest(probe, scenario, slotMs, startedMs, traceId));
  if (claim.kind === "taken") return notified(unsent(identity, "skipped", "taken"), []);
  if (claim.kind === "skipped") return notified(unsent(identity, "skipped", claim.reason), []);

  const observations = await play(world, probe, scenario, span);
  const ledger = ledgerOf(observations, askedIn(probe, scenario));
  const spent = spentOf(ledger);
  const endedAtMs = world.clock.nowMs();
  const facts = { observations, spent, ledger, span: spanOf(span) };
  const done = { ...slotOf(probe, slotMs), runId: identity.runId, endedAtMs, ...facts };
  const input = { probe, scenario, observations, runId: identity.runId, traceId, spanId, slotMs, nowMs: endedAtMs };
  let baselines: readonly Baseline[] = [];
  const decision = await inSpan(world.tracer, span, "commit", (commit) =>
    world.runs.commit(done, (memory) => {
      baselines = memory.series.flatMap(({ baseline }) => baseline ?? []);
      return inSpan(world.tracer, commit, "judge", () => decide(input, memory));
    }),
  );
  linkBaseline(span, baselines);
  const askAgainAtMs = askAgainAt(probe, decision?.incidents ?? [], slotMs, endedAtMs);
  return notified({ ...finished(identity, observations, spent, decision), askAgainAtMs }, observations);
}

/** undefined: nothing is traced. */
function spanOf(span: Span): FinishedRun["span"] {
  const { traceId, spanId } = span.spanContext();
  return isSpanContextValid(span.spanContext()) ? { traceId, spanId } : undefined;
}

/** A job that comes later than the next slot's time says nothing about its own. */
function isStale(probe: Probe, slotMs: number, nowMs: number): boolean {
  const lateMs = nowMs - slotMs;
  return probe.cadence.kind === "every"
    ? lateMs > Math.max(probe.cadence.everyMs, shortestStaleMs)
    : lateMs > cronStaleMs;
}

/** Fast schedules live with the queue's own lag of some hundred milliseconds. */
const shortestStaleMs = 5_000;
const cronStaleMs = 300_000;

function claimRequest(probe: Probe, scenario: Scenario, slotMs: number, atMs: number, traceId: string): ClaimRequest {
  return {
    ...slotOf(probe, slotMs),
    runId: runId(probe.id, slotMs),
    atMs,
    deadlineMs: atMs + longestRunMs(probe, scenario),
    traceId,
    reserve: reservationFor(probe, scenario),
  };
}

function slotOf(probe: Probe, slotMs: number) {
  return {
    probeId: probe.id,
    slotMs,
    location: probe.location,
    target: probe.target.name,
    model: probe.target.model,
    scenario: probe.scenario.name,
  };
}

type Identity = ReturnType<typeof identityOf>;

function identityOf(probe: Probe, slotMs: number, traceId: string) {
  return { ...slotOf(probe, slotMs), runId: runId(probe.id, slotMs), probe: probe.name, traceId };
}

function unsent(identity: Identity, state: "missed" | "skipped", reason: NonNullable<RunReport["reason"]>): RunReport {
  return {
    ...identity,
    state,
    reason,
    findings: [],
    unjudged: [],
    spent: { requests: 0, tokens: 0, microUsd: 0 },
  };
}

function finished(
  identity: Identity,
  observations: readonly Observation[],
  spent: Spent,
  decision: Decision | undefined,
): RunReport {
  const last = observations.at(-1);
  return {
    ...identity,
    state: decision === undefined ? "interrupted" : "done",
    verdict: decision?.verdict,
    findings: decision?.findings ?? [],
    unjudged: decision?.unjudged ?? [],
    totalMs: last?.timings.totalMs,
    firstContentMs: last?.timings.firstContentMs,
    status: last?.outcome.kind === "reply" ? last.outcome.status : undefined,
    spent,
  };
}
