import { z } from "zod";
import type { BaselineResult } from "../operate/baselines.ts";
import { type ApiAnswer, type ApiRoute, done, missing } from "./api-route.ts";
import * as words from "./baseline-words.ts";
import { why } from "./api-words.ts";

const listQuery = z.object({
  probe: z.string().max(200).optional().describe("only those of this probe, such as valid@default"),
});
const version = z.coerce.number().int().min(1).optional();
const diffQuery = z.object({
  from: version.describe("the older version; the one before the newest when left out"),
  to: version.describe("the newer version; the newest when left out"),
});

/** Baselines: what is normal, since when, by whom; and what people do about it. */
export const baselineRoutes: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/baselines",
    summary: "every series with its newest baseline, or how far its learning is",
    scope: "read",
    query: listQuery,
    answer: z.array(words.series),
    handle: async ({ baselines }, { query }) => done(await baselines.list(query["probe"])),
  },
  {
    method: "GET",
    path: "/baselines/{id}",
    summary: "one series: all versions of its baseline, and what the newest says is normal",
    scope: "read",
    answer: words.history,
    async handle({ baselines }, { id }) {
      const found = await baselines.history(id);
      return found === undefined ? missing("series") : done(found);
    },
  },
  {
    method: "GET",
    path: "/baselines/{id}/diff",
    summary: "what changed between two versions, the newest and the one before when not given",
    conflicts: true,
    scope: "read",
    query: diffQuery,
    answer: words.diff,
    async handle({ baselines }, { id, query }) {
      const { from, to } = diffQuery.parse(query);
      const result = await baselines.diff(id, from, to);
      if (result === undefined) return missing("series");
      return result.kind === "refused" ? { status: 409, error: result.reason } : done(result);
    },
  },
  {
    method: "GET",
    path: "/baselines/{id}/export",
    summary: "the newest baseline as a file for another installation",
    scope: "read",
    answer: words.file,
    async handle({ baselines }, { id }) {
      const file = await baselines.exported(id);
      return file === undefined ? missing("baseline") : done(file);
    },
  },
  {
    method: "POST",
    path: "/baselines/{id}/import",
    summary: "take an exported baseline for normal",
    conflicts: true,
    scope: "act",
    body: words.importing,
    answer: words.series,
    async handle({ baselines }, { id, body, by }) {
      const { file, why: reason } = words.importing.parse(body);
      return answerOf(await baselines.imported(id, file, by, reason), "series");
    },
  },
  {
    method: "POST",
    path: "/baselines/{id}/reject",
    summary: "go back to what was normal before, or to a version that is named",
    conflicts: true,
    scope: "act",
    body: words.rejecting,
    answer: words.series,
    async handle({ baselines }, { id, body, by }) {
      const { why: reason, to } = words.rejecting.parse(body);
      return answerOf(await baselines.reject(id, by, reason, to), "series");
    },
  },
  {
    method: "POST",
    path: "/incidents/{id}/accept",
    summary: "take what an incident found for normal from now on; nothing is sent, and it can be undone",
    conflicts: true,
    scope: "act",
    body: why,
    answer: words.series,
    handle: async ({ baselines }, { id, body, by }) =>
      answerOf(await baselines.accept(id, by, why.parse(body).why), "incident"),
  },
];

function answerOf(result: BaselineResult | undefined, what: string): ApiAnswer {
  if (result === undefined) return missing(what);
  return result.kind === "refused" ? { status: 409, error: result.reason } : done(result.series);
}
