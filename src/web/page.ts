import { createHash } from "node:crypto";
import { type ActionLink, linkSilenceMs } from "../incident/action-link.ts";
import type { Incident } from "../incident/incident.ts";
import { formatDurationMs } from "../std/duration.ts";
import { escapeHtml } from "../std/escape-html.ts";
import { plainLine } from "../std/sanitize.ts";

const style = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.3rem}
li,dd{margin:.2rem 0}
dt{opacity:.7}
textarea{font:inherit;width:100%;box-sizing:border-box}
button{font:inherit;font-weight:600;padding:.6rem 1.2rem;margin-top:1rem}`;

/**
 * The pages run no script, load nothing, can't be framed, and submit only to their own address. Their
 * referrer, which carries a signature, goes nowhere else; without any, browsers would send the origin "null" with the form.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-robots-tag": "noindex",
};

/** Asks for confirmation. The form is submitted to the same address, which carries the signature. */
export function confirmationPage(link: ActionLink, incident: Incident): string {
  const { title, effect, button, asksWhy } = descriptionOf(link, incident);
  const reason = asksWhy === "must" ? "Reason (kept in the audit log)" : "Reason (optional)";
  return page(title, [
    `<p>${escapeHtml(effect)}</p>`,
    factsOf(incident),
    '<form method="post">',
    `<label>Your name (optional, others read who acts)<br><input name="name" maxlength="60" autocomplete="name"></label>`,
    `<label>${reason}<br><textarea name="why" rows="2" maxlength="400"${asksWhy === "must" ? " required" : ""}></textarea></label>`,
    `<button type="submit">${escapeHtml(button)}</button>`,
    "</form>",
  ]);
}

/** A message without a form. */
export function plainPage(title: string, ...sentences: readonly string[]): string {
  return page(
    title,
    sentences.map((sentence) => `<p>${escapeHtml(sentence)}</p>`),
  );
}

interface Description {
  readonly title: string;
  readonly effect: string;
  readonly button: string;
  readonly asksWhy: "must" | "may";
}

function descriptionOf({ act }: ActionLink, { target, probe, kind }: Incident): Description {
  const lasting = formatDurationMs(linkSilenceMs);
  switch (act) {
    case "acknowledge":
      return {
        title: "Acknowledge this incident?",
        effect: "Reminders and escalation stop until it is resolved. Checks continue.",
        button: "Acknowledge",
        asksWhy: "may",
      };
    case "silence":
      return {
        title: `Silence for ${lasting}?`,
        effect: `For ${lasting} nobody is notified of ${kind} on ${target}, ${probe}. If it lasts longer, you are notified then. Checks continue.`,
        button: `Silence for ${lasting}`,
        asksWhy: "may",
      };
    case "accept":
      return {
        title: "Accept as the new normal?",
        effect:
          "The new behaviour is expected from now on, and the incident is resolved. Nothing else changes and nothing is sent to the provider. plumbline baseline reject undoes it.",
        button: "Accept as the new normal",
        asksWhy: "must",
      };
    case "exclude":
      return {
        title: "Was it real? Learn nothing from it?",
        effect:
          "Everything that the series of this probe learned during the incident is removed, so that it does not become normal. Alerts and the incident stay as they are.",
        button: "It was real: learn nothing from it",
        asksWhy: "may",
      };
    case "noise":
      return {
        title: "Was this a false positive?",
        effect:
          "The alert counts as a false positive. A second one within 90 days makes the margin of its series 50 % wider. Alerts and the incident stay as they are.",
        button: "It was a false positive",
        asksWhy: "may",
      };
    default:
      return act satisfies never;
  }
}

const mostFindings = 10;

function factsOf(incident: Incident): string {
  const { target, model, scenario, location, state, findings, firstBadSlotMs, badRuns, judgedRuns } = incident;
  const facts = [
    ["what", `${incident.severity}, ${incident.kind}: ${incident.label}`],
    ["where", `${target} (${model}), ${scenario}, from ${location}`],
    ["since", `${new Date(firstBadSlotMs).toISOString().slice(0, 19).replace("T", " ")} UTC`],
    ["how often", `${badRuns} of ${judgedRuns} runs`],
    ["state", state === "acknowledged" ? `acknowledged by ${incident.acknowledged?.by ?? "somebody"}` : state],
  ] as const;
  const changes = findings
    .slice(0, mostFindings)
    .map(({ subject, expected, observed }) => `<li>${clean(subject)}: ${clean(expected)} → ${clean(observed)}</li>`);
  const more = findings.length - changes.length;
  return [
    ...(changes.length === 0 ? [] : [`<ul>${changes.join("")}${more > 0 ? `<li>and ${more} more</li>` : ""}</ul>`]),
    `<dl>${facts.map(([name, value]) => `<dt>${name}</dt><dd>${clean(value)}</dd>`).join("")}</dl>`,
  ].join("\n");
}

function page(title: string, body: readonly string[]): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">`;
  return `<!doctype html>
<html lang="en"><head>${head}<title>${escapeHtml(title)}</title><style>${style}</style></head><body>
<h1>${escapeHtml(title)}</h1>
${body.join("\n")}
</body></html>
`;
}

const clean = (text: string): string => escapeHtml(plainLine(text, 300));
