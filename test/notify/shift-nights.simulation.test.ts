import fc from "fast-check";
import { expect, test } from "vitest";
import { applyRulings } from "../../src/notify/apply.ts";
import type { Effects } from "../../src/notify/effects.ts";
import { sweep } from "../../src/notify/sweep.ts";
import { acknowledge } from "../../src/incident/acknowledge.ts";
import { type Incident, incidentId } from "../../src/incident/incident.ts";
import { outageOf, type Surroundings } from "../../src/incident/inhibit.ts";
import { isMatchedBy, type Silence } from "../../src/incident/silence.ts";
import type { Finding, Ruling } from "../../src/judgement/judgement.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { minuteMs } from "../../src/std/duration.ts";
import type { PeerProbe } from "../../src/incident/blast-radius.ts";
import { incident as incidentSample, probe as sample } from "./samples.ts";

/** Three probes of two targets on one host, through a night of ten-minute slots. */
const stepMs = 10 * minuteMs;
const named = (id: string, target: string, scenario: string): Probe => ({
  ...sample,
  id,
  name: id,
  target: { ...sample.target, name: target },
  scenario: { kind: "built-in", name: scenario },
  cadence: { kind: "every", everyMs: stepMs },
  incident: { ...sample.incident, reopenWithinMs: 0, remindMs: 60 * minuteMs },
  alerting: {
    ...plainAlerting,
    routes: [
      { name: "all", match: {}, receivers: ["pager"], escalate: { afterMs: 30 * minuteMs, receivers: ["lead"] } },
    ],
  },
});
const probes = [
  named("a", "mini", "valid-request"),
  named("b", "mini", "streamed-request"),
  named("c", "large", "valid-request"),
];
const receivers = ["pager", "lead"];

/** What a slot finds: no reply, a field that is gone, all well, or that its run was lost. */
const runs = ["down", "down", "changed", "changed", "good", "good", "lost"] as const;
const asides = ["none", "none", "silence", "restart", "back", "forth", "ack", "pause", "resume", "unwell"] as const;
interface Step {
  readonly runs: readonly (typeof runs)[number][];
  readonly aside: (typeof asides)[number];
  readonly of: number;
}
const night = fc.array(
  fc.record({
    runs: fc.tuple(...probes.map(() => fc.constantFrom(...runs))),
    aside: fc.constantFrom(...asides),
    of: fc.nat({ max: probes.length - 1 }),
  }),
  { minLength: 8, maxLength: 40 },
);

const laws = ["muted", "stale", "twice", "endless", "ids", "since", "acknowledged", "reach"] as const;
type Law = (typeof laws)[number];
/** What is broken on purpose, to see that a law can fail. */
type Sabotage =
  | "deaf-to-silences"
  | "deaf-to-outages"
  | "never-stale"
  | "forgets-causes"
  | "forgets-at-restart"
  | "none";

const rulingsOf = (found: (typeof runs)[number]): readonly Ruling[] => {
  const down = { kind: "availability", series: "reply", label: "reply" } as const;
  const changed = { kind: "contract", series: "shape", label: "response" } as const;
  const bad = (subject: typeof down | typeof changed): Ruling => {
    const finding: Finding = {
      kind: subject.kind,
      severity: "breaking",
      subject: subject.label,
      expected: "x",
      observed: "y",
    };
    return { subject, outcome: "bad", findings: [finding] };
  };
  if (found === "down") return [bad(down), { subject: changed, outcome: "unjudged", reason: "no reply" }];
  return [
    { subject: down, outcome: "good" },
    found === "changed" ? bad(changed) : { subject: changed, outcome: "good" },
  ];
};

/** Plays a night and a calm day after it; the laws that were broken. */
function play(steps: readonly Step[], sabotage: Sabotage = "none"): ReadonlySet<Law> {
  const broken = new Set<Law>();
  let incidents = new Map<string, Incident>();
  const silences: Silence[] = [];
  const measuredMs = new Map<string, number>();
  const heard = new Map<string, string>();
  const resolvedMs = new Map<string, number>();
  const goodMs = new Map<string, number>();
  const paused = new Set<string>();
  let skewMs = 0;
  let unwellUntilMs = 0;
  const peers = new Map<string, PeerProbe>();
  const badSlots = new Map<string, Set<number>>();
  const ids = new Set<string>();
  const sinceOf = new Map<string, string>();
  const sequenceOf = new Map<string, number>();
  const uncheckedOf = new Map<string, string>();
  const ownedIds = new Set<string>();

  const unwell = (nowMs: number): Incident => ({
    ...incidentSample({ kind: "monitor", lastSlotMs: nowMs, goodInARow: 0 }),
    group: { reason: "monitor-overloaded", members: [], headline: "no time" },
  });

  const around = (target: string, nowMs: number): Surroundings => {
    const open = [...incidents.values()].filter(({ state }) => state === "open" || state === "acknowledged");
    const outages = open.filter((one) => one.kind === "availability" && one.target === target).map(outageOf);
    return {
      peers: [...peers.values()],
      groups: nowMs < unwellUntilMs ? [unwell(nowMs)] : [],
      silences: sabotage === "deaf-to-silences" ? [] : silences,
      outages: sabotage === "deaf-to-outages" ? [] : outages,
      changes: sabotage === "forgets-causes" ? [] : open.filter(({ kind }) => kind === "contract"),
    };
  };

  const judge = (effects: Effects, nowMs: number): void => {
    for (const { id, receiver, alert } of effects.outbox) {
      if (ids.has(id)) broken.add("ids");
      ids.add(id);
      const incident = effects.incidents.find((one) => incidentId(one) === alert.incidentId);
      if (incident === undefined) throw new Error("a message without its incident");
      if ((sequenceOf.get(alert.incidentId) ?? 0) > alert.sequence) broken.add("ids");
      sequenceOf.set(alert.incidentId, alert.sequence);
      const since = sinceOf.get(alert.incidentId) ?? alert.firstBadSlot;
      sinceOf.set(alert.incidentId, since);
      const wasBad = badSlots.get(incident.probeId)?.has(Date.parse(alert.firstBadSlot)) === true;
      if (since !== alert.firstBadSlot || !wasBad) broken.add("since");
      if (alert.event === "resolved") heard.delete(alert.incidentId);
      if (alert.status !== "firing") continue;
      const { probeId, target, kind, firstBadSlotMs } = incident;
      const isSilenced = silences.some(
        (one) => one.startsAtMs <= nowMs && nowMs < one.endsAtMs && isMatchedBy(incident, one.matcher),
      );
      const older = [...incidents.values()].some(
        (one) =>
          one.kind === "availability" &&
          one.target === target &&
          one.fingerprint !== incident.fingerprint &&
          (one.state === "open" || one.state === "acknowledged") &&
          (one.openedAtMs ?? 0) < (incident.openedAtMs ?? 0),
      );
      if (isSilenced || older || nowMs < unwellUntilMs) broken.add("muted");
      if (ownedIds.has(alert.incidentId)) broken.add("acknowledged");
      const named = [...(alert.reach?.affected ?? []), ...(alert.reach?.fine ?? [])];
      const beganMs = incident.lastGoodSlotMs ?? firstBadSlotMs;
      const isTold = [...peers.values()].every(
        ({ target: of, scenario, atMs }) => atMs > beganMs || !named.includes(`${of} ${scenario}`),
      );
      if (!isTold) broken.add("reach");
      if (alert.uncheckedSince !== undefined) {
        if (uncheckedOf.get(`${receiver} ${alert.incidentId} ${alert.uncheckedSince}`) !== undefined)
          broken.add("twice");
        uncheckedOf.set(`${receiver} ${alert.incidentId} ${alert.uncheckedSince}`, id);
      }
      const lastMs = measuredMs.get(probeId) ?? 0;
      const isFresh = lastMs >= firstBadSlotMs && nowMs - lastMs <= 3 * stepMs;
      if (!isFresh && alert.uncheckedSince === undefined) broken.add("stale");
      const { isPending, muted } = incidents.get(incident.fingerprint)?.notifications ?? {};
      const isOther = muted?.reason === "same-cause";
      const mutedUntilMs = isOther ? (resolvedMs.get(muted?.by ?? "") ?? 0) : unwellUntilMs;
      const isUnseen = isOther || muted?.reason === "monitor-overloaded";
      if (isPending === true && isUnseen && lastMs < mutedUntilMs && alert.uncheckedSince === undefined)
        broken.add("stale");
      const isKnown = [...heard].some(
        ([id, of]) =>
          id !== alert.incidentId && kind === "contract" && of === `${kind} ${JSON.stringify(incident.findings)}`,
      );
      const isAgain =
        alert.event === "opened" &&
        incident.sequence === 1 &&
        heard.has(alert.incidentId) &&
        effects.outbox.length === 1;
      if (isAgain || isKnown) broken.add("twice");
      heard.set(alert.incidentId, `${kind} ${JSON.stringify(incident.findings)}`);
    }
    for (const { kind, incidentId: id, atMs } of effects.transitions) if (kind === "resolved") resolvedMs.set(id, atMs);
    for (const one of effects.incidents) incidents.set(one.fingerprint, one);
  };

  const slot = (probe: Probe, found: (typeof runs)[number], nowMs: number): void => {
    // What is measured while the monitor is unwell is no evidence.
    if (found === "lost" || paused.has(probe.id) || nowMs < unwellUntilMs) return;
    measuredMs.set(probe.id, nowMs);
    const own = [...incidents.values()].filter(({ probeId }) => probeId === probe.id);
    if (found !== "good") badSlots.set(probe.id, (badSlots.get(probe.id) ?? new Set()).add(nowMs));
    const lastGoodSlotMs = goodMs.get(probe.id);
    if (found === "good") goodMs.set(probe.id, nowMs);
    peers.set(probe.id, {
      probeId: probe.id,
      target: probe.target.name,
      scenario: probe.scenario.name,
      location: probe.location,
      atMs: nowMs,
      verdict: found === "good" ? "ok" : "fail",
      kinds: found === "down" ? ["availability"] : found === "changed" ? ["contract"] : [],
    });
    const context = { probe, slotMs: nowMs, nowMs, evidence: { runId: "r" }, lastGoodSlotMs };
    judge(applyRulings(own, rulingsOf(found), context, receivers, around(probe.target.name, nowMs)), nowMs);
  };

  const aside = ({ aside: what, of }: Step, nowMs: number): void => {
    const target = probes[of]?.target.name ?? "";
    if (what === "silence") {
      const id = `sil-${silences.length}`;
      silences.push({
        id,
        matcher: { target },
        startsAtMs: nowMs,
        endsAtMs: nowMs + 60 * minuteMs,
        by: "ann",
        why: "x",
      });
    }
    if (what === "restart") {
      const kept = sabotage === "forgets-at-restart" ? [] : [...incidents];
      incidents = new Map(JSON.parse(JSON.stringify(kept)) as typeof kept);
    }
    if (what === "unwell") unwellUntilMs = nowMs + 30 * minuteMs;
    if (what === "pause") paused.add(probes[of]?.id ?? "");
    if (what === "resume") paused.clear();
    if (what === "back") skewMs = -60 * minuteMs;
    if (what === "forth") skewMs = 0;
    const open = [...incidents.values()].filter(({ state }) => state === "open")[of];
    const result = what === "ack" && open ? acknowledge(open, { by: "ann", why: "x", atMs: nowMs }) : undefined;
    if (result?.kind === "done") {
      incidents.set(result.incident.fingerprint, result.incident);
      ownedIds.add(incidentId(result.incident));
    }
  };

  let trueMs = Date.UTC(2026, 10, 23);
  const calm: Step = { runs: ["good", "good", "good"], aside: "none", of: 0 };
  const ends: Step[] = [
    { ...calm, aside: "forth" },
    { ...calm, aside: "resume" },
  ];
  // A suspicion, of which nobody has heard, may last: failures that come and go are counted for hours.
  const isOver = (): boolean =>
    heard.size === 0 && [...incidents.values()].every(({ state }) => state === "resolved" || state === "suspected");
  for (const [index, step] of [...steps, ...ends, ...Array.from({ length: 200 }, () => calm)].entries()) {
    if (index > steps.length + 45 && isOver()) break;
    aside(step, trueMs);
    for (const [nth, probe] of probes.entries()) slot(probe, step.runs[nth] ?? "good", trueMs + nth * 1000);
    for (let minute = 1; minute < 10; minute += 1) {
      // A clock that was set back shows the sweep an earlier time, for a while.
      const nowMs = trueMs + minute * minuteMs + skewMs;
      for (const incident of incidents.values()) {
        const probe = probes.find(({ id }) => id === incident.probeId);
        if (probe === undefined) continue;
        const owner = { ...probe, receivers, cadence: sabotage === "never-stale" ? undefined : probe.cadence };
        const effects = sweep(incident, owner, around(incident.target, nowMs), nowMs);
        if (effects !== undefined) judge(effects, nowMs);
      }
    }
    trueMs += stepMs;
  }
  if (!isOver()) broken.add("endless");
  return broken;
}

test("200 bad nights of three probes: no law is broken", () => {
  fc.assert(
    fc.property(night, (steps) => {
      expect([...play(steps)]).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test.each<[Sabotage, Law]>([
  ["deaf-to-silences", "muted"],
  ["deaf-to-outages", "muted"],
  ["never-stale", "stale"],
  ["forgets-causes", "twice"],
  ["forgets-at-restart", "endless"],
])("with the code broken on purpose (%s) the law is broken: %s", (sabotage, law) => {
  const nights = fc.sample(night, { numRuns: 200, seed: 7 });
  expect(nights.some((steps) => play(steps, sabotage).has(law))).toBe(true);
});
