import { createRequire } from "node:module";
import { isIP, type Socket } from "node:net";
import { connect as openTls, type TLSSocket } from "node:tls";

/** Loaded when a proxy is used: as a static import, `node:http` brings the HTTP client of Node along. */
const load = createRequire(import.meta.url);

/** Opens a connection for an HTTP client. */
export type Connector = (
  to: {
    readonly hostname: string;
    readonly port: string;
    readonly protocol: string;
    /** Gets the socket before its handshake. */
    readonly onTls?: ((socket: TLSSocket) => void) | undefined;
  },
  callback: (...result: [null, Socket] | [Error, null]) => void,
) => void;

/** PEM texts, and the name that must be in the other side's certificate. */
export interface TlsTexts {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly servername?: string | undefined;
}

/**
 * Connects by CONNECT; to `address` instead of the name, if given. Errors of the way to the proxy have codes of their own: `PROXY_407`,
 * `PROXY_ECONNREFUSED`.
 */
export function throughProxy(proxy: URL, tls: TlsTexts, timeoutMs: number, address?: string): Connector {
  return ({ hostname, port, protocol, onTls }, callback) => {
    const host = address === undefined ? hostname : isIP(address) === 6 ? `[${address}]` : address;
    const authority = `${host}:${port || (protocol === "https:" ? 443 : 80)}`;
    const { request } =
      proxy.protocol === "https:"
        ? (load("node:https") as typeof import("node:https"))
        : (load("node:http") as typeof import("node:http"));
    const tunnel = request({
      host: proxy.hostname.replace(/^\[|\]$/g, ""),
      port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...authorization(proxy) },
      agent: false,
      timeout: timeoutMs,
    });
    const fail = (code: string): void =>
      callback(Object.assign(new Error("the proxy did not open the connection"), { code }), null);
    tunnel.once("timeout", () => tunnel.destroy(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })));
    tunnel.once("error", (error: NodeJS.ErrnoException) => fail(`PROXY_${error.code ?? "ERROR"}`));
    tunnel.once("response", ({ statusCode = 0 }) => {
      tunnel.destroy();
      fail(`PROXY_${statusCode}`);
    });
    tunnel.once("connect", ({ statusCode = 0 }, socket: Socket) => {
      tunnel.removeAllListeners("timeout");
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        fail(`PROXY_${statusCode}`);
      } else if (protocol === "https:") secure(socket, hostname, tls, callback, onTls);
      else callback(null, socket);
    });
    tunnel.end();
  };
}

function secure(
  socket: Socket,
  hostname: string,
  tls: TlsTexts,
  callback: Parameters<Connector>[1],
  onTls?: (socket: TLSSocket) => void,
): void {
  const host = hostname.replace(/^\[|\]$/g, "");
  const servername = tls.servername ?? (isIP(host) === 0 ? host : undefined);
  const secured = openTls({ ...tls, ...(servername !== undefined && { servername }), host, socket });
  onTls?.(secured);
  secured.once("error", (error) => callback(error, null));
  secured.once("secureConnect", () => {
    secured.removeAllListeners("error");
    callback(null, secured);
  });
}

function authorization({ username, password }: URL): { "proxy-authorization"?: string } {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}
