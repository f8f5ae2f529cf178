import { expect, test } from "vitest";
import { createClientAddress } from "../../src/web/client-address.ts";

test.each([
  ["no proxy is trusted: the peer counts", [], "10.0.0.1", "203.0.113.9", "10.0.0.1"],
  ["a trusted proxy names the client", ["10.0.0.0/8"], "10.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["what the client wrote itself does not count", ["10.0.0.0/8"], "10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
  ["a chain of trusted proxies", ["10.0.0.0/8", "192.0.2.7"], "10.0.0.1", "203.0.113.9,192.0.2.7", "203.0.113.9"],
  ["nobody else may name a client", ["10.0.0.0/8"], "198.51.100.1", "203.0.113.9", "198.51.100.1"],
  ["a proxy that names nobody", ["10.0.0.0/8"], "10.0.0.1", undefined, "10.0.0.1"],
  ["a proxy that names no address", ["10.0.0.0/8"], "10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"],
  ["all are trusted: the farthest", ["10.0.0.0/8"], "10.0.0.1", "10.0.0.2", "10.0.0.2"],
  ["an IPv4 peer of an IPv6 socket", ["10.0.0.0/8"], "::ffff:10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"],
  ["IPv6", ["fd00::/8"], "fd00::1", "2001:db8::9", "2001:db8::9"],
  ["no peer is known", ["10.0.0.0/8"], "", "203.0.113.9", ""],
])("%s", (_what, trusted, peer, forwardedFor, client) => {
  expect(createClientAddress(trusted)(peer, forwardedFor)).toBe(client);
});
