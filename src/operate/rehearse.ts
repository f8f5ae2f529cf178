import { z } from "zod";
import { rehearse, tierOfRehearsal } from "../notify/rehearse.ts";
import type { Silence } from "../incident/silence.ts";
import { targetFindingKinds } from "../probe/finding-kinds.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { at, givenAt, name, severity } from "./fields.ts";
import { type Operation, type Plain, type Refused, refused } from "./operation.ts";

/** Budget and output need facts that a rehearsal does not have. */
export const rehearsedKind = z.enum(targetFindingKinds).exclude(["budget", "output"]);

const line = z.object({
  receiver: name.describe("name of the receiver"),
  sentAtMs: at("when the message would be sent; left out: it would not").optional(),
  tz: z.string().describe("time zone of the receiver"),
  event: z.string().describe("what the message is about"),
  reason: z.string().describe("reason for or against the notification"),
  by: z.string().optional().describe("route, silence, window or limit that applies"),
});

const rehearsal = z
  .object({
    probe: name.describe("id of the probe that would report the incident"),
    severity: severity.describe("severity"),
    tier: z.enum(["page", "ticket"]).describe("whether the message can wake somebody"),
    atMs: at("when it begins"),
    tz: z.string().describe("time zone of the first receiver that has one; UTC if none has"),
    lines: z.array(line).describe("messages in order, then receivers without a message"),
  })
  .meta({ id: "Rehearsal", description: "who would be notified of an incident, when and why" });

export type RehearsalView = Plain<z.output<typeof rehearsal>>;

export const rehearseIncident = {
  method: "POST",
  path: "/rehearsals",
  summary: "play an incident through routes, hours, caps and silences of a time; nothing is sent",
  scope: "read",
  subject: { missing: "no probe has such a target, name or id" },
  conflicts: true,
  body: z.strictObject({
    kind: rehearsedKind.describe("the kind of incident"),
    target: name.describe("name of a target, or name or id of a probe"),
    severity: severity.default("breaking").describe("severity"),
    atMs: givenAt("when it begins; default: now").optional(),
  }),
  answer: rehearsal,
} as const satisfies Operation;

export interface RehearsalStore {
  silences(nowMs: number): Promise<readonly Silence[]>;
  /** Messages about what is wrong within the hour before, by receiver. */
  sentBefore(nowMs: number): Promise<ReadonlyMap<string, number>>;
}

interface RehearsalWorld {
  readonly store: RehearsalStore;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
  readonly receiversOf: (probeId: string) => readonly string[];
  /** The time zone of a receiver; undefined: UTC. */
  readonly tzOf?: ((receiver: string) => string | undefined) | undefined;
}

export type Rehearse = (wanted: z.output<typeof rehearseIncident.body>) => Promise<RehearsalView | Refused | undefined>;

const lastsMs = 86_400_000;

export function createRehearsals({
  store,
  clock,
  probes,
  receiversOf,
  tzOf = () => undefined,
}: RehearsalWorld): Rehearse {
  return async ({ kind: what, target, severity: how, atMs = clock.nowMs() }) => {
    const probe = probes.find((one) => one.target.name === target || one.name === target || one.id === target);
    if (probe === undefined) return undefined;
    const receivers = receiversOf(probe.id);
    if (receivers.length === 0) return refused("the probe has no receivers");
    const played = { kind: what, severity: how, atMs, lastsMs };
    const [silences, sent] = await Promise.all([store.silences(atMs), store.sentBefore(atMs)]);
    const lines = rehearse(played, { probe, probes, receivers, silences, sent });
    const zoneOf = (receiver: string): string =>
      tzOf(receiver) ?? probe.alerting.policies[receiver]?.hours?.tz ?? "UTC";
    return {
      probe: probe.id,
      severity: how,
      tier: tierOfRehearsal(played, probe),
      atMs,
      tz: lines.map(({ receiver }) => zoneOf(receiver)).find((tz) => tz !== "UTC") ?? "UTC",
      lines: lines.map((one) => ({ ...one, tz: zoneOf(one.receiver) })),
    };
  };
}
