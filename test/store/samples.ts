import type { NotifiedTransition } from "../../src/notify/effects.ts";
import type { OutboxEntry } from "../../src/notify/compose/alert.ts";
import type { Series } from "../../src/baseline/baseline.ts";
import type { Incident, Transition } from "../../src/incident/incident.ts";
import { incidentId } from "../../src/incident/incident.ts";
import type { Observation } from "../../src/observation/observation.ts";
import type { ClaimRequest } from "../../src/run/run.ts";
import type { Decision, FinishedRun } from "../../src/run/world.ts";

export const dayMs = 86_400_000;
/** A noon, so that a test of a few minutes stays within one UTC day. */
export const noonMs = Math.floor(Date.now() / dayMs) * dayMs + dayMs / 2;

let last = 0;
/** Names that no other test of the same database uses. */
export function freshName(kind: string): string {
  last += 1;
  return `${kind}-${last}`;
}

export function claimOf(probeId: string, slotMs: number, over: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    runId: `${probeId}/${new Date(slotMs).toISOString()}`,
    probeId,
    slotMs,
    location: "here",
    target: `target of ${probeId}`,
    model: "some-model",
    scenario: "valid-request",
    atMs: slotMs + 5,
    deadlineMs: slotMs + 60_000,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    reserve: { microUsd: 500, tokens: 100, requests: 2, caps: [] },
    ...over,
  };
}

export function finishOf(claim: ClaimRequest, over: Partial<FinishedRun> = {}): FinishedRun {
  return {
    runId: claim.runId,
    probeId: claim.probeId,
    slotMs: claim.slotMs,
    target: claim.target,
    location: claim.location,
    model: claim.model,
    scenario: claim.scenario,
    endedAtMs: claim.atMs + 900,
    observations: [observation],
    spent: { microUsd: 120, tokens: 33, requests: 1 },
    ledger: [],
    ...over,
  };
}

export const observation: Observation = {
  call: "ask",
  mode: "plain",
  outcome: {
    kind: "reply",
    status: 200,
    contentType: "application/json",
    bodyForm: "json",
    bytes: 300,
    finishReasons: ["stop"],
    text: { class: "word", length: 4, hash: "abcd" },
    usage: { promptTokens: 30, completionTokens: 3, totalTokens: 33 },
    shape: { $: ["object"] },
    textMatches: {},
  },
  timings: { totalMs: 812.5, firstContentMs: 640.25 },
  attempts: 1,
  connection: "fresh",
  maxLoopDelayMs: 2,
};

export const nothingNew: Decision = {
  verdict: "ok",
  findings: [],
  unjudged: [],
  series: [],
  incidents: [],
  transitions: [],
  outbox: [],
};

export function seriesOf(probeId: string): Series {
  return { id: `series of ${probeId}`, probeId, aspect: "latency", label: "total time" };
}

export function incidentOf(probeId: string, slotMs: number, over: Partial<Incident> = {}): Incident {
  return {
    fingerprint: `fingerprint of ${probeId}`,
    probeId,
    probe: probeId,
    target: `target of ${probeId}`,
    model: "some-model",
    scenario: "valid-request",
    location: "here",
    kind: "latency",
    label: "total time",
    state: "open",
    episode: 1,
    sequence: 1,
    severity: "risky",
    recent: [true, true],
    goodInARow: 0,
    badRuns: 2,
    judgedRuns: 2,
    firstBadSlotMs: slotMs,
    lastSlotMs: slotMs,
    openedAtMs: slotMs + 900,
    findings: [],
    evidence: [],
    ...over,
  };
}

export function transitionOf(incident: Incident, kind: Transition["kind"]): NotifiedTransition {
  return {
    kind,
    incidentId: incidentId(incident),
    fingerprint: incident.fingerprint,
    sequence: incident.sequence,
    atMs: incident.lastSlotMs + 900,
    reason: "2-of-3-slots-bad",
    routes: [{ receiver: "nobody", notified: false, reason: "informative-only" }],
  };
}

export function entryOf(incident: Incident, receiver: string): OutboxEntry {
  const id = incidentId(incident);
  return {
    id: `${id}-${incident.sequence}-${receiver}`,
    receiver,
    createdAtMs: incident.lastSlotMs + 900 + incident.sequence,
    alert: {
      version: 1,
      // The store adds it; the conformance tests empty it.
      installation: "",
      incidentId: id,
      fingerprint: incident.fingerprint,
      sequence: incident.sequence,
      event: "opened",
      status: "firing",
      reason: "2-of-3-slots-bad",
      at: new Date(incident.lastSlotMs).toISOString(),
      kind: incident.kind,
      severity: incident.severity,
      summary: "total time has doubled",
      changes: [],
      moreChanges: 0,
      target: incident.target,
      model: "some-model",
      scenario: incident.scenario,
      location: incident.location,
      probe: incident.probeId,
      firstBadSlot: new Date(incident.firstBadSlotMs).toISOString(),
      lastGoodSlot: null,
      badRuns: 2,
      judgedRuns: 2,
      baselineVersion: 1,
      reach: null,
      evidence: [],
      likelyCause: "provider",
      nextStep: "Look at the provider's status page.",
    },
  };
}

/** An incident of the probe with its transition and one alert for each receiver. */
export function openedFor(incident: Incident, receivers: readonly string[]): Decision {
  return {
    ...nothingNew,
    verdict: "drift",
    incidents: [incident],
    transitions: [transitionOf(incident, "opened")],
    outbox: receivers.map((receiver) => entryOf(incident, receiver)),
  };
}
