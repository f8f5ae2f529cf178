import type { Incident } from "../incident/incident.ts";
import { type Html, html, path } from "./html.ts";

/** What a person can do to an incident on its page. */
export const incidentActs = ["acknowledge", "silence", "accept", "exclude", "noise", "resolve"] as const;
export type IncidentAct = (typeof incidentActs)[number];

interface ActText {
  readonly title: string;
  /** What follows, before it is done. */
  readonly effect: string;
  readonly button: string;
  readonly undo: string;
}

export const silenceHours = [1, 4, 12, 24, 72] as const;

/** Each act in the words of the page. */
export const actTexts: Readonly<Record<IncidentAct, ActText>> = {
  acknowledge: {
    title: "Acknowledge: I take care of it",
    effect:
      "Reminders and escalation stop until it is resolved. The receivers that were notified learn your name. Checks continue.",
    button: "Acknowledge",
    undo: "An acknowledgement lasts until the incident is resolved.",
  },
  silence: {
    title: "Silence it for a while",
    effect:
      "Nobody is notified of this kind of incident on this probe until the silence ends. If it lasts longer, people are notified then. Checks continue.",
    button: "Silence",
    undo: "You can end the silence under Quiet things.",
  },
  accept: {
    title: "Accept as the new normal",
    effect: "The new behaviour is expected from now on, and the incident is resolved. Nothing is sent to the provider.",
    button: "Accept as the new normal",
    undo: "You can go back to the previous version on the page of the baseline.",
  },
  exclude: {
    title: "It was real: learn nothing from it",
    effect:
      "Everything that the series of this probe learned during the incident is removed, so that it does not become normal. The incident stays as it is.",
    button: "Learn nothing from it",
    undo: "This cannot be undone.",
  },
  noise: {
    title: "It was noise: a false positive",
    effect:
      "The alert counts as a false positive. A second one within 90 days makes the margin of its series 50 % wider. The incident stays as it is.",
    button: "Mark as a false positive",
    undo: "The mark counts for 90 days.",
  },
  resolve: {
    title: "Resolve by hand",
    effect: "The incident is closed. If the next runs are bad again, a new incident opens and people are notified.",
    button: "Resolve",
    undo: "A resolved incident cannot be reopened by hand.",
  },
};

/** Which acts this incident allows. */
export function actsFor({ state, kind, group, findings }: Incident): readonly IncidentAct[] {
  const isActive = state === "open" || state === "acknowledged";
  const hasBaseline = findings.some(({ baselineVersion }) => baselineVersion !== undefined);
  const isMeasured = kind === "latency" || kind === "usage" || kind === "budget";
  const isOne = group === undefined;
  return incidentActs.filter((act) => {
    switch (act) {
      case "acknowledge":
        return state === "open";
      case "silence":
        return isActive && kind !== "monitor";
      case "accept":
        return isActive && hasBaseline && isOne;
      case "exclude":
        return isOne && (isMeasured || kind === "availability");
      case "noise":
        return isOne && isMeasured && hasBaseline;
      case "resolve":
        return isActive;
      default:
        return act satisfies never;
    }
  });
}

/** What somebody has sent that could not be done, so that nothing of it is lost. */
export interface Refusal {
  readonly act: string;
  readonly reason: string;
  readonly why: string;
}

/** A form for each act; each works without a script. */
export function actForms(id: string, incident: Incident, refusal: Refusal | undefined): Html {
  const acts = actsFor(incident);
  const forms = acts.map((act, index) => {
    const { title, effect, button, undo } = actTexts[act];
    const isOpen = refusal === undefined ? index === 0 && act === "acknowledge" : refusal.act === act;
    const name = `why-${act}`;
    return html`<details class="act" name="act" ${isOpen && html` open`} id="act-${act}">
      <summary>${title}</summary>
      <div>
        <p>${effect} <span class="soft">${undo}</span></p>
        ${refusal?.act === act && html`<p class="t-fail" role="alert"><strong>Not done:</strong> ${refusal.reason}.</p>`}
        <form method="post" action="${path("incidents", id, "acts")}">
          <input type="hidden" name="act" value="${act}" />${act === "silence" && hoursField()}
          <div class="field">
            <label for="${name}">Reason, kept in the audit log</label
            ><textarea id="${name}" name="why" rows="2" maxlength="500" required>
${refusal?.act === act && refusal.why}</textarea>
          </div>
          <button>${button}</button>
        </form>
      </div>
    </details>`;
  });
  return html`<div class="acts">${forms}</div>`;
}

function hoursField(): Html {
  const options = silenceHours.map(
    (hours) => html`<option value="${hours}">${hours === 1 ? "1 hour" : `${hours} hours`}</option>`,
  );
  return html`<div class="field">
    <label for="hours">For how long</label
    ><select id="hours" name="hours">
      ${options}
    </select>
  </div>`;
}
