import { z } from "zod";
import type { ServiceEvent, ServiceRequest } from "../../probe/service-event.ts";
import { isSignedBy, jsonIn } from "../hmac.ts";

/** Names our button among those of other apps. */
export const acknowledgeAction = "plumbline-acknowledge";

/** An older request was recorded and sent again. */
const mostAgeMs = 300_000;

const pressed = z.object({
  type: z.literal("block_actions"),
  user: z.object({ username: z.string().optional(), name: z.string().optional(), id: z.string() }),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().optional() })),
});

/**
 * A press of the button in an alert, signed with the signing secret of the Slack app that the webhook belongs to.
 * https://docs.slack.dev/authentication/verifying-requests-from-slack
 */
export function readSlackEvent({ header, body, atMs }: ServiceRequest, signingSecret: string): ServiceEvent {
  const sentAt = header("x-slack-request-timestamp") ?? "";
  const isFresh = /^\d{1,12}$/.test(sentAt) && Math.abs(atMs - Number(sentAt) * 1000) <= mostAgeMs;
  const signature = header("x-slack-signature")?.replace(/^v0=/, "") ?? "";
  if (!isFresh || !isSignedBy(signingSecret.trim(), `v0:${sentAt}:${body}`, [signature])) return { kind: "forged" };
  const { data } = pressed.safeParse(jsonIn(new URLSearchParams(body).get("payload") ?? ""));
  const key = data?.actions.find(({ action_id: id }) => id === acknowledgeAction)?.value;
  if (data === undefined || key === undefined) return { kind: "other" };
  const { username, name, id } = data.user;
  return { kind: "acknowledged", key, by: username ?? name ?? id };
}
