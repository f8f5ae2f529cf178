import { expect, test } from "vitest";
import { createGate } from "../../src/web/access.ts";
import { createProxyUser } from "../../src/web/proxy-user.ts";

const trusted = ["10.0.0.0/8", "127.0.0.1"];
const token = { name: "grafana", scope: "read", token: "read-token-0123456789" } as const;
const proxyUser = createProxyUser({ userHeader: "x-forwarded-user", writers: ["ann"] }, trusted);

function ask(address: string, user: string | undefined, needed: "read" | "write" = "read", authorization?: string) {
  const gate = createGate([token], true, () => 0, undefined, proxyUser);
  const header = (name: string) => (name === "x-forwarded-user" ? user : undefined);
  return gate({ authorization, host: "localhost:8080", address, header }, needed);
}
const granted = (name: string, scope: string) => ({ kind: "granted", caller: { name, scope } });

test.each([
  ["a writer may act", "10.1.2.3", "ann", granted("ann", "write")],
  ["others may read", "10.1.2.3", "bob", granted("bob", "read")],
  ["an IPv4 proxy at an IPv6 socket", "::ffff:10.1.2.3", "ann", granted("ann", "write")],
  ["nobody else may name a person", "203.0.113.9", "ann", { kind: "denied", status: 401 }],
  ["the proxy names nobody", "10.1.2.3", undefined, { kind: "denied", status: 401 }],
  ["the client has sent a name as well", "10.1.2.3", "ann, ann", { kind: "denied", status: 401 }],
  ["a name that shows as another", "10.1.2.3", "an\u202en", { kind: "denied", status: 401 }],
  ["a name without end", "10.1.2.3", "a".repeat(101), { kind: "denied", status: 401 }],
])("%s", (_what, address, user, outcome) => expect(ask(address, user)).toMatchObject(outcome));

test("a reader may not act, and reads which setting would allow it", () => {
  expect(ask("10.1.2.3", "bob", "write")).toMatchObject({
    status: 403,
    reason: "bob may only read: api.trustedProxy.writers lists who may act",
  });
  expect(ask("10.1.2.3", "ann", "write")).toMatchObject({ kind: "granted" });
});

test("a program behind the proxy goes on using its token", () => {
  expect(ask("10.1.2.3", "ann", "read", `Bearer ${token.token}`)).toMatchObject(granted("grafana", "read"));
});

test("what a proxy on this machine forwards does not come from this machine", () => {
  const gate = createGate([], true, () => 0, undefined, proxyUser);
  const request = { authorization: undefined, host: "127.0.0.1:8080", header: () => undefined };
  expect(gate({ ...request, address: "127.0.0.1" }, "read")).toMatchObject({ kind: "denied", status: 401 });
  expect(gate({ ...request, address: "::1" }, "read")).toMatchObject({ kind: "granted" });
});
