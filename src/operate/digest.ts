import { z } from "zod";
import type { Digest } from "../notify/compose/digest-message.ts";
import type { Clock } from "../std/clock.ts";
import { at, atMs } from "./fields.ts";
import type { Operation } from "./operation.ts";

const place = z.object({
  probe: z.string().describe("the probe, such as valid@default"),
  target: z.string().describe("name of the target"),
  model: z.string().describe("model of the target"),
  scenario: z.string().describe("name of the scenario"),
  location: z.string().describe("location"),
  what: z.string().describe("what is measured, such as total time"),
});

const note = place.extend({
  expected: z.string().describe("what was normal"),
  observed: z.string().describe("observed value and size of the change"),
});

const move = note.extend({ direction: z.enum(["up", "down"]).optional().describe("direction of the change, if any") });

const pages = z.object({
  sinceMs: at("since when they are counted"),
  series: z.number().describe("series that may page"),
  notified: z.number().describe("pages about drift since then"),
  noise: z.number().describe("how many of them were marked as false positives"),
  allowed: z.number().describe("false pages that the promise allows in this time, on average"),
});

const digest = z
  .object({
    fromMs: at("when the previous digest was made").optional(),
    atMs,
    judged: z.number().describe("series that were compared since then"),
    moved: z.array(move).describe("series that stand out, most evident first"),
    moreMoved: z.number().describe("number of entries left out of moved"),
    noted: z.array(note).describe("what runs noted without a notification, newest first"),
    moreNoted: z.number().describe("number of entries left out of noted"),
    known: z.array(move).describe("ongoing changes that already have an incident"),
    moreKnown: z.number().describe("number of entries left out of known"),
    suspected: z.array(place).describe("bad runs that are not an incident yet"),
    moreSuspected: z.number().describe("number of entries left out of suspected"),
    blind: z
      .array(
        z.object({
          target: z.string().describe("name of the target"),
          minutes: z.number().describe("minutes of the previous day in which no probe of the target had a verdict"),
        }),
      )
      .optional()
      .describe("targets without a verdict for an hour or more, worst first"),
    pages: pages.describe("recent pages, and what the promise allows"),
  })
  .meta({ id: "Digest" });

export const getDigest = {
  method: "GET",
  path: "/digest",
  summary: "preview today's digest, or show the last one that was made (of=last)",
  scope: "read",
  subject: { missing: "no digest has been made yet: the section digest of the configuration sets when and for whom" },
  query: z.object({
    of: z.enum(["now", "last"]).default("now").describe("last: the last digest that was sent"),
  }),
  answer: digest,
} as const satisfies Operation;

/** What pages show: the digest that is ready, if there is one, and the one that is newer or being made. */
export interface RecentDigest {
  readonly ready: Digest | undefined;
  readonly newest: Promise<Digest | undefined>;
}

/** A digest that took longer is kept, so that making them takes a twentieth of the time; but not for longer than this. */
const quickMs = 100;
const longestKeptMs = 600_000;

/** To compare all series of a large installation takes seconds: pages do not wait for it, and do not repeat it. */
export function createRecentDigests(
  make: () => Promise<Digest>,
  { monotonicMs }: Pick<Clock, "monotonicMs">,
): () => RecentDigest {
  let ready: Digest | undefined;
  let goodUntilMs = 0;
  let making: Promise<Digest | undefined> | undefined;
  const makeOne = async (): Promise<Digest | undefined> => {
    const startedMs = monotonicMs();
    try {
      ready = await make();
      const endedMs = monotonicMs();
      const tookMs = endedMs - startedMs;
      goodUntilMs = tookMs > quickMs ? endedMs + Math.min(longestKeptMs, 20 * tookMs) : 0;
      return ready;
    } catch {
      return undefined;
    } finally {
      making = undefined;
    }
  };
  return () => {
    if (monotonicMs() < goodUntilMs) return { ready, newest: Promise.resolve(ready) };
    making ??= makeOne();
    return { ready, newest: making };
  };
}
