import type { LookupFunction } from "node:net";
import { buildConnector, Client } from "undici";
import { isExempt } from "../../std/no-proxy.ts";
import { noting, type PeerFacts } from "../../std/peer-facts.ts";
import { type Connector, throughProxy } from "../../std/tunnel.ts";
import type { Poster, PostFault, PostReply, PostRequest } from "./poster.ts";
import {
  type ConnectOptions,
  fault,
  faultOfError,
  permittedAddresses,
  systemAddresses,
  type ResolvedAddress,
} from "./resolve-address.ts";

/** The status is the answer. Some services put an error into the body: so much of it is waited for, and no longer. */
const maxReplyBytes = 4096;
const maxBodyMs = 2_000;

/**
 * Posts over a connection of its own to an address that was checked: the name is resolved once, every address it has
 * must be permitted, and the connection goes to one of those, whatever a second look-up would say. Redirects are
 * replies, never followed. TLS is always verified. A proxy is asked for the address that was checked, not for the name.
 */
export function createPoster({ lookup = systemAddresses, ca, proxy }: ConnectOptions = {}): Poster {
  return {
    async post(request) {
      const url = parseUrl(request.url);
      if (url === undefined) return fault("bad-url");
      if (url.protocol !== "https:" && !request.allowPrivate) return fault("https-required");

      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
      try {
        const addresses = await permittedAddresses(url.hostname, request.allowPrivate, lookup, deadline.signal);
        if ("kind" in addresses) return addresses;
        return await send(url, request, connectionTo(url, request, addresses, { ca, proxy }), deadline.signal);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** A URL with a user name would put a secret where logs and errors look. */
function parseUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
  return url.username === "" && url.password === "" ? url : undefined;
}

async function send(
  url: URL,
  request: PostRequest,
  connect: Connector,
  deadline: AbortSignal,
): Promise<PostReply | PostFault> {
  const peer: PeerFacts = {};
  const client = new Client(url.origin, {
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: noting(connect, peer),
  });
  try {
    const reply = await client.request({
      method: request.method ?? "POST",
      path: `${url.pathname}${url.search}`,
      headers: { "user-agent": "plumbline", "accept-encoding": "identity", ...request.headers },
      body: request.body,
      signal: deadline,
    });
    const body = await beginningOf(
      reply.body as AsyncIterable<Buffer>,
      AbortSignal.any([deadline, AbortSignal.timeout(maxBodyMs)]),
    );
    const retryAfter = reply.headers["retry-after"];
    return {
      kind: "reply",
      status: reply.statusCode,
      ...(typeof retryAfter === "string" ? { retryAfter } : {}),
      ...(body === "" ? {} : { body }),
    };
  } catch (error) {
    if (deadline.aborted) return fault("timeout");
    return faultOfError(error, peer);
  } finally {
    await client.destroy();
  }
}

/** What came of a body before the signal, the bound, its end or the end of its connection. */
async function beginningOf(body: AsyncIterable<Buffer>, enough: AbortSignal): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const read = async (): Promise<void> => {
    for await (const piece of body) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > maxReplyBytes) return;
    }
  };
  const passed = new Promise<void>((resolve) => enough.addEventListener("abort", () => resolve(), { once: true }));
  await Promise.race([read().catch(() => undefined), passed]);
  return Buffer.concat(pieces).subarray(0, maxReplyBytes).toString();
}

function connectionTo(
  url: URL,
  { timeoutMs, route = {} }: PostRequest,
  addresses: readonly ResolvedAddress[],
  usual: Pick<ConnectOptions, "ca" | "proxy">,
): Connector {
  const { ca = usual.ca } = route;
  const tls = { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
  const at = proxyOf(url, route.proxy, usual.proxy);
  if (at !== null) return throughProxy(at, tls, timeoutMs, addresses[0]?.address);
  return buildConnector({ lookup: pinnedTo(addresses), timeout: timeoutMs, ...tls }) as Connector;
}

/** The receiver's own proxy, else for https that of the environment. */
function proxyOf(url: URL, own: string | undefined, usual: ConnectOptions["proxy"]): URL | null {
  if (own !== undefined) return own === "none" ? null : URL.parse(own);
  return url.protocol === "https:" && usual !== undefined && !isExempt(url, usual.noProxy)
    ? URL.parse(usual.url)
    : null;
}

function pinnedTo(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else if (first !== undefined) callback(null, first.address, first.family);
  };
}
