import { createHmac } from "node:crypto";
import type { WebhookReceiver } from "../../probe/receiver.ts";
import type { ReceiverKind } from "./receiver.ts";

/**
 * The generic receiver: Standard Webhooks 1.0.0 with symmetric `v1` signatures. Several secrets sign side by side, so
 * that one can be replaced while both are in use. https://github.com/standard-webhooks/standard-webhooks
 */
export const webhook: ReceiverKind<WebhookReceiver> = {
  render(entry, receiver, secret, atMs) {
    const keys: Buffer[] = [];
    for (const [index, ref] of receiver.secrets.entries()) {
      const key = signingKey(secret(ref));
      if (key === undefined) {
        return {
          refused: `secret ${index + 1} of ${receiver.name} is not whsec_ and the base64 of 24 to 64 bytes`,
        };
      }
      keys.push(key);
    }
    if (keys.length === 0) return { refused: `${receiver.name} has no signing secret` };

    const { alert } = entry;
    const body = JSON.stringify({
      type: `plumbline.incident.${alert.event}`,
      timestamp: alert.at,
      data: alert,
    });
    const timestamp = String(Math.floor(atMs / 1000));
    const signed = `${entry.id}.${timestamp}.${body}`;
    return {
      url: typeof receiver.url === "string" ? receiver.url : secret(receiver.url),
      headers: {
        "content-type": "application/json",
        "webhook-id": entry.id,
        "webhook-timestamp": timestamp,
        "webhook-signature": keys.map((key) => `v1,${hmacBase64(key, signed)}`).join(" "),
      },
      body,
    };
  },
};

const prefix = "whsec_";
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** The key of a `whsec_` secret; undefined when it is none. Whitespace around it, as files have, is no part of it. */
function signingKey(secret: string): Buffer | undefined {
  const text = secret.trim();
  if (!text.startsWith(prefix)) return undefined;
  const encoded = text.slice(prefix.length);
  if (!base64.test(encoded)) return undefined;
  const key = Buffer.from(encoded, "base64");
  return key.length >= 24 && key.length <= 64 ? key : undefined;
}

function hmacBase64(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64");
}
