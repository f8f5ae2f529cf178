import { z } from "zod";
import type { Receiver } from "../../probe/receiver.ts";
import { secret as secretSchema, urlOrEnv } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import { duration, durationMs } from "../../probe/text-schemas.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { alertFacts } from "../../notify/compose/facts.ts";
import { type Link, linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { howSure } from "../../notify/compose/summary.ts";
import { isErrorBody } from "../error-body.ts";
import { bearerHeaders, commonSettings, type ReceiverKind } from "../receiver-kind.ts";
import {
  headersFrom,
  requestProblems,
  requestSecrets,
  type RequestSettings,
  requestSettings,
} from "../request-settings.ts";
import { bearerToken } from "../secret-form.ts";
import { ourSeverities, severityWords, type SeverityWords } from "../severity-words.ts";
import { changeLines, fit } from "../wording.ts";

interface AlertmanagerReceiver extends Receiver, RequestSettings {
  readonly kind: "alertmanager";
  readonly token?: SecretRef | undefined;
  /** Alertmanager takes an alert for resolved when it was not sent again for this time. */
  readonly holdMs: number;
  readonly severities: SeverityWords<string>;
  /** Further labels of every alert. */
  readonly labels: Readonly<Record<string, string>>;
}

const schema = z
  .strictObject({
    url: urlOrEnv.meta({
      description: "without /api/v2; each replica is a separate receiver",
      examples: ["https://alertmanager.example.com"],
    }),
    token: secretSchema.optional().describe("sent as Authorization: Bearer"),
    hold: duration
      .default("10m")
      .describe(
        "Plumbline sends active alerts again every minute; Alertmanager resolves an alert that it does not receive for this time",
      ),
    labels: z
      .record(
        z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, { error: "a label name of letters, digits and _" }),
        z.string().min(1).max(200),
      )
      .default({})
      .meta({ description: "labels of every alert", examples: [{ env: "production" }] }),
    severities: severityWords(z.string().min(1).max(40), ourSeverities),
    ...requestSettings,
    ...commonSettings,
  })
  .describe("Prometheus Alertmanager");

const shortestHoldMs = 120_000;

/**
 * Prometheus' Alertmanager, API v2. As Prometheus does: the whole alert each time, an end in the future while it fires
 * and the true end when it is over. https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 */
export const alertmanager: ReceiverKind<typeof schema, AlertmanagerReceiver> = {
  schema,
  resolve: ({ url, token, hold, labels, severities, headers, basicAuth }, common) => ({
    kind: "alertmanager",
    ...common,
    url,
    token,
    holdMs: durationMs(hold),
    labels,
    severities,
    headers,
    basicAuth,
  }),
  problems({ hold, token, headers, basicAuth }) {
    const expected = "at least 2m, because alerts are sent again every minute";
    return [
      ...(durationMs(hold) >= shortestHoldMs
        ? []
        : [{ key: "hold", expected, got: `${durationMs(hold) / 1000}s`, hint: "10m is a good value" }]),
      ...(token !== undefined && basicAuth !== undefined
        ? [{ key: "token", expected: "a token, or basicAuth", got: "both", hint: "remove one of them" }]
        : []),
      ...requestProblems({ headers, basicAuth }),
    ];
  },
  secrets: (receiver) => [
    ...(receiver.token === undefined ? [] : [{ ref: receiver.token, form: bearerToken }]),
    ...requestSecrets(receiver),
  ],
  wakesPeople: true,
  statuses: { delivered: [200], refused: [400, 422], goneIsFailure: true, deniedBy: isErrorBody },
  forgets: true,
  render({ alert }, receiver, secret, atMs) {
    if (alert.status === "information") {
      return { refused: `${receiver.name} can't receive digests, because its alerts must have an end` };
    }
    const bearer = bearerHeaders(receiver, secret, bearerToken);
    if ("refused" in bearer) return { refused: bearer.refused };
    const headers = headersFrom(receiver, secret);
    if ("refused" in headers) return { refused: headers.refused };
    const url = `${urlOf(receiver, secret).replace(/\/+$/, "")}/api/v2/alerts`;
    return jsonMessage(url, postable(alert, receiver, atMs), { ...headers, ...bearer });
  },
};

/** The severity is one of the labels that make an alert: when it rises, the alert of the lower one is over. */
function postable(alert: Alert, receiver: AlertmanagerReceiver, atMs: number): object[] {
  const startMs = timeOf(alert.firstBadSlot) ?? timeOf(alert.at) ?? atMs;
  const nowMs = Math.max(startMs, timeOf(alert.at) ?? atMs);
  const links = linksFor(alert, receiver.links);
  const word = receiver.severities[alert.severity];
  const alertOf = (severity: string, endMs: number): object => ({
    labels: labelsOf(alert, severity, receiver),
    annotations: annotationsOf(alert, links),
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(endMs).toISOString(),
    ...(links[0] === undefined ? {} : { generatorURL: links[0].href }),
  });
  if (alert.status === "resolved") return [alertOf(word, nowMs)];
  const firing = alertOf(word, Math.max(startMs, atMs) + receiver.holdMs);
  const lower = alert.event === "escalated" ? below[alert.severity].map((one) => receiver.severities[one]) : [];
  return [firing, ...lower.filter((one) => one !== word).map((one) => alertOf(one, nowMs))];
}

/** Lower severities of which receivers are notified. */
const below: SeverityWords<readonly Alert["severity"][]> = {
  breaking: ["risky"],
  risky: [],
  informative: [],
};

/** The same as long as the incident lasts. */
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
    ...(alert.installation === undefined ? {} : { installation: fit(alert.installation, 200) }),
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
    ...(alert.kind === "budget" || alert.kind === "monitor" ? {} : { how_often: howSure(alert) }),
    ...(alert.tier === undefined ? {} : { tier: alert.tier }),
    likely_cause: alert.likelyCause,
    next_step: fit(alert.nextStep, 400),
    ...Object.fromEntries(
      alertFacts(alert).flatMap(([name, text]) => (asked.has(name) ? [[asked.get(name), fit(text, 400)]] : [])),
    ),
    incident_id: fit(alert.incidentId, 200),
    ...(newest === undefined ? {} : { run: fit(newest.runId, 300) }),
    ...Object.fromEntries(links.map(({ text, href }) => [annotationName(text), href])),
  };
}

/** How bad it is for users, and who else is affected: facts under the names of annotations. */
const asked = new Map([
  ["for users", "for_users"],
  ["also affected", "also_affected"],
  ["not affected", "not_affected"],
  ["again", "recurrence"],
]);

/** `Trace` → `trace_url` */
function annotationName(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return [...(/^[a-z]/.test(words[0] ?? "") ? [] : ["link"]), ...words, "url"].join("_");
}

function timeOf(iso: string): number | undefined {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? undefined : ms;
}
