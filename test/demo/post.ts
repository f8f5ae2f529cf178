import { Webhook } from "standardwebhooks";
import type { Alert } from "../../src/notify/compose/alert.ts";

export interface Posting {
  readonly url: string;
  readonly secret: string;
  readonly id: string;
}

/** Delivers as a sender of Standard Webhooks does; resolves to the status. */
export async function post({ url, secret, id }: Posting, alert: Alert): Promise<number> {
  const body = JSON.stringify({
    type: `plumbline.incident.${alert.event}`,
    timestamp: alert.at,
    data: alert,
  });
  const at = new Date();
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
  return (await fetch(url, { method: "POST", headers, body })).status;
}
