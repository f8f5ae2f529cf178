import { z } from "zod";
import type { ProbeResult } from "../operate/probes.ts";
import { type ApiAnswer, type ApiRoute, done, missing } from "./api-route.ts";
import { why } from "./api-words.ts";
import * as words from "./probe-words.ts";

const runsQuery = z.object({ probe: z.string().min(1).max(200).describe("its id, such as valid@default") });

/** Probes and their runs, and what people do about them. */
export const probeRoutes: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/probes",
    summary: "every configured probe: its newest run, its learning, when it is due next, whether it is paused",
    scope: "read",
    answer: z.array(words.probe),
    handle: async ({ probes }) => done(await probes.list()),
  },
  {
    method: "POST",
    path: "/probes/{id}/run",
    summary: "run a probe once now, beside its schedule; caps hold as for every run",
    conflicts: true,
    scope: "act",
    answer: words.asked,
    async handle({ probes }, { id, by }) {
      const result = await probes.runNow(id, by);
      if (result === undefined) return missing("probe");
      return "refused" in result ? { status: 409, error: result.refused } : done(result);
    },
  },
  {
    method: "POST",
    path: "/probes/{id}/pause",
    summary: "skip a probe's slots until it is resumed; nothing is sent",
    conflicts: true,
    scope: "act",
    body: why,
    answer: words.isDone,
    handle: async ({ probes }, { id, body, by }) => answerOf(await probes.pause(id, by, why.parse(body).why)),
  },
  {
    method: "POST",
    path: "/probes/{id}/resume",
    summary: "let a paused probe go on",
    conflicts: true,
    scope: "act",
    answer: words.isDone,
    handle: async ({ probes }, { id, by }) => answerOf(await probes.resume(id, by)),
  },
  {
    method: "GET",
    path: "/runs",
    summary: "the newest hundred runs of a probe, newest first",
    scope: "read",
    query: runsQuery,
    answer: z.array(words.run),
    async handle({ probes }, { query }) {
      const runs = await probes.runs(runsQuery.parse(query).probe);
      return runs === undefined ? missing("probe") : done(runs);
    },
  },
  {
    method: "GET",
    path: "/runs/{id}",
    summary: "one run: what was seen, what was found, what could not be judged",
    scope: "read",
    answer: words.runDetail,
    async handle({ probes }, { id }) {
      const run = await probes.run(id);
      return run === undefined ? missing("run") : done(run);
    },
  },
];

function answerOf(result: ProbeResult | undefined): ApiAnswer {
  if (result === undefined) return missing("probe");
  return result.kind === "refused" ? { status: 409, error: result.reason } : done({ done: true });
}
