import type { AlertmanagerReceiver } from "../../probe/receiver.ts";
import { token } from "../../probe/receiver-secrets.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { type Link, linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, type ReceiverKind, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { howSure } from "../../notify/compose/summary.ts";
import { changeLines, fit } from "../wording.ts";

/**
 * Prometheus' Alertmanager, API v2. As Prometheus does: the whole alert each time, an end in the future while it fires
 * and the true end when it is over. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 */
export const alertmanager: ReceiverKind<AlertmanagerReceiver> = {
  statuses: { delivered: [200], refused: [400, 422], goneIsFailure: true },
  forgets: true,
  render({ alert }, receiver, secret, atMs) {
    if (alert.status === "information")
      return { refused: `${receiver.name} knows no alert without an end: a digest is not for it` };
    const bearer = receiver.token === undefined ? undefined : secret(receiver.token).trim();
    if (bearer !== undefined && !token.accepts(bearer)) {
      return { refused: `the token of ${receiver.name} is not ${token.words}` };
    }
    const headers = bearer === undefined ? undefined : { authorization: `Bearer ${bearer}` };
    const url = `${urlOf(receiver, secret).replace(/\/+$/, "")}/api/v2/alerts`;
    return jsonMessage(url, postable(alert, receiver, atMs), headers);
  },
};

/** The severity is one of the labels that make an alert: when it rises, the alert of the lower one is over. */
function postable(alert: Alert, receiver: AlertmanagerReceiver, atMs: number): object[] {
  const startMs = timeOf(alert.firstBadSlot) ?? timeOf(alert.at) ?? atMs;
  const nowMs = Math.max(startMs, timeOf(alert.at) ?? atMs);
  const links = linksFor(alert, receiver.links);
  const one = (severity: string, endMs: number): object => ({
    labels: labelsOf(alert, severity, receiver),
    annotations: annotationsOf(alert, links),
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(endMs).toISOString(),
    ...(links[0] === undefined ? {} : { generatorURL: links[0].href }),
  });
  if (alert.status === "resolved") return [one(alert.severity, nowMs)];
  const firing = one(alert.severity, Math.max(startMs, atMs) + receiver.holdMs);
  const lower = alert.event === "escalated" ? below[alert.severity] : [];
  return [firing, ...lower.map((severity) => one(severity, nowMs))];
}

/** Lower severities that are told to receivers at all. */
const below: Readonly<Record<Alert["severity"], readonly string[]>> = {
  breaking: ["risky"],
  risky: [],
  informative: [],
};

/** What stays the same as long as the incident lasts. */
function labelsOf(alert: Alert, severity: string, { labels }: AlertmanagerReceiver): Record<string, string> {
  return {
    ...labels,
    alertname: "PlumblineDrift",
    drift_kind: alert.kind,
    severity,
    target: fit(alert.target, 200),
    model: fit(alert.model, 200),
    scenario: fit(alert.scenario, 200),
    location: fit(alert.location, 200),
    probe: fit(alert.probe, 200),
    incident: fit(alert.fingerprint, 200),
  };
}

function annotationsOf(alert: Alert, links: readonly Link[]): Record<string, string> {
  const newest = alert.evidence.at(-1);
  return {
    summary: fit(alert.summary, 400),
    description: changeLines(alert, 300).join("\n") || fit(alert.summary, 400),
    expected: fit(alert.changes[0]?.before ?? "", 300),
    observed: fit(alert.changes[0]?.after ?? "", 300),
    status: alert.status,
    since: fit(alert.firstBadSlot, 40),
    how_often: howSure(alert),
    ...(alert.tier === undefined ? {} : { tier: alert.tier }),
    likely_cause: alert.likelyCause,
    next_step: fit(alert.nextStep, 400),
    incident_id: fit(alert.incidentId, 200),
    ...(newest === undefined ? {} : { run: fit(newest.runId, 300) }),
    ...Object.fromEntries(links.map(({ text, href }) => [annotationName(text), href])),
  };
}

/** `Trace` → `trace_url` */
function annotationName(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return [...(/^[a-z]/.test(words[0] ?? "") ? [] : ["link"]), ...words, "url"].join("_");
}

function timeOf(iso: string): number | undefined {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? undefined : ms;
}
