import { createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { createServer as createHttpServer, type RequestListener } from "node:http";

export interface TestServer {
  readonly url: string;
  /** Connections that were opened so far. */
  connections(): number;
  /** Connections that are open now. */
  open(): number;
  close(): Promise<void>;
}

/** Byte-exact: `answer` gets the raw socket once a request's head has come. */
export function rawServer(answer: (socket: Socket) => void): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    socket.once("data", () => answer(socket));
  });
  return listening(server, sockets, () => count);
}

export function httpServer(listener: RequestListener): Promise<TestServer> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createHttpServer(listener);
  server.on("connection", (socket: Socket) => {
    count += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  return listening(server, sockets, () => count);
}

function listening(
  server: ReturnType<typeof createServer>,
  sockets: Set<Socket>,
  connections: () => number,
): Promise<TestServer> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        connections,
        open: () => sockets.size,
        close: () =>
          new Promise((closed) => {
            for (const socket of sockets) socket.destroy();
            server.close(() => closed());
          }),
      });
    });
  });
}
