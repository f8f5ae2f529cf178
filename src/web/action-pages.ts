import { sanitize } from "../std/sanitize.ts";
import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import type { Context } from "hono";
import { z } from "zod";
import { type ActionLink, actionPath, actsOnOver, linkSilenceMs, readActionAddress } from "../incident/action-link.ts";
import type { Incident } from "../incident/incident.ts";
import type { ExclusionView } from "../operate/incidents.ts";
import type { Operations } from "../operate/operations.ts";
import { path } from "../pages/html.ts";
import { returningPage } from "../pages/sign-in.ts";
import type { Gate } from "./access.ts";
import { confirmationPage, pageHeaders, plainPage } from "./page.ts";
import { success } from "./responses.ts";
import { admit } from "./route.ts";
import { goTo, send } from "./visits.ts";

/** What the links in alerts need. */
export interface LinkActionsWorld {
  readonly operations: Operations;
  /** The key that addresses are signed with; undefined: it can't be read just now. */
  readonly key: () => string | undefined;
  readonly nowMs: () => number;
  /** May whoever sends this request act on pages? Then the link leads to the page of the incident. */
  readonly maySeePages?: ((context: Context) => Promise<boolean>) | undefined;
  /** Marks an address as used until it expires; undefined when it was used before. */
  readonly take: (digest: string, untilMs: number) => Promise<Taken | undefined>;
}

export interface Taken {
  /** Nothing was done: the address can be used again. */
  giveBack(): Promise<void>;
}

interface Said {
  readonly status: 200 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 500 | 503;
  readonly html: string;
}

const mostFormBytes = 8 * 1024;
const mostWhy = 400;
const mostName = 60;
const elsewhere = "plumbline incident list shows open incidents, and plumbline incident show the state of one.";

/** The pages behind the links in alerts. Following a link shows a question; only its answer, a POST, changes anything. */
export function mountLinkActions(app: OpenAPIHono, world: LinkActionsWorld, gate: Gate): void {
  app.use(actionPath, async (context, next) => {
    if ("caller" in admit(context, gate, "open")) return next();
    const { status, html } = said(429, plainPage("Too many requests", "Wait a minute, then follow the link again."));
    return context.body(html, status, { ...pageHeaders, "retry-after": "60" });
  });
  app.openAPIRegistry.registerPath(
    description("get", "show a form that confirms the action of a link; changes nothing"),
  );
  app.openAPIRegistry.registerPath(description("post", "run the action of a link"));
  app.get(actionPath, async (context) => {
    const landing = await landingOf(context, world);
    return landing ?? answered(context, () => asked(world, context.req.query()));
  });
  app.post(actionPath, (context) =>
    answered(context, async () => {
      const form = await context.req.text();
      if (Buffer.byteLength(form) > mostFormBytes) return said(413, plainPage("The form is too long"));
      const field = (name: string, most: number): string =>
        (new URLSearchParams(form).get(name) ?? "").trim().slice(0, most);
      return confirmed(world, context.req.query(), { why: field("why", mostWhy), name: field("name", mostName) });
    }),
  );
}

const page = (what: string) => success(what, z.string(), "text/html");
const part = z.string().describe("part of the signed address, as in the alert");

/** Only for the document: an address that was changed gets a page for people, not a list of problems. */
const description = (method: "get" | "post", summary: string): RouteConfig => ({
  method,
  path: actionPath,
  summary,
  description: "open to everybody with a link from an alert: the address is signed and works once",
  security: [],
  request: { query: z.object({ do: part, incident: part, to: part, until: part, sig: part }) },
  responses: {
    200: page("a page for people"),
    400: page("not a form"),
    403: page("the address was changed, or another site sent the form"),
    404: page("the incident was deleted"),
    409: page("the incident is resolved, or the link was already used"),
    410: page("the link has expired"),
    429: page("too many requests; retry-after states how long to wait"),
  },
});

async function answered(context: Context, answer: () => Promise<Said>): Promise<Response> {
  const { status, html } = await answer().catch(() =>
    said(500, plainPage("Something went wrong", "The action may not have happened.", elsewhere)),
  );
  return context.body(html, status, { ...pageHeaders });
}

/**
 * Who is signed in and may act sees the whole incident, with the act prepared. A strict cookie is not sent with the first
 * request that a chat or a mail causes: the page asks for itself again.
 */
async function landingOf(context: Context, world: LinkActionsWorld): Promise<Response | undefined> {
  const { req } = context;
  if (world.maySeePages === undefined) return undefined;
  const found = await find(world, req.query()).catch(() => undefined);
  if (found === undefined || "said" in found) return undefined;
  if (await world.maySeePages(context)) {
    const { act, incidentId: id } = found.link;
    return goTo(context, `${path("incidents", id)}?${new URLSearchParams({ act }).toString()}`);
  }
  const { pathname, search } = new URL(req.url);
  if (req.header("sec-fetch-site") === "cross-site") return send(context, returningPage(`${pathname}${search}`));
  return undefined;
}

async function asked(world: LinkActionsWorld, query: Record<string, string>): Promise<Said> {
  const found = await find(world, query);
  return "said" in found ? found.said : said(200, confirmationPage(found.link, found.incident));
}

type Found = { readonly link: ActionLink; readonly digest: string; readonly incident: Incident };

async function find(
  { operations, key, nowMs }: LinkActionsWorld,
  query: Record<string, string>,
): Promise<Found | { readonly said: Said }> {
  const known = key();
  if (known === undefined) {
    return { said: said(503, plainPage("Not just now", "The key of these links can't be read.", elsewhere)) };
  }
  const reading = readActionAddress(query, known, nowMs());
  switch (reading.kind) {
    case "forged":
      return { said: said(403, plainPage("This link is not valid", "The address was changed or cut off on its way.")) };
    case "expired":
      return { said: said(410, plainPage("This link has expired", `Links live for a day. ${elsewhere}`)) };
    case "valid": {
      const history = await operations.incidents.get(reading.link.incidentId);
      if (history === undefined) return { said: said(404, plainPage("This incident was deleted")) };
      const { incident } = history;
      if (incident.state === "resolved" && !actsOnOver.includes(reading.link.act)) {
        return { said: said(409, plainPage("This incident is resolved", "There is nothing left to do.")) };
      }
      return { link: reading.link, digest: reading.digest, incident };
    }
    default:
      return reading satisfies never;
  }
}

/** What a person wrote into the form. Nobody checks the name: the link shows only who received it. */
interface Written {
  readonly why: string;
  readonly name: string;
}

async function confirmed(world: LinkActionsWorld, query: Record<string, string>, written: Written): Promise<Said> {
  const found = await find(world, query);
  if ("said" in found) return found.said;
  const { link, digest, incident } = found;
  if (link.act === "accept" && written.why === "") {
    return said(422, plainPage("A reason is needed", "Go back and say why it is the new normal."));
  }
  const taken = await world.take(digest, link.expiresAtMs);
  if (taken === undefined) {
    return said(409, plainPage("This link was already used", `Each link works once. ${elsewhere}`));
  }
  const result = await doAction(world.operations, link, incident, written).catch(async (error: unknown) => {
    await taken.giveBack();
    throw error;
  });
  if (result.isDone && result.isForAgain === true) await taken.giveBack();
  if (result.isDone) return said(200, plainPage(result.title, result.sentence));
  await taken.giveBack();
  return said(409, plainPage("It was not done", `${result.sentence}.`, elsewhere));
}

interface Done {
  readonly isDone: true;
  readonly title: string;
  readonly sentence: string;
  /** The link can be used again. */
  readonly isForAgain?: boolean;
}
type NotDone = { readonly isDone: false; readonly sentence: string };

/** The same operations as the API, under the name of the receiver that was sent the link. */
async function doAction(
  { incidents, silences, baselines, feedback }: Operations,
  link: ActionLink,
  incident: Incident,
  { why, name }: Written,
): Promise<Done | NotDone> {
  const { act, incidentId, receiver } = link;
  const by = name === "" ? `link to ${receiver}` : `${sanitize(name, mostName)} (link to ${receiver})`;
  const reason = why === "" ? "by the link in the alert" : why;
  switch (act) {
    case "acknowledge": {
      const result = await incidents.acknowledge(incidentId, by, reason);
      if (result?.kind !== "done") return { isDone: false, sentence: result?.reason ?? "the incident was deleted" };
      return { isDone: true, title: "Acknowledged", sentence: "Reminders stop until it is resolved." };
    }
    case "silence": {
      const { target, probe, location, kind } = incident;
      const matcher = { target, probe, location, kind };
      const { id } = await silences.create({ matcher, durationMs: linkSilenceMs, why: reason }, by);
      const sentence = `plumbline silence expire ${id} ends the silence earlier.`;
      return { isDone: true, title: "Silenced for 1 h", sentence };
    }
    case "accept": {
      const result = await baselines.accept(incidentId, by, reason);
      if (result?.kind !== "done") return { isDone: false, sentence: result?.reason ?? "the incident was deleted" };
      const { series, baseline } = result.series;
      const sentence = `${series.label} now has version ${baseline?.version ?? 1}. plumbline baseline reject ${series.id} goes back.`;
      return { isDone: true, title: "Accepted as the new normal", sentence };
    }
    case "exclude": {
      const result = await feedback.exclude(incidentId, by, reason);
      if (result?.kind !== "done") return { isDone: false, sentence: result?.reason ?? "the incident was deleted" };
      return { isDone: true, title: "Nothing is learned from it", ...excluded(result) };
    }
    case "noise": {
      const result = await feedback.noise(incidentId, by, reason);
      if (result?.kind !== "done") return { isDone: false, sentence: result?.reason ?? "the incident was deleted" };
      return { isDone: true, title: "Marked as a false positive", sentence: `About this series: ${result.text}.` };
    }
    default:
      return act satisfies never;
  }
}

function excluded({ series, learnedAgain, stillCounted, isOpen, ...time }: ExclusionView) {
  const [from, to] = [time.fromMs, time.toMs].map((atMs) =>
    new Date(atMs).toISOString().slice(0, 16).replace("T", " "),
  );
  const sentence = [
    `${series.length} series of the probe no longer learn from ${from} to ${to} UTC.`,
    ...(learnedAgain.length === 0
      ? []
      : [`The baselines of ${learnedAgain.length} of them were learned again without it.`]),
    ...(stillCounted.length === 0 ? [] : [`These still count its runs: ${stillCounted.join(", ")}.`]),
    ...(isOpen ? ["The incident is still active: use this link again after it resolves to exclude the rest."] : []),
  ].join(" ");
  return { sentence, isForAgain: isOpen };
}

function said(status: Said["status"], html: string): Said {
  return { status, html };
}
