import { z } from "zod";
import type { ServiceEvent, ServiceRequest } from "../../probe/service-event.ts";
import { isSignedBy, jsonIn } from "../hmac.ts";

const acknowledged = z.object({
  event: z.object({
    event_type: z.literal("incident.acknowledged"),
    agent: z.object({ summary: z.string(), type: z.string() }).nullish(),
    data: z.object({ incident_key: z.string() }),
  }),
});

/**
 * PagerDuty's webhooks, version 3. While a secret is replaced, a request carries several signatures. What Plumbline itself
 * acknowledged comes back without a person as its agent.
 * https://developer.pagerduty.com/docs/verifying-webhook-signatures
 */
export function readPagerDutyEvent({ header, body }: ServiceRequest, secret: string): ServiceEvent {
  const given = (header("x-pagerduty-signature") ?? "").split(",").slice(0, 10);
  const signatures = given.map((one) => one.trim().replace(/^v1=/, ""));
  if (!isSignedBy(secret.trim(), body, signatures)) return { kind: "forged" };
  const event = acknowledged.safeParse(jsonIn(body)).data?.event;
  if (event?.agent?.type !== "user_reference") return { kind: "other" };
  return { kind: "acknowledged", key: event.data.incident_key, by: event.agent.summary };
}
