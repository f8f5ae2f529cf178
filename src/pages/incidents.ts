import type { IncidentBrief } from "../operate/incident-brief.ts";
import { formatDurationMs } from "../std/duration.ts";
import { type Html, html, path } from "./html.ts";
import { layout, type Viewer } from "./layout.ts";
import { nothing } from "./table.ts";
import { ago, moment, spoken, state } from "./words.ts";
import { counted } from "../std/counted.ts";

/** A card for each incident: the sentence, since when, how far, who owns it. */
export function incidentCards(incidents: readonly IncidentBrief[], nowMs: number): Html {
  return html`<ul class="cards">
    ${incidents.map((brief) => card(brief, nowMs))}
  </ul>`;
}

function card({ id, incident, sentence }: IncidentBrief, nowMs: number): Html {
  const {
    state: now,
    severity,
    kind,
    firstBadSlotMs,
    resolvedAtMs,
    acknowledged,
    badRuns,
    judgedRuns,
    group,
    notifications,
  } = incident;
  const muted = notifications?.muted;
  const reach = group === undefined ? `${badRuns} of ${judgedRuns} runs` : counted(group.members.length, "member");
  const owner = acknowledged === undefined ? "nobody owns it yet" : `owned by ${acknowledged.by}`;
  const lasted =
    resolvedAtMs === undefined
      ? html`since ${ago(firstBadSlotMs, nowMs)}`
      : html`${moment(firstBadSlotMs)}, for ${formatDurationMs(Math.max(0, resolvedAtMs - firstBadSlotMs))}`;
  return html`<li class="card ${severity}">
    <div class="row small">${state(now)} <span>${state(severity)} ${kind}</span></div>
    <h2><a href="${path("incidents", id)}">${sentence}</a></h2>
    <div class="row small soft">
      <span>${lasted}</span><span>${reach}</span
      ><span>${now === "resolved" ? "over" : owner}</span
      >${muted !== undefined && html`<span>muted: ${spoken(muted.reason)}</span>`}
    </div>
  </li>`;
}

/** The list: active ones, or all. */
export function incidentsPage(
  view: { readonly incidents: readonly IncidentBrief[]; readonly all: boolean; readonly found: number },
  viewer: Viewer,
): string {
  const { incidents, all, found } = view;
  const tab = (address: string, text: string, isHere: boolean) =>
    isHere ? html`<b aria-current="page">${text}</b>` : html`<a href="${address}">${text}</a>`;
  const body = html`<h1>Incidents</h1>
    <nav class="ranges" aria-label="Which incidents">
      ${tab("/incidents", "active", !all)}${tab("/incidents?state=all", "resolved as well", all)}
    </nav>
    <section id="list" aria-label="Incidents">
      ${incidents.length === 0 ? nothing(all ? "No incident is on record." : "No incident is active.") : incidentCards(incidents, viewer.nowMs)}${found > incidents.length && html`<p class="soft">The newest ${incidents.length} of ${found.toLocaleString("en")}. <code>plumbline incident list --all</code> lists more.</p>`}
    </section>`;
  return layout({ title: "Incidents", place: "/incidents", viewer, isLive: true, body });
}
