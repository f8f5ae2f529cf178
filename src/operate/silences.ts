import { z } from "zod";
import { mostOpenIncidents } from "../incident/incident.ts";
import { isMatchedBy, type Silence, type SilenceMatcher } from "../incident/silence.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import type { AuditEntry } from "./audit-log.ts";
import type { IncidentStore } from "./manage-incidents.ts";
import { at, by, findingKind, givenAt, name, reason } from "./fields.ts";
import { type Operation, type Plain, subjectOf } from "./operation.ts";

const matcher = z
  .strictObject({
    target: name.optional().describe("name of a target"),
    probe: name.optional().describe("name of a probe"),
    scenario: name.optional().describe("name of a scenario"),
    location: name.optional().describe("name of a location"),
    kind: findingKind.optional().describe("kind of finding"),
  })
  .refine((given) => Object.keys(given).length > 0, {
    error: "at least one of target, probe, scenario, location, kind",
  })
  .meta({ id: "Matcher", description: "all given members must match; * stands for any characters" });

const newSilence = z.strictObject({
  matcher,
  startsAtMs: givenAt("when it begins; default: now").optional(),
  durationMs: z
    .int()
    .min(1000)
    .max(90 * 86_400_000)
    .describe("duration, in milliseconds"),
  why: reason,
  endsWith: name.optional().describe("id of an incident: the silence ends when it resolves, if that is earlier"),
});

const reach = z
  .object({
    incidents: z.int().describe("number of open incidents that are muted"),
    probes: z.int().describe("number of configured probes that match"),
  })
  .meta({ id: "SilenceReach", description: "what a matcher matches now" });

const silence = z
  .object({
    id: name.describe("id of the silence"),
    matcher: z.record(z.string(), z.string().optional()).describe("what is muted"),
    startsAtMs: at("when it begins"),
    endsAtMs: at("when it ends"),
    by,
    why: z.string().describe("the reason"),
    endsWith: z
      .string()
      .optional()
      .describe("id of the incident that ends the silence when it resolves, if that is earlier"),
    reach: reach.optional().describe("effect of the new silence"),
  })
  .meta({ id: "Silence" });

export type SilenceView = Plain<z.output<typeof silence>>;
export type SilenceReach = Plain<z.output<typeof reach>>;
export type NewSilence = Plain<z.output<typeof newSilence>>;

export const listSilences = {
  method: "GET",
  path: "/silences",
  summary: "list active and future silences",
  scope: "read",
  answer: z.array(silence),
} as const satisfies Operation;

export const createSilence = {
  method: "POST",
  path: "/silences",
  summary: "mute notifications that match, for a while; judging continues",
  status: 201,
  scope: "write",
  body: newSilence,
  answer: silence,
} as const satisfies Operation;

export const previewSilence = {
  method: "POST",
  path: "/silences/preview",
  summary: "count what a matcher matches now; nothing is changed",
  scope: "read",
  body: z.strictObject({ matcher }),
  answer: reach,
} as const satisfies Operation;

export const extendSilence = {
  method: "POST",
  path: "/silences/{id}/extend",
  summary: "let a silence end this long from now",
  scope: "write",
  subject: subjectOf("silence", "the id of the silence"),
  body: newSilence.pick({ durationMs: true, why: true }),
  answer: z.object({ endsAtMs: at("when it ends") }),
} as const satisfies Operation;

export const expireSilence = {
  method: "DELETE",
  path: "/silences/{id}",
  summary: "end a silence now",
  scope: "write",
  subject: subjectOf("silence", "the id of the silence"),
  answer: z.object({ expired: z.literal(true).describe("the silence has ended") }),
} as const satisfies Operation;

export interface SilenceStore {
  silences(nowMs: number): Promise<readonly Silence[]>;
  addSilence(silence: Silence, entry: AuditEntry): Promise<void>;
  /** False when no active or future silence has this id. */
  extendSilence(id: string, endsAtMs: number, entry: AuditEntry): Promise<boolean>;
  endSilence(id: string, entry: AuditEntry): Promise<boolean>;
}

export interface Silences {
  list(): Promise<readonly Silence[]>;
  create(wanted: NewSilence, by: string): Promise<Silence & { readonly reach: SilenceReach }>;
  preview(matcher: SilenceMatcher): Promise<SilenceReach>;
  /** Undefined: no active or future silence has this id. */
  extend(id: string, durationMs: number, why: string, by: string): Promise<{ readonly endsAtMs: number } | undefined>;
  expire(id: string, by: string): Promise<{ readonly expired: true } | undefined>;
}

interface SilenceWorld {
  readonly store: SilenceStore & Pick<IncidentStore, "incidents">;
  readonly probes: readonly Probe[];
  readonly clock: Clock;
  readonly freshId: (kind: "sil") => string;
}

export function createSilences({ store, probes, clock, freshId }: SilenceWorld): Silences {
  const reachOf = async (wanted: SilenceMatcher): Promise<SilenceReach> => ({
    incidents: (await store.incidents(false, mostOpenIncidents)).filter((one) => isMatchedBy(one, wanted)).length,
    probes: probes.filter((probe) => isMatchedBy(placeOf(probe), { ...wanted, kind: undefined })).length,
  });
  return {
    list: () => store.silences(clock.nowMs()),
    preview: reachOf,
    async create({ matcher: wanted, startsAtMs, durationMs, why, endsWith }, owner) {
      const nowMs = clock.nowMs();
      const fromMs = startsAtMs ?? nowMs;
      const made: Silence = {
        id: freshId("sil"),
        matcher: wanted,
        startsAtMs: fromMs,
        endsAtMs: fromMs + durationMs,
        by: owner,
        why,
        endsWith,
      };
      await store.addSilence(made, { by: owner, what: "silence", subject: made.id, why, atMs: nowMs });
      return { ...made, reach: await reachOf(wanted) };
    },
    async extend(id, durationMs, why, owner) {
      const nowMs = clock.nowMs();
      const endsAtMs = nowMs + durationMs;
      const entry: AuditEntry = { by: owner, what: "extend-silence", subject: id, why, atMs: nowMs };
      return (await store.extendSilence(id, endsAtMs, entry)) ? { endsAtMs } : undefined;
    },
    async expire(id, owner) {
      const why = "no longer needed";
      const entry: AuditEntry = { by: owner, what: "expire-silence", subject: id, why, atMs: clock.nowMs() };
      return (await store.endSilence(id, entry)) ? { expired: true } : undefined;
    },
  };
}

function placeOf({ name: probe, target, scenario, location }: Probe): Readonly<Record<string, string>> {
  return { probe, target: target.name, scenario: scenario.name, location };
}
