import type { IncidentAlert, OutboxEntry } from "../../src/notify/compose/alert.ts";
import { composeAlert } from "../../src/notify/compose/compose.ts";
import { outboxEntries, routeAlert } from "../../src/notify/route/route.ts";
import type { Incident, Transition, TransitionKind } from "../../src/incident/incident.ts";
import type { Finding } from "../../src/judgement/judgement.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { WebhookReceiver } from "../../src/receivers/webhook/receiver.ts";

export const atMs = Date.parse("2026-11-23T10:12:00Z");

export const probe: Probe = {
  id: "mini-valid@eu",
  name: "mini-valid",
  target: {
    name: "mini",
    baseUrl: "https://api.example.com/v1",
    model: "gpt-4o-mini",
    provider: "openai",
    keyHeader: { name: "authorization", prefix: "Bearer " },
    headers: {},
    maxTokensField: "max_tokens",
    policy: {
      connectMs: 1,
      firstByteMs: 1,
      firstContentMs: 1,
      idleMs: 1,
      totalMs: 1,
      maxBodyBytes: 1,
      maxEvents: 1,
      retries: 0,
      maxRetryAfterMs: 1,
      connection: "fresh",
      circuit: { failures: 1, openMs: 1 },
    },
    spendCaps: [],
  },
  scenario: { kind: "built-in", name: "valid-request" },
  location: "eu",
  cadence: { kind: "every", everyMs: 60_000 },
  nonce: false,
  judge: {
    learnRuns: 5,
    latencyFloorRatio: 1.3,
    maxLoopDelayMs: 100,
    drift: { falsePageEveryMs: 15_552_000_000, samples: 60, pageAfterMs: 86_400_000, fullAfterMs: 604_800_000 },
  },
  incident: { fire: { bad: 2, of: 3 }, resolveAfter: 2, remindMs: 14_400_000, reopenWithinMs: 1_800_000 },
  tier: "page",
  alerting: plainAlerting,
  receivers: ["pager", "archive"],
};

export const promptTokens: Finding = {
  kind: "usage",
  severity: "risky",
  subject: "prompt tokens",
  expected: "12",
  observed: "57",
  baselineVersion: 3,
};

export function incident(over: Partial<Incident> = {}): Incident {
  return {
    fingerprint: "f00dfeed",
    probeId: probe.id,
    probe: probe.name,
    target: "mini",
    model: "gpt-4o-mini",
    scenario: "valid-request",
    location: "eu",
    kind: "usage",
    label: "prompt tokens",
    state: "open",
    episode: 1,
    sequence: 1,
    severity: "risky",
    recent: [true, false, true],
    goodInARow: 0,
    badRuns: 2,
    judgedRuns: 3,
    firstBadSlotMs: atMs - 120_000,
    lastGoodSlotMs: atMs - 180_000,
    lastSlotMs: atMs,
    openedAtMs: atMs,
    findings: [promptTokens],
    evidence: [
      {
        runId: "mini-valid@eu/2026-11-23T10:12:00.000Z",
        traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
        requestId: "req_8f2c",
        status: 200,
      },
    ],
    ...over,
  };
}

export function transition(kind: TransitionKind = "opened", over: Partial<Transition> = {}): Transition {
  return {
    kind,
    incidentId: "f00dfeed-1",
    fingerprint: "f00dfeed",
    sequence: 1,
    atMs,
    reason: "2-of-3-slots-bad",
    ...over,
  };
}

export function alertOf(over: Partial<Incident> = {}, kind: TransitionKind = "opened"): IncidentAlert {
  return composeAlert(incident(over), transition(kind));
}

export function entryFor(receiver = "pager", incidentId = "f00dfeed-1"): OutboxEntry {
  const alert = composeAlert(incident(), transition("opened", { incidentId }));
  const [entry] = outboxEntries(alert, routeAlert(alert, [receiver]));
  if (entry === undefined) throw new Error("no entry for a risky incident");
  return entry;
}

export const secrets: Readonly<Record<string, string>> = {
  NEW_SECRET: `whsec_${Buffer.alloc(32, "new").toString("base64")}`,
  OLD_SECRET: `whsec_${Buffer.alloc(24, "old").toString("base64")}`,
};

export function receiver(over: Partial<WebhookReceiver> = {}): WebhookReceiver {
  return {
    kind: "webhook",
    name: "pager",
    url: "https://hooks.example.com/plumbline",
    secrets: [{ env: "NEW_SECRET" }],
    allowPrivate: true,
    timeoutMs: 5_000,
    ...over,
  };
}
