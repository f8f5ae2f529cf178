import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { ToolWorld } from "./ask-service.ts";
import { createMcpServer } from "./server.ts";
import type { Tool } from "./tools.ts";

/** Serves one client over standard input and output; resolves when it has gone. */
export async function serveStdio(world: ToolWorld, scope: Tool["scope"]): Promise<void> {
  const server = createMcpServer(world, scope);
  const gone = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    process.stdin.once("end", resolve);
  });
  await server.connect(new StdioServerTransport());
  await gone;
  await server.close();
}

interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** What one caller may look at, by the token it has sent. */
  readonly worldOf: (token: string | undefined) => ToolWorld;
  readonly scope: Tool["scope"];
}

export interface McpHttp extends AsyncDisposable {
  /** Where clients connect to. */
  readonly url: string;
}

const maxBodyBytes = 1_000_000;
/** Whoever opens a connection and sends nothing loses it. */
const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 };

/**
 * Serves any number of clients over HTTP at `/mcp`, each request by itself: there are no sessions to lose. The token of a
 * caller is passed on, so that the service decides what it may see. Requests of web pages elsewhere are refused.
 */
export async function serveHttp({ host, port, worldOf, scope }: HttpOptions): Promise<McpHttp> {
  const server = createServer(timeouts, (request, response) => {
    answer(request, response, worldOf, scope).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.maxConnections = 200;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: at } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${at}/mcp`,
    [Symbol.asyncDispose]: () => end(server),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  worldOf: HttpOptions["worldOf"],
  scope: Tool["scope"],
): Promise<void> {
  if (request.url?.split("?")[0] !== "/mcp") return void response.writeHead(404).end();
  // Browsers send it with every such request; no client of this protocol does.
  if (request.headers.origin !== undefined) return void response.writeHead(403).end();
  // Without sessions there is nothing to listen to and nothing to end.
  if (request.method !== "POST") return void response.writeHead(405, { allow: "POST" }).end();
  const length = request.headers["content-length"];
  if (length === undefined) return void response.writeHead(411).end();
  if (Number(length) > maxBodyBytes) return void response.writeHead(413).end();
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  const server = createMcpServer(worldOf(token), scope);
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.once("close", () => void server.close());
  // The library's type says that callbacks may be undefined, which the port of its own server does not.
  await server.connect(transport as Parameters<typeof server.connect>[0]);
  await transport.handleRequest(request, response);
}

async function end(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
