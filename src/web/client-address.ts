import { BlockList, isIP, isIPv4 } from "node:net";

/** Who sent a request: the peer of the connection, or who a trusted proxy says it was. */
export type ClientAddress = (peer: string, forwardedFor: string | undefined) => string;

/**
 * `X-Forwarded-For` counts only from peers in `trustedProxies` (addresses or CIDR ranges). It is read from its end,
 * because only what trusted proxies appended is true; the client is the last address that is no trusted proxy.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = createTrust(trustedProxies);
  return (peer, forwardedFor = "") => {
    let client = unmapped(peer);
    const hops = forwardedFor.slice(-mostForwarded).split(",");
    while (isTrusted(client)) {
      const hop = unmapped(hops.pop()?.trim() ?? "");
      if (isIP(hop) === 0) return client;
      client = hop;
    }
    return client;
  };
}

/** Is an address, as a socket names it, in one of these ranges? */
export function createTrust(ranges: readonly string[]): (address: string) => boolean {
  const trusted = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix] = range.split("/", 2);
    const family = isIPv4(address) ? "ipv4" : "ipv6";
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  return (peer) => {
    const address = unmapped(peer);
    return isIP(address) !== 0 && trusted.check(address, isIPv4(address) ? "ipv4" : "ipv6");
  };
}

const mostForwarded = 2048;

/** `::ffff:192.0.2.1`, as sockets for both families name an IPv4 peer, is 192.0.2.1. */
function unmapped(address: string): string {
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  return mapped ?? address;
}
