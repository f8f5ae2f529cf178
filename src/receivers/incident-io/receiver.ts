import { z } from "zod";
import type { Alert } from "../../notify/compose/alert.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { headline } from "../../notify/compose/headline.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import type { Receiver } from "../../probe/receiver.ts";
import { httpUrl, secret as secretSchema } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import { isErrorBody } from "../error-body.ts";
import { incidentKey } from "../incident-key.ts";
import { escapeMarkdown, maskedLinks } from "../markdown.ts";
import { bearerHeaders, commonSettings, type ReceiverKind } from "../receiver-kind.ts";
import { bearerToken } from "../secret-form.ts";
import { ourSeverities, severityWords, type SeverityWords } from "../severity-words.ts";
import { changeLines, factLines, fit } from "../wording.ts";

interface IncidentIoReceiver extends Receiver {
  readonly kind: "incidentIo";
  /** The id of its alert source configuration. */
  readonly source: string;
  readonly token: SecretRef;
  readonly severities: SeverityWords<string>;
}

const schema = z
  .strictObject({
    source: z
      .string()
      .regex(/^[A-Za-z0-9]{10,40}$/, { error: "the id in the address of an HTTP alert source" })
      .meta({ description: "the id of an HTTP alert source", examples: ["01GW2G3V0S59R238FAHPDS1R66"] }),
    token: secretSchema.describe("the token of the alert source"),
    url: httpUrl.default("https://api.incident.io").describe("the API"),
    severities: severityWords(z.string().min(1).max(40), ourSeverities),
    ...commonSettings,
  })
  .describe("an HTTP alert source of incident.io");

/**
 * incident.io's alert events: one alert for each incident, firing or resolved; the service has no third status.
 * https://docs.incident.io/api-reference/alert-events-v2/createhttp
 */
export const incidentIo: ReceiverKind<typeof schema, IncidentIoReceiver> = {
  schema,
  resolve: ({ source, token, url, severities }, common) => ({
    kind: "incidentIo",
    ...common,
    url,
    source,
    token,
    severities,
  }),
  secrets: ({ token }) => [{ ref: token, form: bearerToken }],
  wakesPeople: true,
  forgets: false,
  statuses: { delivered: [202], refused: [400, 404, 422], goneIsFailure: true, deniedBy: isErrorBody },
  render({ alert }, receiver, secret) {
    if (alert.status === "information")
      return { refused: `${receiver.name} can't receive digests, because it wakes people` };
    const headers = bearerHeaders(receiver, secret, bearerToken);
    if ("refused" in headers) return { refused: headers.refused };
    const links = linksFor(alert, receiver.links);
    const url = `${urlOf(receiver, secret).replace(/\/+$/, "")}/v2/alert_events/http/${receiver.source}`;
    const event = {
      title: fit(alert.summary, 200),
      status: alert.status === "resolved" ? "resolved" : "firing",
      deduplication_key: incidentKey(alert, 255),
      description: [
        headline(alert),
        ...changeLines(alert, 300, escapeMarkdown),
        ...factLines(alert, 400, receiver, escapeMarkdown).map(([name, value]) => `${name}: ${value}`),
        ...(links.length === 0 ? [] : [maskedLinks(links, 4000, escapeMarkdown)]),
      ].join("\n\n"),
      ...(links[0] === undefined ? {} : { source_url: links[0].href }),
      metadata: metadataOf(alert, receiver),
    };
    return jsonMessage(url, event, headers);
  },
};

/** What routes and attributes of the service can match. */
function metadataOf(alert: Alert, { severities }: IncidentIoReceiver): Readonly<Record<string, string>> {
  return {
    severity: severities[alert.severity],
    kind: alert.kind,
    status: alert.status,
    target: fit(alert.target, 200),
    model: fit(alert.model, 200),
    scenario: fit(alert.scenario, 200),
    location: fit(alert.location, 200),
    probe: fit(alert.probe, 200),
  };
}
