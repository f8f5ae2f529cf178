import { z } from "zod";
import { atMs } from "./api-words.ts";

/** What the API says of digests. */
const place = z.object({
  probe: z.string().describe("the probe, such as valid@default"),
  target: z.string().describe("name of the target"),
  model: z.string().describe("model of the target"),
  scenario: z.string().describe("name of the scenario"),
  location: z.string().describe("where it runs"),
  what: z.string().describe("what is measured, such as total time"),
});

const note = place.extend({
  expected: z.string().describe("what was normal"),
  observed: z.string().describe("what is seen, and how far it has moved"),
});

const move = note.extend({ direction: z.enum(["up", "down"]).optional().describe("where there is one") });

const pages = z.object({
  sinceMs: atMs,
  series: z.number().describe("series about whose moves somebody is notified"),
  notified: z.number().describe("pages about drift since"),
  noise: z.number().describe("how many of them people called noise"),
  allowed: z.number().describe("false ones that the promise allows in this time, on average"),
});

export const digest = z
  .object({
    fromMs: atMs.optional().describe("when the last one was made, in milliseconds since 1970-01-01 UTC"),
    atMs,
    judged: z.number().describe("series that were compared since"),
    moved: z.array(move).describe("series that stand out of all, most evident first"),
    moreMoved: z.number().describe("left out of moved"),
    noted: z.array(note).describe("what runs have noted and nobody was told of, newest first"),
    moreNoted: z.number().describe("left out of noted"),
    known: z.array(move).describe("moves that were found by themselves before and are not over"),
    moreKnown: z.number().describe("left out of known"),
    suspected: z.array(place).describe("what has been bad and is not an incident yet"),
    moreSuspected: z.number().describe("left out of suspected"),
    pages: pages.describe("pages told of late, and what the promise allows"),
  })
  .meta({ id: "Digest" });
