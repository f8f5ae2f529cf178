import { Duplex } from "node:stream";
import type { Injection } from "./injection.ts";

/** A connection that leads nowhere and answers by a script. */
export interface InjectedWire {
  /** What a client takes for the socket. */
  readonly socket: Duplex;
  /** Bytes of the request that were caught here, so that none left the process. */
  caughtBytes(): number;
}

/** `sleep` is the script's only clock. The script begins once the request's head, and the body it announces, are written. */
export function openInjectedWire(injection: Injection, sleep: (durationMs: number) => Promise<void>): InjectedWire {
  let request = "";
  let caughtBytes = 0;
  let hasBegun = false;
  const socket = new Duplex({
    read() {},
    write(piece: Buffer, _encoding, done) {
      caughtBytes += piece.length;
      if (!hasBegun) request += piece.toString("latin1");
      if (!hasBegun && isWhole(request)) {
        hasBegun = true;
        request = "";
        void play();
      }
      done();
    },
  });
  return { socket, caughtBytes: () => caughtBytes };

  async function play(): Promise<void> {
    for (const { afterMs, bytes } of injection.script) {
      await sleep(afterMs);
      if (socket.destroyed) return;
      socket.push(bytes);
    }
    if (injection.end === "close") socket.push(null);
    if (injection.end === "reset") {
      socket.destroy(Object.assign(new Error("injected reset"), { code: "ECONNRESET" }));
    }
  }
}

function isWhole(request: string): boolean {
  const headEnd = request.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const length = /\r\ncontent-length: *(\d+)/i.exec(request.slice(0, headEnd))?.[1] ?? "0";
  return request.length - headEnd - 4 >= Number(length);
}
