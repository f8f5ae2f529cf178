import { once } from "node:events";
import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import type { Alert } from "../notify/compose/alert.ts";
import { type Json, isJsonObject } from "../std/json.ts";

export interface ReceiverOptions {
  /** The `whsec_` secret deliveries must be signed with. */
  readonly secret: string;
  /** Called once per `webhook-id`, after the signature was verified. */
  readonly onAlert: (alert: Alert) => void;
}

export interface WebhookReceiverServer {
  readonly url: string;
  /** Deliveries refused because of an invalid signature or body. */
  rejected(): number;
  close(): Promise<void>;
}

const maxBodyBytes = 256 * 1024;

/** A receiver as users would run it: it trusts only the signature, verified by an independent package. */
export async function openReceiver({ secret, onAlert }: ReceiverOptions): Promise<WebhookReceiverServer> {
  const webhook = new Webhook(secret);
  const seen = new Set<string>();
  let rejected = 0;

  async function receive(request: IncomingMessage): Promise<number> {
    if (request.method !== "POST") return 405;
    const body = await readBody(request);
    if (body === undefined) return 413;
    const verified = verify(webhook, body, request);
    if (verified === undefined) {
      rejected += 1;
      return 401;
    }
    const alert = alertIn(verified);
    if (alert === undefined) {
      rejected += 1;
      return 400;
    }
    const id = String(request.headers["webhook-id"]);
    if (!seen.has(id)) {
      seen.add(id);
      onAlert(alert);
    }
    return 204;
  }

  const server = createServer((request, response) => {
    receive(request).then(
      (status) => response.writeHead(status).end(),
      () => response.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`,
    rejected: () => rejected,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The signed payload, or undefined if the signature, the timestamp or the JSON is invalid. */
function verify(webhook: Webhook, body: string, request: IncomingMessage): Json | undefined {
  const headers = Object.fromEntries(
    ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, String(request.headers[name] ?? "")]),
  );
  try {
    return webhook.verify(body, headers) as Json;
  } catch (error) {
    if (error instanceof WebhookVerificationError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The alert in `{ type, timestamp, data }`. It was signed by us, so only the version is in doubt. */
function alertIn(payload: Json): Alert | undefined {
  if (!isJsonObject(payload) || !isJsonObject(payload["data"]) || payload["data"]["version"] !== 1) return undefined;
  return payload["data"] as unknown as Alert;
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end in any case: closing with unread bytes would reset the connection and lose the response.
    if (bytes <= maxBodyBytes) chunks.push(chunk);
  }
  if (bytes > maxBodyBytes) return undefined;
  return Buffer.concat(chunks).toString("utf8");
}
