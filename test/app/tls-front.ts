import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { TLSSocket, type TLSSocketOptions } from "node:tls";

/** A server that speaks TLS in front of one that does not. PostgreSQL's clients ask for it first, in plain text. */
export async function startTlsFront(
  behind: { readonly port: number; readonly asksFirst: boolean },
  options: TLSSocketOptions,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const forward = (plain: Socket): void => {
    const secure = new TLSSocket(plain, { ...options, isServer: true });
    const inner = connect(behind.port, "127.0.0.1");
    sockets.add(inner);
    for (const socket of [secure, inner]) socket.on("error", () => [secure, inner].forEach((it) => it.destroy()));
    secure.pipe(inner).pipe(secure);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    if (!behind.asksFirst) return forward(socket);
    socket.once("readable", () => {
      socket.read(8);
      socket.write("S");
      forward(socket);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}
