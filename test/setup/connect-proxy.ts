import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";

/** A proxy that knows CONNECT; with a password if one is given. What it was asked for is kept. */
export async function startProxy(password?: string) {
  const asked: string[] = [];
  const proxy = createServer((_request, response) => void response.writeHead(405).end());
  proxy.on("connect", ({ url = "", headers }, socket) => {
    asked.push(url);
    socket.on("error", () => socket.destroy());
    const wanted = password && `Basic ${Buffer.from(password).toString("base64")}`;
    if (headers["proxy-authorization"] !== wanted) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    const [, port] = /:(\d+)$/.exec(url) ?? [];
    const target = connect(Number(port), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    target.on("error", () => socket.destroy());
    socket.on("close", () => target.destroy());
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  const { port } = proxy.address() as AddressInfo;
  return { asked, port, [Symbol.asyncDispose]: () => new Promise<void>((closed) => void proxy.close(() => closed())) };
}
