import { lookup as systemLookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import { Client } from "undici";
import { mayPostTo } from "./address-guard.ts";
import type { Poster, PostFault, PostFaultClass, PostReply, PostRequest } from "./poster.ts";

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

export interface PosterOptions {
  /** All addresses of a name; rejects when there are none. Default: the system's resolver. */
  readonly lookup?: ((hostname: string) => Promise<readonly ResolvedAddress[]>) | undefined;
  /** PEM of authorities to trust instead of the system's. */
  readonly ca?: string | undefined;
}

/** More of a reply's body is not waited for. */
const maxReplyBytes = 4096;
const maxConnectMs = 5_000;

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
        const addresses = await addressesOf(url, lookup, deadline.signal);
        if ("kind" in addresses) return addresses;
        const forbidden = addresses.find(({ address }) => !mayPostTo(address, request.allowPrivate));
        if (forbidden !== undefined) return fault("forbidden-address", forbidden.address);
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

/**
 * `URL` has already turned `2130706433` and `0x7f.1` into dotted form. Literals must be checked here, because the
 * connector looks up names only.
 */
async function addressesOf(
  { hostname }: URL,
  lookup: (hostname: string) => Promise<readonly ResolvedAddress[]>,
  deadline: AbortSignal,
): Promise<readonly ResolvedAddress[] | PostFault> {
  const literal = hostname.replace(/^\[|\]$/g, "");
  const family = isIP(literal);
  if (family !== 0) return [{ address: literal, family }];
  try {
    const found = await beforeDeadline(lookup(hostname), deadline);
    if (found === undefined) return fault("timeout", "dns");
    return found.length === 0 ? fault("dns", "ENODATA") : found;
  } catch (error) {
    return fault("dns", codeOf(error));
  }
}

/** A look-up can't be cancelled, only be left behind. */
async function beforeDeadline<T>(work: Promise<T>, deadline: AbortSignal): Promise<T | undefined> {
  const { promise: passed, resolve } = Promise.withResolvers<undefined>();
  const onAbort = (): void => resolve(undefined);
  deadline.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, passed]);
  } finally {
    deadline.removeEventListener("abort", onAbort);
  }
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
      timeout: Math.min(request.timeoutMs, maxConnectMs),
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
    let bytes = 0;
    for await (const piece of reply.body as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxReplyBytes) break;
    }
    const retryAfter = reply.headers["retry-after"];
    return {
      kind: "reply",
      status: reply.statusCode,
      ...(typeof retryAfter === "string" ? { retryAfter } : {}),
    };
  } catch (error) {
    if (deadline.aborted) return fault("timeout");
    const code = codeOf(error);
    return fault(classOfCode(code), code);
  } finally {
    await client.destroy();
  }
}

function pinnedTo(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else if (first !== undefined) callback(null, first.address, first.family);
  };
}

function fault(faultClass: PostFaultClass, detail?: string): PostFault {
  return { kind: "fault", class: faultClass, ...(detail === undefined ? {} : { detail }) };
}

/** Codes only: messages of errors may quote the URL. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && !("code" in error)) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
}

const tlsCode = /^(?:CERT_|CRL_|DEPTH_ZERO_|EPROTO|ERR_SSL_|ERR_TLS_|HOSTNAME_|INVALID_|SELF_SIGNED_|UNABLE_TO_)/;
const connectCodes: ReadonlySet<string> = new Set([
  "EACCES",
  "EADDRNOTAVAIL",
  "ECONNREFUSED",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "EPERM",
]);
const timeoutCodes: ReadonlySet<string> = new Set(["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT"]);

function classOfCode(code: string): PostFaultClass {
  if (tlsCode.test(code)) return "tls";
  if (connectCodes.has(code)) return "connect";
  return timeoutCodes.has(code) ? "timeout" : "reset";
}
