import { lookup as systemLookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import { Client } from "undici";
import type { Poster, PostFault, PostReply, PostRequest } from "./poster.ts";
import {
  classOfCode,
  codeOf,
  fault,
  type Lookup,
  permittedAddresses,
  type ResolvedAddress,
} from "./resolve-address.ts";

export interface PosterOptions {
  /** Default: the system's resolver. */
  readonly lookup?: Lookup | undefined;
  /** PEM of authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
}

/** The status is the answer. Some services put an error into the body: so much of it is waited for, and no longer. */
const maxReplyBytes = 4096;
const maxBodyMs = 2_000;

/**
 * Posts over a connection of its own to an address that was checked: the name is resolved once, every address it has
 * must be permitted, and the connection goes to one of those, whatever a second look-up would say. Redirects are
 * replies, never followed. TLS is always verified.
 */
export function createPoster(options: PosterOptions = {}): Poster {
  const lookup = options.lookup ?? ((hostname: string) => systemLookup(hostname, { all: true }));
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
        return await send(url, request, addresses, options.ca, deadline.signal);
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
  addresses: readonly ResolvedAddress[],
  ca: string | undefined,
  deadline: AbortSignal,
): Promise<PostReply | PostFault> {
  const client = new Client(url.origin, {
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      lookup: pinnedTo(addresses),
      timeout: request.timeoutMs,
      rejectUnauthorized: true,
      ...(ca === undefined ? {} : { ca }),
    },
  });
  try {
    const reply = await client.request({
      method: "POST",
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
    const code = codeOf(error);
    return fault(classOfCode(code), code);
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

function pinnedTo(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else if (first !== undefined) callback(null, first.address, first.family);
  };
}
