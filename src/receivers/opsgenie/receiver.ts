import { z } from "zod";
import type { Alert } from "../../notify/compose/alert.ts";
import { type Link, linksFor } from "../../notify/compose/fill-template.ts";
import { headline } from "../../notify/compose/headline.ts";
import { jsonMessage, urlOf } from "../../notify/deliver/receiver-kind.ts";
import type { Receiver } from "../../probe/receiver.ts";
import { httpUrl, secret as secretSchema } from "../../probe/reference-schemas.ts";
import type { SecretRef } from "../../probe/target.ts";
import { isErrorBody } from "../error-body.ts";
import { incidentKey } from "../incident-key.ts";
import { commonSettings, type ReceiverKind } from "../receiver-kind.ts";
import { matching } from "../secret-form.ts";
import { severityWords, type SeverityWords } from "../severity-words.ts";
import { changeLines, factLines, fit, linksWithin } from "../wording.ts";

const priority = z.enum(["P1", "P2", "P3", "P4", "P5"]);

interface OpsgenieReceiver extends Receiver {
  readonly kind: "opsgenie";
  readonly apiKey: SecretRef;
  readonly severities: SeverityWords<z.output<typeof priority>>;
}

const schema = z
  .strictObject({
    apiKey: secretSchema.describe("the key of an API integration"),
    url: httpUrl.default("https://api.opsgenie.com").meta({
      description:
        "address of the API: https://api.eu.opsgenie.com for the EU, https://api.atlassian.com/jsm/ops/integration for Jira Service Management",
      examples: ["https://api.atlassian.com/jsm/ops/integration"],
    }),
    severities: severityWords(priority, { breaking: "P1", risky: "P3", informative: "P5" }),
    ...commonSettings,
  })
  .describe("alerts of Opsgenie or Jira Service Management");

const integrationKey = matching("an API key of 36 letters, digits and dashes", /^[A-Za-z0-9-]{36}$/);

/**
 * The Alert API of Opsgenie, which Jira Service Management has too: one alert for each incident, named by its alias,
 * acknowledged and closed with it. https://docs.opsgenie.com/docs/alert-api
 * https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-integration-events/
 */
export const opsgenie: ReceiverKind<typeof schema, OpsgenieReceiver> = {
  schema,
  resolve: ({ apiKey, url, severities }, common) => ({ kind: "opsgenie", ...common, url, apiKey, severities }),
  secrets: ({ apiKey }) => [{ ref: apiKey, form: integrationKey }],
  wakesPeople: true,
  forgets: false,
  statuses: { delivered: [202], refused: [400, 422], goneIsFailure: true, deniedBy: isErrorBody },
  render({ alert }, receiver, secret) {
    const { status } = alert;
    if (status === "information") return { refused: `${receiver.name} can't receive digests, because it wakes people` };
    const key = secret(receiver.apiKey).trim();
    if (!integrationKey.accepts(key)) {
      return { refused: `the API key of ${receiver.name} is not ${integrationKey.description}` };
    }
    const alerts = `${urlOf(receiver, secret).replace(/\/+$/, "")}/v2/alerts`;
    const headers = { authorization: `GenieKey ${key}` };
    const alias = incidentKey(alert, 512);
    if (status === "firing") return jsonMessage(alerts, created(alert, alias, receiver), headers);
    const action = status === "resolved" ? "close" : "acknowledge";
    const note = { source: "Plumbline", note: fit(alert.summary, 1000) };
    return jsonMessage(`${alerts}/${encodeURIComponent(alias)}/${action}?identifierType=alias`, note, headers);
  },
};

function created(alert: Alert, alias: string, receiver: OpsgenieReceiver): object {
  const links = linksWithin(linksFor(alert, receiver.links), 4000);
  return {
    message: fit(alert.summary, 130),
    alias,
    description: [
      headline(alert),
      fit(alert.summary, 400),
      ...changeLines(alert, 300),
      ...factLines(alert, 400, receiver).map(([name, value]) => `${name}: ${value}`),
      ...links.map(({ text, href }: Link) => `${fit(text, 60)}: ${href}`),
    ].join("\n"),
    tags: ["plumbline", alert.kind, alert.severity],
    details: {
      target: fit(alert.target, 200),
      model: fit(alert.model, 200),
      scenario: fit(alert.scenario, 200),
      location: fit(alert.location, 200),
      incident: fit(alert.incidentId, 200),
    },
    entity: fit(alert.target, 512),
    source: "Plumbline",
    priority: receiver.severities[alert.severity],
  };
}
