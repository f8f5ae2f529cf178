import { z } from "zod";
import { why } from "./api-words.ts";
import { type ApiAnswer, type ApiRoute, done, missing } from "./api-route.ts";
import * as words from "./baseline-words.ts";

/** What people know of moves and the judges can't: that one was real, that one was nothing, that one is their own. */
export const seriesFeedbackRoutes: readonly ApiRoute[] = [
  {
    method: "POST",
    path: "/incidents/{id}/exclude",
    summary: "it was real: nothing of its time is learned from, by any series of its probe",
    conflicts: true,
    scope: "act",
    body: why,
    answer: words.exclusion,
    handle: async ({ seriesActs: seriesFeedback }, { id, body, by }) =>
      answerOf(await seriesFeedback.exclude(id, by, why.parse(body).why)),
  },
  {
    method: "POST",
    path: "/incidents/{id}/noise",
    summary: "its page was for nothing: two of a series within 90 days make its guard wider by half",
    conflicts: true,
    scope: "act",
    body: why,
    answer: words.noise,
    handle: async ({ seriesActs: seriesFeedback }, { id, body, by }) =>
      answerOf(await seriesFeedback.noise(id, by, why.parse(body).why)),
  },
  {
    method: "GET",
    path: "/planned-changes",
    summary: "planned changes that are still to come, the next first",
    scope: "read",
    answer: z.array(words.plan),
    handle: async ({ seriesActs: seriesFeedback }) => done(await seriesFeedback.planned()),
  },
  {
    method: "POST",
    path: "/planned-changes",
    summary: "a change of your own, now or later: from then on a new normal is learned and nobody is paged for it",
    status: 201,
    conflicts: true,
    scope: "act",
    body: words.planning,
    answer: words.planned,
    async handle({ seriesActs }, { body, by }) {
      const result = await seriesActs.plan(words.planning.parse(body), by);
      return result.kind === "refused" ? { status: 409, error: result.reason } : { status: 201, data: result };
    },
  },
  {
    method: "DELETE",
    path: "/planned-changes/{id}",
    summary: "take back a planned change that has not begun",
    scope: "act",
    answer: z.object({ cancelled: z.boolean().describe("it will not happen") }),
    async handle({ seriesActs }, { id, by }) {
      return (await seriesActs.unplan(id, by)) ? done({ cancelled: true }) : missing("planned change to come");
    },
  },
];

function answerOf(
  result: { readonly kind: "done" } | { readonly kind: "refused"; readonly reason: string } | undefined,
): ApiAnswer {
  if (result === undefined) return missing("incident");
  return result.kind === "refused" ? { status: 409, error: result.reason } : done(result);
}
