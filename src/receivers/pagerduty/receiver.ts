import { isQuietTest } from "../../notify/compose/test-reason.ts";
import { headline } from "../../notify/compose/headline.ts";
import { z } from "zod";
import type { Receiver } from "../../probe/receiver.ts";
import { httpUrl, secret as secretSchema } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, type Message, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { isErrorBody } from "../error-body.ts";
import { incidentKey } from "../incident-key.ts";
import { commonSettings, type ReceiverKind } from "../receiver-kind.ts";
import { matching } from "../secret-form.ts";
import { severityWords, type SeverityWords } from "../severity-words.ts";
import { changeLines, factLines, fit } from "../wording.ts";
import { readPagerDutyEvent } from "./events.ts";

const severity = z.enum(["critical", "error", "warning", "info"]);

interface PagerDutyReceiver extends Receiver {
  readonly kind: "pagerduty";
  /** The integration key of a service's Events API v2 integration. */
  readonly routingKey: SecretRef;
  readonly severities: SeverityWords<z.output<typeof severity>>;
  /** Of a webhook subscription, version 3; undefined: what people do in PagerDuty stays there. */
  readonly webhookSecret?: SecretRef | undefined;
}

const schema = z
  .strictObject({
    routingKey: secretSchema.describe("the integration key of an Events API v2 integration"),
    url: httpUrl.default("https://events.pagerduty.com/v2/enqueue").describe("address for the EU service region"),
    severities: severityWords(severity, { breaking: "critical", risky: "warning", informative: "info" }),
    webhookSecret: secretSchema
      .optional()
      .describe("the secret of a webhook subscription (v3): an acknowledgement in PagerDuty counts here too"),
    ...commonSettings,
  })
  .describe("Events API v2");

const integrationKey = matching("an integration key of 32 letters and digits", /^[A-Za-z0-9]{32}$/);

/**
 * PagerDuty Events API v2: one PagerDuty alert for each incident, acknowledged and resolved with it.
 * https://developer.pagerduty.com/docs/events-api-v2-overview
 */
export const pagerduty: ReceiverKind<typeof schema, PagerDutyReceiver> = {
  schema,
  resolve: ({ url, routingKey, severities, webhookSecret }, common) => ({
    kind: "pagerduty",
    ...common,
    url,
    routingKey,
    severities,
    webhookSecret,
  }),
  secrets: ({ routingKey }) => [{ ref: routingKey, form: integrationKey }],
  events: { secretOf: ({ webhookSecret }) => webhookSecret, read: readPagerDutyEvent },
  wakesPeople: true,
  forgets: false,
  statuses: { delivered: [202], refused: [400], goneIsFailure: true, deniedBy: isErrorBody },
  render({ alert }, receiver, secret) {
    if (alert.status === "information")
      return { refused: `${receiver.name} can't receive digests, because it wakes people` };
    const key = secret(receiver.routingKey).trim();
    if (!integrationKey.accepts(key)) {
      return { refused: `the routing key of ${receiver.name} is not ${integrationKey.description}` };
    }
    if (isQuietTest(alert)) return changeEvent(alert, urlOf(receiver, secret), key);
    const event = { routing_key: key, event_action: actions[alert.status], dedup_key: incidentKey(alert, 255) };
    if (alert.status !== "firing") return jsonMessage(urlOf(receiver, secret), event);
    return jsonMessage(urlOf(receiver, secret), {
      ...event,
      client: "Plumbline",
      payload: {
        summary: fit(alert.summary, 1024),
        source: fit(alert.target, 255),
        severity: receiver.severities[alert.severity],
        timestamp: alert.at,
        component: fit(alert.model, 255),
        group: fit(alert.scenario, 255),
        class: alert.kind,
        custom_details: {
          what: headline(alert),
          changes: changeLines(alert, 300),
          ...Object.fromEntries(factLines(alert, 400, receiver)),
        },
      },
      links: linksFor(alert, receiver.links),
    });
  },
};

/** It is shown beside the incidents of the service, and notifies nobody. */
function changeEvent(alert: Alert, url: string, key: string): Message {
  const payload = { summary: fit(alert.summary, 1024), source: "Plumbline", timestamp: alert.at };
  return jsonMessage(url.replace(/\/v2\/enqueue$/, "/v2/change/enqueue"), { routing_key: key, payload });
}

const actions: Readonly<Record<Exclude<Alert["status"], "information">, string>> = {
  firing: "trigger",
  acknowledged: "acknowledge",
  resolved: "resolve",
};
