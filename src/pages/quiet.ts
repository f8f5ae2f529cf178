import type { Digest } from "../notify/compose/digest-message.ts";
import type { AuditEntry } from "../operate/audit-log.ts";
import type { DeliveryView } from "../operate/deliveries.ts";
import type { MaintenanceView } from "../operate/maintenance.ts";
import type { PlanView } from "../operate/plans.ts";
import type { SilenceView } from "../operate/silences.ts";
import { formatDurationMs } from "../std/duration.ts";
import { type Html, html, path } from "./html.ts";
import { layout, type Viewer } from "./layout.ts";
import { nothing, table } from "./table.ts";
import { ago, moment, state } from "./words.ts";
import { counted } from "../std/counted.ts";
import { planForm, silenceForm } from "./quiet-forms.ts";

export interface QuietView {
  readonly silences: readonly SilenceView[];
  readonly maintenance: readonly MaintenanceView[];
  readonly plans: readonly PlanView[];
  /** Undefined: it is still being made. */
  readonly digest: Digest | undefined;
  readonly failed: readonly DeliveryView[];
  readonly log: readonly AuditEntry[];
  readonly targets: readonly string[];
  readonly done?: string | undefined;
}

const mostListed = 100;

/** What does not wake anybody, and what was done by hand. */
export function quietPage(view: QuietView, viewer: Viewer): string {
  const { silences, maintenance, plans, digest, failed, log, targets, done } = view;
  const act = (kind: string, id: string, text: string) =>
    viewer.mayWrite &&
    html`<form method="post" action="/quiet/acts">
      <input type="hidden" name="act" value="${kind}" /><input type="hidden" name="id" value="${id}" /><button
        class="quiet tiny"
      >
        ${text}
      </button>
    </form>`;
  const { nowMs } = viewer;
  const silenceRows = silences.map(({ id, matcher, startsAtMs, endsAtMs, by, why }) => [
    matcherText(matcher),
    startsAtMs > nowMs ? html`from ${moment(startsAtMs)}` : html`<strong>on</strong>`,
    html`${moment(endsAtMs)}
      <span class="soft nowrap">${endsAtMs > nowMs && `in ${formatDurationMs(endsAtMs - nowMs)}`}</span>`,
    by,
    why,
    act("expire", id, "End it now"),
  ]);
  const failedRows = failed
    .slice(0, mostListed)
    .map(({ id, incidentId, receiver, summary, attempts, createdAtMs, lastOutcome }) => [
      // A test alert, a heartbeat or a digest belongs to no incident.
      incidentId.endsWith("-0") ? summary : html`<a href="${path("incidents", incidentId)}">${summary}</a>`,
      receiver,
      counted(attempts, "attempt"),
      lastOutcome?.reason ?? "–",
      ago(createdAtMs, nowMs),
      act("retry", id, "Try again"),
    ]);
  const body = html`${done !== undefined && html`<div class="banner good" role="status"><p>${done}</p></div>`}
    <h1>Quiet things</h1>
    <p class="lead">What does not wake anybody, and what people did.</p>
    <section id="silences" aria-labelledby="silences-title">
      <h2 id="silences-title">Silences</h2>
      ${silences.length === 0 ? nothing("Nothing is silenced.") : table("Silences", [{ head: "what" }, { head: "state" }, { head: "until" }, { head: "by" }, { head: "why", kind: "text" }, { head: "" }], silenceRows)}
    </section>
    ${viewer.mayWrite && silenceForm(targets)}
    <section id="maintenance" aria-labelledby="maintenance-title">
      <h2 id="maintenance-title">Maintenance windows</h2>
      ${
        maintenance.length === 0
          ? nothing("The configuration has no maintenance window.")
          : table(
              "Maintenance windows",
              [{ head: "window" }, { head: "what" }, { head: "next" }, { head: "for" }, { head: "pattern" }],
              maintenance.map((window) => maintenanceLine(window, nowMs)),
            )
      }
    </section>
    <section id="plans" aria-labelledby="plans-title">
      <h2 id="plans-title">Planned changes</h2>
      ${
        plans.length === 0
          ? nothing("No change is planned.")
          : table(
              "Planned changes",
              [{ head: "what" }, { head: "begins" }, { head: "by" }, { head: "why", kind: "text" }, { head: "" }],
              plans.map(({ id, target, probeId, startsAtMs, by, why }) => [
                probeId ?? `all of ${target ?? ""}`,
                moment(startsAtMs),
                by,
                why,
                act("unplan", id, "Cancel"),
              ]),
            )
      }
    </section>
    ${viewer.mayWrite && planForm(targets)}
    <section id="digest" aria-labelledby="digest-title">
      <h2 id="digest-title">Digest of today</h2>
      ${digest !== undefined && html`<p class="small soft">As of ${ago(digest.atMs, nowMs)}.</p>`}
      ${digest === undefined ? nothing("The digest is being made: reload the page in a moment.") : digestParts(digest)}
    </section>
    <section id="failed" aria-labelledby="failed-title">
      <h2 id="failed-title">Deliveries that failed</h2>
      ${failed.length === 0 ? nothing("Every alert was delivered.") : table("Deliveries that failed", [{ head: "alert", kind: "text" }, { head: "receiver" }, { head: "tried" }, { head: "last answer", kind: "text" }, { head: "when" }, { head: "" }], failedRows)}
    </section>
    <section id="log" aria-labelledby="log-title">
      <h2 id="log-title">Audit log</h2>
      ${
        log.length === 0
          ? nothing("Nobody has done anything by hand.")
          : table(
              "Audit log",
              [
                { head: "when" },
                { head: "who" },
                { head: "what" },
                { head: "of", kind: "text" },
                { head: "why", kind: "text" },
              ],
              log
                .slice(0, mostListed)
                .map(({ by, what, subject, why, atMs }) => [
                  ago(atMs, nowMs),
                  by,
                  what.replaceAll("-", " "),
                  html`<span class="mono">${subject}</span>`,
                  why,
                ]),
            )
      }
    </section>`;
  return layout({ title: "Quiet things", place: "/quiet", viewer, isLive: true, body });
}

function matcherText(matcher: Readonly<Record<string, string | undefined>>): Html {
  const parts = Object.entries(matcher).flatMap(([key, value]) =>
    value === undefined ? [] : [html`<span class="nowrap"><span class="soft">${key}</span> ${value}</span> `],
  );
  return html`${parts}`;
}

function maintenanceLine({ name, match, cron, tz, forMs, starts }: MaintenanceView, nowMs: number) {
  const [first] = starts;
  const matched = Object.fromEntries(Object.entries(match).map(([key, values]) => [key, values.join(", ")]));
  const isOn = first !== undefined && first <= nowMs;
  return [
    html`${name}${isOn && html` ${state("paused", "on now")}`}`,
    Object.keys(matched).length === 0 ? "everything" : matcherText(matched),
    html`${starts.map((startMs) => html`<div>${moment(startMs)}</div>`)}`,
    formatDurationMs(forMs),
    html`<span class="mono">${cron}</span> ${tz}`,
  ];
}

function digestParts({ judged, moved, moreMoved, noted, moreNoted, known, suspected, pages }: Digest): Html {
  const line = ({ target, scenario, location, what, expected, observed }: Digest["noted"][number]) =>
    html`<li>
      ${target} ${scenario} from ${location}: ${what} <del class="soft">${expected}</del> → <ins>${observed}</ins>
    </li>`;
  const part = (title: string, lines: readonly Html[], more: number) =>
    lines.length > 0 &&
    html`<h3>${title}</h3>
      <ul>
        ${lines}${more > 0 && html`<li class="soft">and ${more} more</li>`}
      </ul>`;
  const isEmpty = moved.length + noted.length + known.length + suspected.length === 0;
  return html`<div class="panel">
    <p>
      ${judged.toLocaleString("en")} series compared. ${counted(pages.notified, "page")} about drift, ${pages.noise} of
      them marked as noise; the promise allows
      ${pages.allowed < 10 ? pages.allowed.toFixed(1) : Math.round(pages.allowed)} false ones in this time.
    </p>
    ${isEmpty && html`<p class="soft">Nothing stands out.</p>`}${part("Moved", moved.map(line), moreMoved)}${part("Noted", noted.map(line), moreNoted)}${part("Known: they have an incident", known.map(line), 0)}${part(
      "Suspected",
      suspected.map(({ target, scenario, what }) => html`<li>${target} ${scenario}: ${what}</li>`),
      0,
    )}
  </div>`;
}
