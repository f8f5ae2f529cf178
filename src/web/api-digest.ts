import { z } from "zod";
import { type ApiRoute, done } from "./api-route.ts";
import * as words from "./digest-words.ts";

const query = z.object({
  of: z.enum(["now", "last"]).default("now").describe("last: the one that was made last, as it was told"),
});

/** What stands out of all series. */
export const digestRoutes: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/digest",
    summary: "the daily digest as it would be now, which ends no day; of=last: the one that was made last",
    scope: "read",
    query,
    answer: words.digest,
    async handle({ digests }, { query: given }) {
      if (query.parse(given).of === "now") return done(await digests.now());
      const last = await digests.last();
      return last === undefined ? { status: 404, error: noneYet } : done(last);
    },
  },
];

const noneYet = "no digest has been made yet: digest in the configuration says when and for whom";
