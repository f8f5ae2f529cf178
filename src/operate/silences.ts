import { z } from "zod";
import type { Silence } from "../incident/silence.ts";
import type { Clock } from "../std/clock.ts";
import type { AuditEntry } from "./audit-log.ts";
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
    .describe("how long it lasts, in milliseconds"),
  why: reason,
});

const silence = z
  .object({
    id: name.describe("its id"),
    matcher: z.record(z.string(), z.string().optional()).describe("what is muted"),
    startsAtMs: at("when it begins"),
    endsAtMs: at("when it ends"),
    by,
    why: z.string().describe("the reason"),
  })
  .meta({ id: "Silence" });

export type SilenceView = Plain<z.output<typeof silence>>;
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
  endSilence(id: string, entry: AuditEntry): Promise<boolean>;
}

export interface Silences {
  list(): Promise<readonly Silence[]>;
  create(wanted: NewSilence, by: string): Promise<Silence>;
  /** Undefined: no active or future silence has this id. */
  expire(id: string, by: string): Promise<{ readonly expired: true } | undefined>;
}

interface SilenceWorld {
  readonly book: SilenceStore;
  readonly clock: Clock;
  readonly freshId: (kind: "sil") => string;
}

export function createSilences({ book, clock, freshId }: SilenceWorld): Silences {
  return {
    list: () => book.silences(clock.nowMs()),
    async create({ matcher: wanted, startsAtMs, durationMs, why }, owner) {
      const nowMs = clock.nowMs();
      const fromMs = startsAtMs ?? nowMs;
      const made: Silence = {
        id: freshId("sil"),
        matcher: wanted,
        startsAtMs: fromMs,
        endsAtMs: fromMs + durationMs,
        by: owner,
        why,
      };
      await book.addSilence(made, { by: owner, what: "silence", subject: made.id, why, atMs: nowMs });
      return made;
    },
    async expire(id, owner) {
      const why = "no longer needed";
      const entry: AuditEntry = { by: owner, what: "expire-silence", subject: id, why, atMs: clock.nowMs() };
      return (await book.endSilence(id, entry)) ? { expired: true } : undefined;
    },
  };
}
