import type { Context, Hono } from "hono";
import { type ActionLink, actionPath, actsOnOver, linkSilenceMs, readActionAddress } from "../incident/action-link.ts";
import type { Incident } from "../incident/incident.ts";
import type { Control } from "../operate/control.ts";
import type { Exclusion } from "../operate/series-feedback.ts";
import { type ApiWorld, admit } from "./mount-api.ts";
import { confirmationPage, pageHeaders, plainPage } from "./act-page.ts";

/** What links in alerts need. */
export interface LinkActionsWorld {
  readonly control: Control;
  /** What addresses are signed with; undefined: it can't be read just now. */
  readonly key: () => string | undefined;
  readonly nowMs: () => number;
  /** Takes an address for used until it expires; undefined when it was used before. */
  readonly take: (digest: string, untilMs: number) => Promise<Taken | undefined>;
}

export interface Taken {
  /** What was asked for was not done: the address can be used again. */
  giveBack(): Promise<void>;
}

interface Said {
  readonly status: 200 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 500 | 503;
  readonly html: string;
}

const mostFormBytes = 8 * 1024;
const mostWhy = 400;
const elsewhere = "plumbline incident list shows what is open, and plumbline incident show says how it stands.";

/** The pages behind the links in alerts. Whoever follows one sees a question; only its answer, a POST, does anything. */
export function mountLinkActions(app: Hono, world: LinkActionsWorld, gate: ApiWorld["gate"]): void {
  app.use(actionPath, async (context, next) => {
    if ("caller" in admit(context, gate, "open")) return next();
    const { status, html } = said(429, plainPage("Too many requests", "Wait a minute, then follow the link again."));
    return context.body(html, status, { ...pageHeaders, "retry-after": "60" });
  });
  app.get(actionPath, (context) => answered(context, () => asked(world, context.req.query())));
  app.post(actionPath, (context) =>
    answered(context, async () => {
      const form = await context.req.text();
      if (Buffer.byteLength(form) > mostFormBytes) return said(413, plainPage("That is too long"));
      const why = (new URLSearchParams(form).get("why") ?? "").trim().slice(0, mostWhy);
      return confirmed(world, context.req.query(), why);
    }),
  );
}

async function answered(context: Context, answer: () => Promise<Said>): Promise<Response> {
  const { status, html } = await answer().catch(() =>
    said(500, plainPage("Something went wrong", "It may not have been done.", elsewhere)),
  );
  return context.body(html, status, { ...pageHeaders });
}

async function asked(world: LinkActionsWorld, query: Record<string, string>): Promise<Said> {
  const found = await find(world, query);
  return "said" in found ? found.said : said(200, confirmationPage(found.link, found.incident));
}

type Found = { readonly link: ActionLink; readonly digest: string; readonly incident: Incident };

async function find(
  { control, key, nowMs }: LinkActionsWorld,
  query: Record<string, string>,
): Promise<Found | { readonly said: Said }> {
  const known = key();
  if (known === undefined) {
    return { said: said(503, plainPage("Not just now", "The key of these links can't be read.", elsewhere)) };
  }
  const reading = readActionAddress(query, known, nowMs());
  switch (reading.kind) {
    case "forged":
      return { said: said(403, plainPage("This link is not one of ours", "It was changed or cut off on its way.")) };
    case "expired":
      return { said: said(410, plainPage("This link has expired", `Links live for a day. ${elsewhere}`)) };
    case "valid": {
      const history = await control.incident(reading.link.incidentId);
      if (history === undefined) return { said: said(404, plainPage("This incident is no longer known")) };
      const { incident } = history;
      if (incident.state === "resolved" && !actsOnOver.includes(reading.link.act)) {
        return { said: said(409, plainPage("This incident is over", "There is nothing left to do.")) };
      }
      return { link: reading.link, digest: reading.digest, incident };
    }
    default:
      return reading satisfies never;
  }
}

async function confirmed(world: LinkActionsWorld, query: Record<string, string>, why: string): Promise<Said> {
  const found = await find(world, query);
  if ("said" in found) return found.said;
  const { link, digest, incident } = found;
  if (link.act === "accept" && why === "") {
    return said(422, plainPage("A reason is needed", "Go back and say why it is the new normal."));
  }
  const taken = await world.take(digest, link.expiresAtMs);
  if (taken === undefined) {
    return said(409, plainPage("This link was used already", `Each link works once. ${elsewhere}`));
  }
  const result = await doAction(world.control, link, incident, why).catch(async (error: unknown) => {
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

/** By the same acts as the API, under the name of the receiver that had the link. */
async function doAction(control: Control, link: ActionLink, incident: Incident, why: string): Promise<Done | NotDone> {
  const { act, incidentId, receiver } = link;
  const by = `link to ${receiver}`;
  const reason = why === "" ? "by the link in the alert" : why;
  switch (act) {
    case "acknowledge": {
      const result = await control.act("acknowledge", incidentId, by, reason);
      if (result?.kind !== "done") return { isDone: false, sentence: result?.reason ?? "it is no longer known" };
      return { isDone: true, title: "Acknowledged", sentence: "Reminders stop until it is over." };
    }
    case "silence": {
      const { target, probe, location, kind } = incident;
      const matcher = { target, probe, location, kind };
      const { id } = await control.silence({ matcher, durationMs: linkSilenceMs, why: reason }, by);
      const sentence = `plumbline silence expire ${id} ends it before its time.`;
      return { isDone: true, title: "Silenced for 1 h", sentence };
    }
    case "accept": {
      const result = await control.baselines.accept(incidentId, by, reason);
      if (result?.kind !== "done") return { isDone: false, sentence: result?.reason ?? "it is no longer known" };
      const { series, baseline } = result.series;
      const sentence = `${series.label} has version ${baseline?.version ?? 1} now. plumbline baseline reject ${series.id} goes back.`;
      return { isDone: true, title: "Accepted as the new normal", sentence };
    }
    case "exclude": {
      const result = await control.seriesActs.exclude(incidentId, by, reason);
      if (result?.kind !== "done") return { isDone: false, sentence: result?.reason ?? "it is no longer known" };
      return { isDone: true, title: "Nothing is learned from it", ...excluded(result) };
    }
    case "noise": {
      const result = await control.seriesActs.noise(incidentId, by, reason);
      if (result?.kind !== "done") return { isDone: false, sentence: result?.reason ?? "it is no longer known" };
      return { isDone: true, title: "It counts as a false page", sentence: `Of this series: ${result.text}.` };
    }
    default:
      return act satisfies never;
  }
}

function excluded({ series, learnedAgain, stillCounted, isOpen, ...time }: Exclusion) {
  const [from, to] = [time.fromMs, time.toMs].map((atMs) =>
    new Date(atMs).toISOString().slice(0, 16).replace("T", " "),
  );
  const sentence = [
    `${from} to ${to} UTC is taken out of what ${series.length} series of the probe learn from.`,
    ...(learnedAgain.length === 0
      ? []
      : [`The baseline of ${learnedAgain.length} of them was learned again without it.`]),
    ...(stillCounted.length === 0 ? [] : [`The runs of it that were counted stay in: ${stillCounted.join(", ")}.`]),
    ...(isOpen ? ["It is not over: use this link again when it is, and the rest is taken out as well."] : []),
  ].join(" ");
  return { sentence, isForAgain: isOpen };
}

function said(status: Said["status"], html: string): Said {
  return { status, html };
}
