import type { OutboxEntry } from "../../src/notify/compose/alert.ts";
import { applyRulings } from "../../src/notify/apply.ts";
import { sweep } from "../../src/notify/sweep.ts";
import { notify } from "../../src/notify/route/notify.ts";
import type { acknowledge } from "../../src/incident/acknowledge.ts";
import type { Incident } from "../../src/incident/incident.ts";
import { alone, type Surroundings } from "../../src/incident/inhibit.ts";
import type { Silence, SilenceMatcher } from "../../src/incident/silence.ts";
import type { FindingKind, Ruling } from "../../src/judgement/judgement.ts";
import { type Alerting, plainAlerting } from "../../src/probe/alerting.ts";
import type { Cadence } from "../../src/probe/probe.ts";
import { probe } from "../probe/samples.ts";

const minuteMs = 60_000;

/**
 * A day on a fake clock: a slot every ten minutes, `at("1:20", …)` does something first. What is told is written as
 * `2:10 opened`.
 */
export function timeline(
  kind: FindingKind = "usage",
  receivers: readonly string[] = ["pager"],
  alerting: Alerting = plainAlerting,
  /** Undefined: as if others measured it all the time. */
  cadence?: Cadence,
) {
  const owner = { ...probe, alerting, receivers, cadence };
  const subject = { kind, series: "s", label: "prompt tokens" };
  const badOf = (quality: "bad" | "informative" | "breaking"): Ruling => ({
    subject,
    outcome: "bad",
    findings: [
      {
        kind,
        severity: quality === "bad" ? "risky" : quality,
        subject: "prompt tokens",
        expected: "9",
        observed: "421",
      },
    ],
  });
  let incident: Incident | undefined;
  let surroundings: Surroundings = alone;
  const notified: string[] = [];
  const heard: string[] = [];
  const ids: string[] = [];
  const sequences: number[] = [];
  const reasons: string[] = [];
  const routes: string[] = [];
  const note = (clock: string, after: ReturnType<typeof notify>): void => {
    incident = after.incidents.at(-1) ?? incident;
    notified.push(...after.outbox.map(({ alert }) => `${clock} ${alert.event}`));
    heard.push(...after.outbox.map((entry) => `${clock} ${entry.receiver} ${entry.alert.event}${heldUntil(entry)}`));
    ids.push(...after.outbox.map(({ alert }) => alert.incidentId));
    reasons.push(...after.transitions.map(({ reason }) => reason));
    sequences.push(...after.transitions.map(({ sequence }) => sequence));
    routes.push(...after.transitions.map((it) => `${it.kind}: ${it.routes.map(({ reason }) => reason).join()}`));
  };
  type Quality = "bad" | "good" | "informative" | "breaking";
  const slot = (atMs: number, quality: Quality): void => {
    const ruling: Ruling = quality === "good" ? { subject, outcome: "good" } : badOf(quality);
    const context = { probe: owner, slotMs: atMs, nowMs: atMs, evidence: { runId: "r" }, lastGoodSlotMs: undefined };
    const known = incident === undefined ? [] : [incident];
    note(clockOf(atMs), applyRulings(known, [ruling], context, receivers, surroundings));
  };
  return {
    told: notified,
    /** With who was told, and until when the message is held: `0:20 pager opened, held until 8:00`. */
    heard,
    routes,
    ids,
    sequences,
    reasons,
    incident: () => incident,
    /** One slot of a probe that runs every minute. */
    minute: (minute: number, quality: Quality) => slot(minute * minuteMs, quality),
    /** Another process goes on with what the store has kept. */
    restart(): void {
      incident = incident && (JSON.parse(JSON.stringify(incident)) as Incident);
    },
    /** The clock alone, every minute. */
    wait(from: string, until: string): void {
      for (let atMs = msOf(from); atMs <= msOf(until); atMs += minuteMs) {
        const after = incident && sweep(incident, owner, surroundings, atMs);
        if (after !== undefined) note(clockOf(atMs), after);
      }
    },
    sent(count: number): void {
      surroundings = { ...surroundings, sent: new Map(receivers.map((name) => [name, count])) };
    },
    silence(from: string, until: string, matcher: SilenceMatcher): void {
      const silence: Silence = {
        id: "sil-1",
        matcher,
        startsAtMs: msOf(from),
        endsAtMs: msOf(until),
        by: "ann",
        why: "x",
      };
      surroundings = { ...surroundings, silences: [...surroundings.silences, silence] };
    },
    outage(openedAt: string | undefined): void {
      const other = { fingerprint: "other", incidentId: "other-1", openedAtMs: msOf(openedAt ?? "0:00") };
      surroundings = { ...surroundings, outages: openedAt === undefined ? [] : [other] };
    },
    slots(from: string, until: string, quality: Quality): void {
      for (let atMs = msOf(from); atMs <= msOf(until); atMs += 10 * minuteMs) slot(atMs, quality);
    },
    act(at: string, act: typeof acknowledge): string {
      if (incident === undefined) throw new Error("nothing to act on");
      const result = act(incident, { by: "ann", why: "on it", atMs: msOf(at) });
      if (result.kind === "refused") return result.reason;
      note(at, notify(result.incident, result.transition, receivers, { alerting }));
      return "done";
    },
  };
}

function heldUntil({ heldUntilMs }: OutboxEntry): string {
  return heldUntilMs === undefined ? "" : `, held until ${clockOf(heldUntilMs)}`;
}

function msOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number);
  return (hours * 60 + minutes) * minuteMs;
}

function clockOf(atMs: number): string {
  const minutes = Math.round(atMs / minuteMs);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
