import type { IncidentHistory } from "../operate/manage-incidents.ts";
import { type Html, html } from "./html.ts";
import { ago, moment, spoken, state } from "./words.ts";

const titles = {
  opened: "Opened",
  reopened: "Reopened",
  escalated: "Became more severe",
  reminded: "Reminded",
  unacknowledged: "Escalated: nobody had acknowledged it",
  acknowledged: "Acknowledged",
  resolved: "Resolved",
} as const;

type History = Pick<IncidentHistory, "incident" | "transitions" | "deliveries">;

/** Every event, newest first: who was notified, who was not and why, and what became of each message. */
export function timeline({ incident, transitions, deliveries }: History, nowMs: number): Html {
  const bySequence = Map.groupBy(deliveries, ({ sequence }) => sequence);
  const events = transitions.toReversed().map(({ kind, atMs, reason, routes, sequence }) => {
    const sent = bySequence.get(sequence) ?? [];
    const people = routes.map(({ receiver, notified, reason: because, by }) => {
      const delivery = sent.find((one) => one.receiver === receiver);
      const how = notified
        ? html`${delivery === undefined ? state("pending", "notified") : state(delivery.state)}
            <span class="soft">${spoken(because)}</span>`
        : html`<span class="t-none">not notified</span> <span class="soft">${spoken(because)}</span>`;
      const outcome = delivery?.lastOutcome?.reason;
      return html`<li>
        <strong>${receiver}</strong>:
        ${how}${by !== undefined && html` <span class="soft">(${by})</span>`}${delivery !== undefined && delivery.attempts > 1 && html` <span class="soft">${delivery.attempts} attempts</span>`}${outcome !== undefined && html` <span class="soft">last answer: ${outcome}</span>`}
      </li>`;
    });
    const tone = kind === "resolved" || kind === "acknowledged" ? "good" : kind === "reminded" ? "" : "breaking";
    return html`<li class="${tone}">
      <div class="row between">
        <strong>${titles[kind]}</strong><span class="small soft">${moment(atMs)}, ${ago(atMs, nowMs)}</span>
      </div>
      <div class="soft">${spoken(reason)}</div>
      ${
        people.length > 0 &&
        html`<ul class="small">
          ${people}
        </ul>`
      }
    </li>`;
  });
  const first = html`<li>
    <div class="row between">
      <strong>First bad run</strong><span class="small soft">${moment(incident.firstBadSlotMs)}</span>
    </div>
  </li>`;
  return html`<ol class="timeline">
    ${events}${first}
  </ol>`;
}
