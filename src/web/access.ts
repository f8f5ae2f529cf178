import { createHash, timingSafeEqual } from "node:crypto";
import { createLimit } from "./limit.ts";

export type Scope = "read" | "act";
/** `open` asks for no token; how often somebody asks is counted all the same. */
export type Needed = Scope | "open";

/** Somebody who may use the API. `act` includes `read`. */
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
  /** Whom it comes from, as the connection says; behind a proxy that is the proxy. */
  readonly address?: string | undefined;
}

export type Access =
  | { readonly kind: "granted"; readonly caller: Caller }
  | { readonly kind: "denied"; readonly status: 401 | 403 | 429; readonly reason: string };

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
const failuresAllowed = 10;
const failuresPerMs = 60_000;
/** Enough for dashboards and programs, too few to keep the store busy. */
export const mostPerMinute = 600;
/** Of more addresses than these the oldest are forgotten: guesses from so many are no guesses of one. */
const mostAddresses = 10_000;

/**
 * Decides who may use the API. Without tokens, whoever is on this machine may, and nobody else: the name in `Host` must
 * be this machine's too, or a page in somebody's browser could ask (DNS rebinding). With tokens, a bearer token
 * decides; after ten wrong ones in a minute from one address nobody there is let in until it is over. Whoever is let in
 * may ask 600 times in a minute: each caller for itself, and where no token is asked for each address.
 */
export function createGate(
  tokens: readonly AccessToken[],
  listensOnLoopback: boolean,
  nowMs: () => number,
): (request: AccessRequest, needed: Needed) => Access {
  const known = tokens.map(({ name, scope, token }) => ({ name, scope, digest: digestOf(token) }));
  const failures = new Map<string, readonly number[]>();
  const isWithinLimit = createLimit(mostPerMinute, nowMs);
  const granted = (caller: Caller, key: string): Access =>
    isWithinLimit(key) ? { kind: "granted", caller } : denied(429, "too many requests, wait a minute");
  const fail = (address: string, before: readonly number[]): void => {
    failures.delete(address);
    failures.set(address, [...before, nowMs()]);
    for (const oldest of failures.keys()) {
      if (failures.size <= mostAddresses) break;
      failures.delete(oldest);
    }
  };

  return ({ authorization, host, address = "" }, needed) => {
    if (needed === "open") return granted({ name: "anybody", scope: "read" }, `open ${address}`);
    if (known.length === 0) {
      const name = host?.replace(/:\d+$/, "") ?? "";
      return listensOnLoopback && loopback.has(name)
        ? granted({ name: "local", scope: "act" }, "local")
        : denied(401, "the API needs tokens when it is not asked on its own machine: set api.tokens");
    }
    const failed = (failures.get(address) ?? []).filter((atMs) => nowMs() - atMs < failuresPerMs);
    if (failed.length >= failuresAllowed) return denied(429, "too many wrong tokens, wait a minute");
    const given = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
    if (given === undefined) return denied(401, "send a token: Authorization: Bearer …");
    const digest = digestOf(given);
    // Every token is compared, so that the time taken says nothing.
    const [caller] = known.filter((it) => timingSafeEqual(it.digest, digest));
    if (caller === undefined) {
      fail(address, failed);
      return denied(401, "the token is not known");
    }
    if (needed === "act" && caller.scope === "read") return denied(403, "the token may read, not act");
    return granted({ name: caller.name, scope: caller.scope }, `token ${caller.name}`);
  };
}

function digestOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function denied(status: 401 | 403 | 429, reason: string): Access {
  return { kind: "denied", status, reason };
}
