import type { Incident } from "../../src/incident/incident.ts";
import type { Finding } from "../../src/judgement/judgement.ts";
import type { Overview, ProbeOverview, RunSummary } from "../../src/operate/overview.ts";
import type { RunReport } from "../../src/run/run.ts";

export const slotMs = Date.UTC(2026, 10, 23, 9, 0, 0);

const report: RunReport = {
  runId: "valid-request@eu/2026-11-23T09:00:00.000Z",
  probeId: "valid-request@eu",
  probe: "valid-request",
  target: "comet",
  model: "gpt-4o-mini",
  scenario: "valid-request",
  location: "eu",
  slotMs,
  state: "done",
  verdict: "ok",
  findings: [],
  unjudged: [],
  totalMs: 812,
  status: 200,
  spent: { requests: 1, tokens: 48, microUsd: 100 },
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
};

export function aReport(change: Partial<RunReport> = {}): RunReport {
  return { ...report, ...change };
}

export const roleGone: Finding = {
  kind: "contract",
  severity: "breaking",
  subject: "$.choices[].message.role",
  expected: "string",
  observed: "absent",
  baselineVersion: 3,
};

/** One of each end a slot can come to. */
export const mixedReports: readonly RunReport[] = [
  aReport(),
  aReport({
    probe: "streamed-request",
    scenario: "streamed-request",
    firstContentMs: 240,
    unjudged: ["latency: learning, 1 of 30", "usage: learning, 1 of 30"],
  }),
  aReport({
    probe: "large-extract",
    model: "gpt-4o",
    verdict: "drift",
    totalMs: 3410,
    findings: [
      roleGone,
      {
        kind: "latency",
        severity: "risky",
        subject: "total time",
        expected: "≤ 1.62 s",
        observed: "3.41 s",
      },
    ],
  }),
  aReport({
    probe: "invalid-key",
    target: "other",
    verdict: "fail",
    spent: { requests: 2 },
    findings: [
      {
        kind: "policy",
        severity: "breaking",
        subject: "invalid key",
        expected: "refusal",
        observed: "completion",
      },
    ],
  }),
  aReport({
    probe: "it's odd",
    target: "other",
    verdict: "inconclusive",
    traceId: undefined,
    unjudged: ["no reply: timeout while connecting"],
    spent: { requests: 2 },
  }),
  aReport({
    probe: "nightly",
    state: "skipped",
    reason: "spend-cap",
    verdict: undefined,
    spent: { requests: 0, microUsd: 0 },
  }),
  aReport({
    probe: "warned",
    verdict: "warn",
    findings: [{ ...roleGone, severity: "informative", observed: "added" }],
  }),
];

const atMs = slotMs + 41_000;

function runs(count: number, change: (index: number) => Partial<RunSummary>): readonly RunSummary[] {
  return Array.from({ length: count }, (_, index) => ({
    runId: `run ${index}`,
    slotMs: slotMs + index * 1000,
    state: "done",
    verdict: "ok",
    totalMs: 130 + ((index * 37) % 30),
    tokens: 17,
    microUsd: 7,
    ...change(index),
  }));
}

function probe(name: string, recent: readonly RunSummary[], learning?: ProbeOverview["learning"]): ProbeOverview {
  return {
    probeId: `${name}@local`,
    target: "demo",
    model: "gpt-4o-mini",
    scenario: name,
    location: "local",
    recent,
    learning,
  };
}

export const anIncident: Incident = {
  fingerprint: "0123456789abcdef",
  probeId: "valid-request@local",
  probe: "valid-request",
  target: "demo",
  model: "gpt-4o-mini",
  scenario: "valid-request",
  location: "local",
  kind: "contract",
  label: "valid-request 2xx shape",
  state: "open",
  episode: 1,
  sequence: 1,
  severity: "breaking",
  recent: [false, true, true],
  goodInARow: 0,
  badRuns: 5,
  judgedRuns: 17,
  firstBadSlotMs: atMs - 5000,
  lastSlotMs: atMs,
  findings: [roleGone],
  evidence: [],
};

export const anOverview: Overview = {
  atMs,
  probes: [
    probe(
      "valid-request",
      runs(20, (index) => ({
        verdict: index > 14 ? "drift" : "ok",
        totalMs: index > 16 ? 270 : 135,
      })),
    ),
    probe(
      "streamed-request",
      runs(9, () => ({})),
      { done: 9, of: 12 },
    ),
    probe("invalid-key", [
      ...runs(3, (index) => ({
        verdict: (["inconclusive", "fail", "warn"] as const)[index],
        tokens: undefined,
        microUsd: undefined,
      })),
      { runId: "late", slotMs, state: "missed", reason: "stale" },
    ]),
    probe("missing-model", []),
  ],
  incidents: [anIncident, { ...anIncident, kind: "latency", findings: [], label: "total time", state: "acknowledged" }],
  spendToday: [{ target: "demo", microUsd: 1234, tokens: 900, requests: 60, unknownRuns: 2 }],
  deliveries: { pending: 1, failed: 2 },
};
