import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface DeliveredAlert {
  readonly atMs: number;
  readonly webhookId: string;
  readonly incidentId: string;
  readonly event: string;
}

export interface AlertReceiver {
  readonly url: string;
  readonly delivered: readonly DeliveredAlert[];
  /** Times of the dead man's switch's heartbeats. */
  readonly heartbeatsMs: readonly number[];
  close(): Promise<void>;
}

/** Takes alerts under `/alerts` and heartbeats under `/alive`, and remembers both. */
export async function openAlertReceiver(): Promise<AlertReceiver> {
  const delivered: DeliveredAlert[] = [];
  const heartbeatsMs: number[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => void pieces.push(piece));
    request.on("end", () => {
      if (request.url === "/alive") heartbeatsMs.push(Date.now());
      else {
        const alert = JSON.parse(Buffer.concat(pieces).toString("utf8")) as { incidentId?: string; event?: string };
        delivered.push({
          atMs: Date.now(),
          webhookId: String(request.headers["webhook-id"] ?? ""),
          incidentId: alert.incidentId ?? "",
          event: alert.event ?? "",
        });
      }
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    delivered,
    heartbeatsMs,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
