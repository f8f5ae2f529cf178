import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/**
 * `open` passes bytes on · `silent` keeps every connection and passes nothing on, as a dead switch does ·
 * `refused` ends what is there and accepts nothing new.
 */
export type LinkState = "open" | "silent" | "refused";

/** A TCP link between one process and one server that can fail on request. */
export interface Link {
  readonly port: number;
  set(state: LinkState): void;
  /** Resets every connection once; new ones are accepted. */
  reset(): void;
  close(): Promise<void>;
}

export async function openLink(serverPort: number): Promise<Link> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let state: LinkState = "open";
  const dropAll = (): void => {
    for (const [near, far] of pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  };
  const server = createServer((near) => {
    if (state === "refused") {
      near.resetAndDestroy();
      return;
    }
    const far = connect(serverPort, "127.0.0.1");
    const pair = [near, far] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    // While the link is silent, what arrives is lost: a connection that lived through it is reset when it opens again.
    near.on("data", (piece) => state === "open" && far.write(piece));
    far.on("data", (piece) => state === "open" && near.write(piece));
    for (const socket of pair) socket.on("error", end);
    near.on("close", () => state !== "silent" && end());
    far.on("close", () => state !== "silent" && end());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      if (next === "refused" || (state === "silent" && next === "open")) dropAll();
      state = next;
    },
    reset: dropAll,
    async close() {
      dropAll();
      await new Promise((closed) => server.close(closed));
    },
  };
}
