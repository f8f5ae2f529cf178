import type { Scope } from "../operate/operation.ts";
import { plainLine } from "../std/sanitize.ts";
import { createTrust } from "./client-address.ts";

/** A proxy that has signed people in, and names them in a header. */
export interface TrustedProxy {
  readonly userHeader: string;
  /** Who may act; all others may read. */
  readonly writers: "everybody" | readonly string[];
}

interface ProxyCaller {
  readonly name: string;
  readonly scope: Scope;
}

/** What a proxy says of a request. */
export interface ProxyUser {
  /** The connection comes from a proxy: that it comes from this machine means nothing. */
  readonly isProxy: (peer: string) => boolean;
  /** Undefined: the proxy names nobody, or nobody that can be relied on. */
  readonly callerOf: (peer: string, header: (name: string) => string | undefined) => ProxyCaller | undefined;
}

const mostName = 100;

/** The header counts only from peers in `trustedProxies`: any other client could write it. */
export function createProxyUser({ userHeader, writers }: TrustedProxy, trustedProxies: readonly string[]): ProxyUser {
  const isProxy = createTrust(trustedProxies);
  return {
    isProxy,
    callerOf(peer, header) {
      if (!isProxy(peer)) return undefined;
      const name = header(userHeader)?.trim() ?? "";
      // Two of them, joined by a comma: the client has sent one as well, and the proxy did not remove it.
      if (name === "" || name.length > mostName || name.includes(",") || plainLine(name, mostName) !== name) {
        return undefined;
      }
      return { name, scope: writers === "everybody" || writers.includes(name) ? "write" : "read" };
    },
  };
}
