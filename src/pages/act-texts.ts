import type { Incident } from "../incident/incident.ts";
import { isOfRecurring } from "../incident/reduce.ts";

/** What a person can do to an incident on its page. */
export const incidentActs = [
  "acknowledge",
  "silence",
  "accept",
  "planned",
  "exclude",
  "noise",
  "expect",
  "resolve",
] as const;
export type IncidentAct = (typeof incidentActs)[number];

interface ActText {
  readonly title: string;
  /** What follows, before it is done. */
  readonly effect: string;
  readonly button: string;
  readonly undo: string;
  /** What the form says for somebody in a hurry; left out where only the person can know. */
  readonly reason?: string;
}

export const silenceHours = [1, 4, 12, 24, 72] as const;
export const expectDays = [7, 30, 90, 180, 365] as const;

/** Each act in the words of the page. */
export const actTexts: Readonly<Record<IncidentAct, ActText>> = {
  acknowledge: {
    title: "Acknowledge: I take care of it",
    effect:
      "Reminders and escalation stop until it is resolved. The receivers that were notified learn your name. Checks continue.",
    button: "Acknowledge",
    undo: "An acknowledgement lasts until the incident is resolved.",
    reason: "I am looking into it",
  },
  silence: {
    title: "Silence it for a while",
    effect:
      "Nobody is notified of this kind of incident on this probe until the silence ends. If it lasts longer, people are notified then. Checks continue.",
    button: "Silence",
    undo: "You can end the silence at any time.",
    reason: "known, and somebody is on it",
  },
  accept: {
    title: "Accept as the new normal",
    effect: "The new behaviour is expected from now on, and the incident is resolved. Nothing is sent to the provider.",
    button: "Accept as the new normal",
    undo: "You can go back to the previous version on the page of the baseline.",
  },
  planned: {
    title: "It was our own planned change",
    effect:
      "Whatever comes next is learned as a new normal, from now on, and nobody is paged for it. Nothing is sent to the provider.",
    button: "It was planned",
    undo: "Each baseline can go back to its previous version on its page.",
  },
  exclude: {
    title: "It was real: learn nothing from it",
    effect:
      "Everything that the series of this probe learned during the incident is removed, so that it does not become normal. The incident stays as it is.",
    button: "Learn nothing from it",
    undo: "This cannot be undone.",
    reason: "a real incident",
  },
  noise: {
    title: "It was noise: a false positive",
    effect:
      "The alert counts as a false positive. A second one within 90 days makes the margin of its series 50 % wider. The incident stays as it is.",
    button: "Mark as a false positive",
    undo: "The mark counts for 90 days.",
    reason: "a false positive",
  },
  expect: {
    title: "Expected: such moves come and go",
    effect:
      "Nobody is notified of these moves until then. One that goes further, lasts longer or comes at another time opens an incident as before.",
    button: "Expect them",
    undo: "Expect them for a shorter time to change it.",
  },
  resolve: {
    title: "Resolve by hand",
    effect: "The incident is closed. If the next runs are bad again, a new incident opens and people are notified.",
    button: "Resolve",
    undo: "A resolved incident cannot be reopened by hand.",
  },
};

/** Which acts this incident allows. */
export function actsFor(incident: Incident): readonly IncidentAct[] {
  const { state, kind, group, findings } = incident;
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
      case "planned":
        return isActive && hasBaseline && isOne;
      case "exclude":
        return isOne && (isMeasured || kind === "availability");
      case "noise":
        return isOne && isMeasured && hasBaseline;
      case "expect":
        return isOne && isMeasured && isOfRecurring(incident);
      case "resolve":
        return isActive;
      default:
        return act satisfies never;
    }
  });
}
