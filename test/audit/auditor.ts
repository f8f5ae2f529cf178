import { setTimeout as sleep } from "node:timers/promises";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { conductAudit } from "../../src/audit/conduct.ts";
import type { AuditDocument } from "../../src/audit/document.ts";
import { type AuditPlan, planAudit } from "../../src/audit/plan.ts";
import { writeUp } from "../../src/audit/write-up.ts";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import type { PinnedReplies } from "../../src/probe/audit-terms.ts";
import type { Target } from "../../src/probe/target.ts";
import type { RunStore, World } from "../../src/run/world.ts";
import { systemClock } from "../../src/std/clock.ts";
import { silentLog } from "../../src/std/log.ts";
import { createRedactor } from "../../src/std/redact.ts";
import { policy } from "../exchange/policy.ts";
import { probe } from "../probe/samples.ts";

/** Remembers nothing: each run is the first. */
const forgetful: RunStore = {
  claim: () => Promise.resolve({ kind: "claimed" }),
  miss: () => Promise.resolve(),
  commit: (_run, decide) =>
    Promise.resolve(
      decide({ series: [], incidents: [], lastGoodSlotMs: undefined, surroundings: { silences: [], outages: [] } }),
    ),
};

export function targetAt(baseUrl: string, change: Partial<Target> = {}): Target {
  return { ...probe.target, baseUrl, key: { env: "KEY" }, policy: { ...policy, maxRequestBytes: 65_536 }, ...change };
}

/** An audit by the real code over real connections, without a store. `only` leaves the rest of the catalogue out. */
export async function auditOf(
  target: Target,
  key: string,
  only?: (scenario: string) => boolean,
  pinned?: PinnedReplies,
): Promise<{ document: AuditDocument; plan: AuditPlan }> {
  const attempts = createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" });
  const pause = (ms: number): Promise<void> => sleep(ms);
  const redact = createRedactor([key]);
  const world: World = {
    clock: systemClock,
    random: () => 0,
    sleep: pause,
    exchanger: createExchanger({ attempt: attempts.attempt, clock: systemClock, random: () => 0, sleep: pause }),
    runs: forgetful,
    secret: () => key,
    redact,
    log: silentLog,
    tracer: new TracerProvider().getTracer("test"),
  };
  try {
    const whole = planAudit(target, systemClock.nowMs());
    const plan = { ...whole, scenarios: whole.scenarios.filter(({ scenario }) => only?.(scenario.name) ?? true) };
    const startedAtMs = systemClock.nowMs();
    const conducted = await conductAudit(world, { target, plan, approvedMicroUsd: undefined, progress() {} });
    const facts = {
      target,
      plan,
      ...conducted,
      startedAtMs,
      endedAtMs: systemClock.nowMs(),
      program: "test",
      redact,
      pinned,
    };
    return { document: writeUp({ ...facts, sinks: [] }), plan };
  } finally {
    await attempts.close();
  }
}

/** What depends on the client alone is rehearsed elsewhere. */
export const askedOnly = (scenario: string): boolean =>
  scenario !== "forced-timeout" && scenario !== "upstream-failure";

export function state(document: AuditDocument, item: string): string | undefined {
  return document.decision.results.find((result) => result.item === item)?.state;
}

export function observed(document: AuditDocument, scenario: string, subject: string): string | undefined {
  const run = document.runs.find((it) => it.scenario === scenario);
  return run?.checks.find((check) => check.subject === subject)?.observed;
}

export function evidence(document: AuditDocument, scenario: string) {
  return document.evidence.findLast((row) => row.scenario === scenario);
}

/** What the worksheet says was observed. */
export function item(document: AuditDocument, name: string): string {
  return document.worksheet.find((it) => it.item === name)?.observed ?? "";
}
