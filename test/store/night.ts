import { applyRulings } from "../../src/notify/apply.ts";
import { createConcurrencyLimit } from "../../src/notify/deliver/concurrency-limit.ts";
import { pollOnce } from "../../src/notify/deliver/outbox-poller.ts";
import type { Ruling } from "../../src/judgement/judgement.ts";
import { type Alerting, plainAlerting } from "../../src/probe/alerting.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { checkOutages } from "../../src/upkeep/check-outages.ts";
import { sweepIncidents } from "../../src/upkeep/sweep-incidents.ts";
import { checkGroups } from "../../src/upkeep/check-groups.ts";
import { silentLog } from "../../src/std/log.ts";
import type { Store } from "../../src/store/store.ts";
import { probe } from "../probe/samples.ts";
import { claimOf, finishOf, noonMs, nothingNew } from "./samples.ts";

export const alerting: Alerting = { ...plainAlerting, groupWaitMs: 30_000 };

const subject = { kind: "availability", series: "call", label: "reply" } as const;
const bad: Ruling = {
  subject,
  outcome: "bad",
  findings: [
    { kind: "availability", severity: "breaking", subject: "reply", expected: "a reply", observed: "connect" },
  ],
  // Connecting is tried again at once.
  failures: 2,
};
const good: Ruling = { subject, outcome: "good" };

export function probeOf(name: string, host: string, over: Partial<Probe> = {}): Probe {
  const target = { ...probe.target, name, baseUrl: `https://${host}/v1` };
  return { ...probe, id: `${name}@eu`, name, target, alerting, receivers: ["pager"], ...over };
}

/** A night of these probes on a clock moved by hand, over the real store. */
export function night(store: Store, probes: readonly Probe[], receivers: readonly string[] = ["pager"]) {
  const world = { store, probes, receivers, alerting: probes[0]?.alerting ?? alerting };
  const notified: string[] = [];
  const clock = (atMs: number): string => `+${Math.round((atMs - noonMs) / 1000)}s`;
  return {
    told: notified,
    async slot(one: Probe, quality: "bad" | "good", atMs: number): Promise<void> {
      const claim = claimOf(one.id, atMs, {
        target: one.target.name,
        location: one.location,
        scenario: "valid-request",
      });
      await store.claim(claim);
      await store.commit({ ...finishOf(claim), endedAtMs: atMs }, ({ incidents, surroundings }) => {
        const context = {
          probe: one,
          slotMs: atMs,
          nowMs: atMs,
          evidence: { runId: claim.runId },
          lastGoodSlotMs: undefined,
        };
        const ruling = quality === "bad" ? bad : good;
        return { ...nothingNew, ...applyRulings(incidents, [ruling], context, one.receivers, surroundings) };
      });
    },
    /** What the service does every few seconds, and whatever is due then delivered. */
    async tick(atMs: number): Promise<void> {
      await checkOutages(world, atMs);
      await checkGroups(world, atMs);
      await sweepIncidents(store, probes, atMs);
      const due: string[] = [];
      const enqueue = (id: string): Promise<void> => Promise.resolve(void due.push(id));
      await pollOnce({
        outbox: store,
        enqueue,
        clock: { nowMs: () => atMs, monotonicMs: () => atMs },
        concurrency: createConcurrencyLimit(1000),
        log: silentLog,
      });
      for (const id of due) {
        const leased = await store.lease(id, atMs, 1000);
        if (leased === undefined) throw new Error("due and not to be had");
        const { alert, receiver } = leased.entry;
        notified.push(`${clock(atMs)} ${receiver} ${alert.event}: ${alert.summary}`);
        const attempt = { outboxId: id, receiver, ordinal: 1, startedAtMs: atMs, durationMs: 1 };
        await store.record({ ...attempt, outcome: { kind: "delivered", status: 200 } });
      }
    },
    async ticks(fromMs: number, untilMs: number): Promise<void> {
      for (let atMs = fromMs; atMs <= untilMs; atMs += 5_000) await this.tick(atMs);
    },
  };
}
