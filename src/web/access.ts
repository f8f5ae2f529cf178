import { createHash, timingSafeEqual } from "node:crypto";
import type { Scope } from "../operate/operation.ts";
import { loopbackHosts } from "../std/loopback.ts";
import { type ClientAddress, createClientAddress } from "./client-address.ts";
import { createLimit } from "./limit.ts";
import type { ProxyUser } from "./proxy-user.ts";

/** `open` needs no token; the rate limit applies all the same. */
export type Needed = Scope | "open";

/** Somebody who may use the API. */
export interface Caller {
  readonly name: string;
  readonly scope: Scope;
}

export interface AccessToken extends Caller {
  readonly token: string;
}

export interface AccessRequest {
  readonly authorization: string | undefined;
  readonly host: string | undefined;
  /** The peer of the connection; behind a proxy that is the proxy. */
  readonly address?: string | undefined;
  /** `X-Forwarded-For`, true as far as trusted proxies wrote it. */
  readonly forwardedFor?: string | undefined;
  readonly header?: ((name: string) => string | undefined) | undefined;
}

/** Decides on one request. */
export type Gate = (request: AccessRequest, needed: Needed) => Access;

export type Access =
  | { readonly kind: "granted"; readonly caller: Caller }
  | { readonly kind: "denied"; readonly status: 401 | 403 | 429; readonly reason: string };

const wrongPerMinute = 10;
/** Enough for dashboards and programs, too few to overload the store. */
export const mostPerMinute = 600;

/**
 * Decides who may use the API. Without tokens, only requests from this machine are granted; `Host` must name this machine
 * too, or a page in a browser could send requests (DNS rebinding). A trusted proxy may name the person instead. With tokens, a bearer token decides. Who sends ten wrong
 * ones in a minute from one address, or one of them ten times from anywhere, is told to wait; a right one is never refused
 * because of wrong ones, as many callers can share the address of a proxy. The rate limit is 600 requests a minute for each
 * caller, and for each address on routes that need no token.
 */
export function createGate(
  tokens: readonly AccessToken[],
  listensOnLoopback: boolean,
  nowMs: () => number,
  clientAddress: ClientAddress = createClientAddress([]),
  proxyUser?: ProxyUser,
): Gate {
  const known = tokens.map(({ name, scope, token }) => ({ name, scope, digest: digestOf(token) }));
  const isFewWrong = createLimit(wrongPerMinute, nowMs);
  const isWithinLimit = createLimit(mostPerMinute, nowMs);
  const granted = (caller: Caller, key: string): Access =>
    isWithinLimit(key) ? { kind: "granted", caller } : denied(429, "too many requests, wait a minute");

  return ({ authorization, host, address: peer = "", forwardedFor, header = () => undefined }, needed) => {
    const address = clientAddress(peer, forwardedFor);
    if (needed === "open") return granted({ name: "anybody", scope: "read" }, `open ${address}`);
    const named = authorization === undefined ? proxyUser?.callerOf(peer, header) : undefined;
    if (named !== undefined) {
      return needed === "write" && named.scope === "read"
        ? denied(403, `${named.name} may only read: api.trustedProxy.writers lists who may act`)
        : granted(named, `proxy ${named.name}`);
    }
    if (known.length === 0) {
      const name = host?.replace(/:\d+$/, "") ?? "";
      return listensOnLoopback && loopbackHosts.has(name) && proxyUser?.isProxy(peer) !== true
        ? granted({ name: "local", scope: "write" }, "local")
        : denied(401, "requests from other machines need a token: set api.tokens");
    }
    const given = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
    if (given === undefined) return denied(401, "send a token: Authorization: Bearer …");
    const digest = digestOf(given);
    // Every token is compared, so that the time taken reveals nothing.
    const [caller] = known.filter((token) => timingSafeEqual(token.digest, digest));
    if (caller === undefined) {
      const few = [`address ${address}`, `token ${digest.toString("base64")}`].map(isFewWrong);
      return few.includes(false) ? denied(429, "too many wrong tokens, wait a minute") : denied(401, "unknown token");
    }
    if (needed === "write" && caller.scope === "read") return denied(403, "the token may only read");
    return granted({ name: caller.name, scope: caller.scope }, `token ${caller.name}`);
  };
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function denied(status: 401 | 403 | 429, reason: string): Access {
  return { kind: "denied", status, reason };
}
