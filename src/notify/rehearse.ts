import type { Incident } from "../incident/incident.ts";
import { alone, type Surroundings } from "../incident/inhibit.ts";
import type { Silence } from "../incident/silence.ts";
import { tierOf } from "../incident/tier.ts";
import type { FindingKind, Ruling, Severity } from "../judgement/judgement.ts";
import type { Probe } from "../probe/probe.ts";
import { minuteMs } from "../std/duration.ts";
import { applyRulings } from "./apply.ts";
import type { Effects } from "./effects.ts";
import { sweep } from "./sweep.ts";

/** An incident to play: it begins at a time, lasts, and nobody acknowledges it. */
export interface Rehearsal {
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly atMs: number;
  readonly lastsMs: number;
}

/** What is around it at that time. */
export interface Stage {
  readonly probe: Probe;
  readonly probes: readonly Probe[];
  readonly receivers: readonly string[];
  readonly silences: readonly Silence[];
  /** Messages about what is wrong within the hour before, by receiver. */
  readonly sent: ReadonlyMap<string, number>;
}

/** One message, or why a receiver gets none. */
export interface RehearsedLine {
  readonly receiver: string;
  /** When it would be sent; undefined: it would not. Unix milliseconds. */
  readonly sentAtMs?: number | undefined;
  readonly event: string;
  readonly reason: string;
  readonly by?: string | undefined;
}

/** Messages to one receiver beyond these say nothing new. */
const mostOfReceiver = 4;

/** Plays an incident through routes, hours, caps, silences and windows, by the code that notifies people. Pure. */
export function rehearse({ kind, severity, atMs, lastsMs }: Rehearsal, stage: Stage): readonly RehearsedLine[] {
  const { probe, receivers } = stage;
  const subject = { kind, series: "rehearsal", label: kind };
  const finding = { kind, severity, subject: kind, expected: "as usual", observed: "a rehearsal" } as const;
  const ruling: Ruling = { subject, outcome: "bad", findings: [finding], isConfirmed: true };
  const around = surroundingsOf(stage);
  const first = applyRulings(
    [],
    [ruling],
    { probe, slotMs: atMs, nowMs: atMs, evidence: { runId: "rehearsal" }, lastGoodSlotMs: undefined },
    receivers,
    around,
  );
  const lines = linesOf(first);
  let incident = first.incidents.at(-1);
  for (let nowMs = atMs + minuteMs; incident !== undefined && nowMs <= atMs + lastsMs; nowMs += minuteMs) {
    // It is measured all the time, and stays bad.
    const newest: Incident = { ...incident, lastSlotMs: nowMs, lastBadSlotMs: nowMs };
    const after = sweep(newest, { ...probe, receivers }, around, nowMs);
    if (after !== undefined) lines.push(...linesOf(after));
    incident = after?.incidents.at(-1) ?? newest;
  }
  return tidy(lines);
}

export const tierOfRehearsal = ({ kind, severity }: Rehearsal, probe: Probe): "page" | "ticket" =>
  tierOf(kind, severity, probe.tier);

function surroundingsOf({ probe, probes, silences, sent }: Stage): Surroundings {
  const peers = probes
    .filter((one) => one.id !== probe.id)
    .filter((one) => one.target.name === probe.target.name || one.scenario.name === probe.scenario.name)
    .map((one) => ({
      probeId: one.id,
      target: one.target.name,
      scenario: one.scenario.name,
      location: one.location,
      atMs: 0,
      verdict: "ok" as const,
      kinds: [],
    }));
  return { ...alone, silences, peers, sent };
}

function linesOf({ transitions, outbox }: Effects): RehearsedLine[] {
  return transitions.flatMap(({ kind, reason: why, atMs, routes }) =>
    routes.map((route): RehearsedLine => {
      const { receiver, notified, reason, by } = route;
      if (!notified) return { receiver, event: kind, reason, by };
      const entry = outbox.find((one) => one.receiver === receiver);
      const event = entry?.alert.event ?? kind;
      return { receiver, sentAtMs: entry?.heldUntilMs ?? atMs, event, reason: kind === "reminded" ? why : reason, by };
    }),
  );
}

/** Each message once, in the order of time; then those who get none, with the first reason. */
function tidy(lines: readonly RehearsedLine[]): readonly RehearsedLine[] {
  const byReceiver = [...Map.groupBy(lines, ({ receiver }) => receiver).values()];
  const sent = byReceiver.flatMap((of) =>
    of
      .filter(({ sentAtMs }) => sentAtMs !== undefined)
      // What waits for working hours is sent as one message.
      .filter(({ sentAtMs }, index, all) => all[index - 1]?.sentAtMs !== sentAtMs)
      .slice(0, mostOfReceiver),
  );
  const none = byReceiver
    .filter((of) => of.every(({ sentAtMs }) => sentAtMs === undefined))
    .flatMap((of) => of.slice(0, 1));
  return [...sent.toSorted((a, b) => (a.sentAtMs ?? 0) - (b.sentAtMs ?? 0)), ...none];
}
