import type { PagerDutyReceiver } from "../../probe/receiver.ts";
import { routingKey } from "../../probe/receiver-secrets.ts";
import { shortHash } from "../../std/hash.ts";
import type { Alert } from "../../notify/compose/alert.ts";
import { linksFor } from "../../notify/compose/fill-template.ts";
import { jsonMessage, type ReceiverKind, urlOf } from "../../notify/deliver/receiver-kind.ts";
import { changeLines, factLines, fit, headline } from "../wording.ts";

/**
 * PagerDuty Events API v2: one PagerDuty alert for each incident, which its acknowledgement and end follow.
 * https://developer.pagerduty.com/docs/events-api-v2-overview
 */
export const pagerduty: ReceiverKind<PagerDutyReceiver> = {
  statuses: { delivered: [202], refused: [400], goneIsFailure: true },
  render({ alert }, receiver, secret) {
    if (alert.status === "information") return { refused: `${receiver.name} wakes people: a digest is not for it` };
    const key = secret(receiver.routingKey).trim();
    if (!routingKey.accepts(key)) return { refused: `the routing key of ${receiver.name} is not ${routingKey.words}` };
    const event = { routing_key: key, event_action: actions[alert.status], dedup_key: dedupKey(alert.incidentId) };
    if (alert.status !== "firing") return jsonMessage(urlOf(receiver, secret), event);
    return jsonMessage(urlOf(receiver, secret), {
      ...event,
      client: "Plumbline",
      payload: {
        summary: fit(alert.summary, 1024),
        source: fit(alert.target, 255),
        severity: severities[alert.severity],
        timestamp: alert.at,
        component: fit(alert.model, 255),
        group: fit(alert.scenario, 255),
        class: alert.kind,
        custom_details: {
          what: headline(alert),
          changes: changeLines(alert, 300),
          ...Object.fromEntries(factLines(alert, 400)),
        },
      },
      links: linksFor(alert, receiver.links),
    });
  },
};

const actions: Readonly<Record<Exclude<Alert["status"], "information">, string>> = {
  firing: "trigger",
  acknowledged: "acknowledge",
  resolved: "resolve",
};

const severities: Readonly<Record<Alert["severity"], string>> = {
  breaking: "critical",
  risky: "warning",
  informative: "info",
};

const longestDedupKey = 255;

/** All that is said of an incident carries the same. */
function dedupKey(incidentId: string): string {
  return incidentId.length <= longestDedupKey ? incidentId : shortHash(incidentId, 64);
}
