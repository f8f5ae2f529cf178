import type { Context } from "hono";
import { type Refused, refused } from "../operate/operation.ts";
import { type IncidentAct, incidentActs } from "../pages/act-texts.ts";
import { createPlan } from "../operate/plans.ts";
import { createSilence } from "../operate/silences.ts";
import { reason } from "../operate/fields.ts";
import { hourMs } from "../std/duration.ts";
import { path } from "../pages/html.ts";
import type { Operations } from "../operate/operations.ts";
import { hasUnstorableText } from "./bounds.ts";
import type { PageRequest, PageRoute } from "./page-route.ts";
import { showIncident } from "./page-views.ts";
import { messagePage } from "../pages/layout.ts";
import { goTo, send, type Visit } from "./visits.ts";
import { problemsIn } from "./responses.ts";

const acting = (address: string, answer: PageRoute["answer"]): PageRoute => ({
  method: "post",
  path: address,
  scope: "write",
  answer,
});

/** What forms do: the same operations as the API, under the name of the person. */
export const actRoutes: readonly PageRoute[] = [
  acting("/incidents/:id/acts", async (world, request) => {
    const { id, form, context } = request;
    const act = incidentActs.find((one) => one === form.get("act"));
    const why = form.get("why") ?? "";
    const refuse = async (status: 409 | 422, because: string) => {
      const html = await showIncident(world, request, { act: act ?? "", reason: because, why });
      return html === undefined ? undefined : send(context, html, status);
    };
    const checked = reason.safeParse(why);
    if (act === undefined || !checked.success || hasUnstorableText(why)) return refuse(422, needsReason);
    const result = await actOnIncident(world.operations, act, request, checked.data);
    if (result === undefined) return undefined;
    if (result.kind === "refused") return refuse(409, result.reason);
    const done = { done: act, ...(result.undo !== undefined && { undo: result.undo }) };
    return goTo(context, `${path("incidents", id)}?${new URLSearchParams(done).toString()}`);
  }),
  acting("/probes/:id/acts", async ({ operations: { probes } }, { id, form, visit, context }) => {
    const act = form.get("act");
    const why = reason.safeParse(form.get("why") ?? "");
    const result =
      act === "run"
        ? await probes.runNow(id, visit.name)
        : act === "resume"
          ? await probes.resume(id, visit.name)
          : why.success
            ? await probes.pause(id, visit.name, why.data)
            : refused(needsReason);
    if (result === undefined) return undefined;
    if ("kind" in result) return notDone(context, result.reason, visit);
    return goTo(context, `${path("probes", id)}?done=${act === "run" || act === "resume" ? act : "pause"}`);
  }),
  acting("/baselines/:id/acts", async ({ operations: { baselines } }, { id, form, visit, context }) => {
    const why = reason.safeParse(form.get("why") ?? "");
    if (!why.success) return notDone(context, needsReason, visit);
    const to = Number(form.get("to"));
    const result = await baselines.reject(
      id,
      visit.name,
      why.data,
      Number.isSafeInteger(to) && to > 0 ? to : undefined,
    );
    if (result === undefined) return undefined;
    return result.kind === "refused"
      ? notDone(context, result.reason, visit)
      : goTo(context, `${path("baselines", id)}?done=reject`);
  }),
  acting("/quiet/acts", async ({ operations }, request) => {
    const { form, visit, context } = request;
    const result = await actQuietly(operations, request);
    if (typeof result === "object") return notDone(context, result.reason, visit);
    return goTo(context, `/quiet?done=${encodeURIComponent(form.get("act") ?? "")}`);
  }),
];

const needsReason = "write a reason of at most 500 characters";

/** Undefined: it is done. */
async function actQuietly(
  { silences, plans, deliveries }: Operations,
  { form, visit }: PageRequest,
): Promise<Refused | undefined> {
  const { name: by } = visit;
  const id = form.get("id") ?? "";
  const text = (field: string): string | undefined => form.get(field)?.trim() || undefined;
  switch (form.get("act")) {
    case "expire":
      return (await silences.expire(id, by)) === undefined ? refused("the silence has already ended") : undefined;
    case "unplan":
      return (await plans.cancel(id, by)) === undefined ? refused("the change has already begun") : undefined;
    case "retry": {
      const result = await deliveries.retry(id, by);
      return "kind" in result ? result : undefined;
    }
    case "silence": {
      const durationMs = Number(form.get("hours")) * hourMs;
      const given = {
        matcher: without({ target: text("target"), probe: text("probe"), kind: text("kind") }),
        durationMs,
        why: text("why") ?? "",
      };
      const wanted = createSilence.body.safeParse(given);
      if (!wanted.success || hasUnstorableText(given))
        return refused(wanted.error === undefined ? "use visible characters only" : problemsIn(wanted.error));
      await silences.create(wanted.data, by);
      return undefined;
    }
    case "plan": {
      const from = text("from");
      const startsAtMs = from === undefined ? undefined : Date.parse(`${from}Z`);
      const given = {
        ...without({ target: text("target"), why: text("why") }),
        ...(startsAtMs !== undefined && { startsAtMs }),
      };
      const wanted = createPlan.body.safeParse(given);
      if (!wanted.success || hasUnstorableText(given))
        return refused(wanted.error === undefined ? "use visible characters only" : problemsIn(wanted.error));
      const result = await plans.create(wanted.data, by);
      return result.kind === "refused" ? result : undefined;
    }
    default:
      return refused("this form is from another version of Plumbline: reload the page");
  }
}

/** Without members that are undefined. */
function without(members: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

/** A page that says why nothing was done. */
function notDone(context: Context, because: string, visit: Visit): Response {
  return send(
    context,
    messagePage("It was not done", [`${because}.`, "Go back to change what you wrote."], visit),
    409,
  );
}

/** `undo`: id of the series or silence that takes it back. */
type ActResult = { readonly kind: "done"; readonly undo?: string } | Refused | undefined;

async function actOnIncident(
  { incidents, silences, baselines, plans, feedback }: Operations,
  act: IncidentAct,
  { id, form, visit }: PageRequest,
  why: string,
): Promise<ActResult> {
  const by = visit.name;
  switch (act) {
    case "acknowledge":
      return incidents.acknowledge(id, by, why);
    case "resolve":
      return incidents.resolve(id, by, why);
    case "accept": {
      const result = await baselines.accept(id, by, why);
      return result?.kind === "done" && (result.series.baseline?.version ?? 0) > 1
        ? { kind: "done", undo: result.series.series.id }
        : result && (result.kind === "done" ? { kind: "done" } : result);
    }
    case "planned": {
      const found = await incidents.get(id);
      if (found === undefined) return undefined;
      const { target, probeId } = found.incident;
      const result = await plans.create(form.get("of") === "target" ? { target, why } : { probe: probeId, why }, by);
      return result.kind === "refused" ? result : { kind: "done" };
    }
    case "exclude":
      return feedback.exclude(id, by, why);
    case "noise":
      return feedback.noise(id, by, why);
    case "expect": {
      const days = Math.min(365, Math.max(1, Number(form.get("days")) || 1));
      return feedback.expect(id, days * 24 * hourMs, by, why);
    }
    case "silence": {
      const found = await incidents.get(id);
      if (found === undefined) return undefined;
      const { target, probe, location, kind } = found.incident;
      const hours = Math.min(72, Math.max(1, Number(form.get("hours")) || 1));
      const matcher = { target, probe, location, kind };
      const silence = await silences.create({ matcher, durationMs: hours * hourMs, why }, by);
      return { kind: "done", undo: silence.id };
    }
    default:
      return act satisfies never;
  }
}
