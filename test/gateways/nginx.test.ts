import { expect, test } from "vitest";
import type { AuditDocument } from "../../src/audit/document.ts";
import { askedOnly, auditOf, evidence, item, state, targetAt } from "../audit/auditor.ts";
import { policy } from "../exchange/policy.ts";
import { freePort } from "../setup/servers.ts";
import { openNginx } from "./nginx.ts";
import { type DeliveryPolicy, openUpstream, upstreamKey } from "./upstream.ts";

/** An audit of aimock behind a real nginx whose server does what `locations` say of the upstream's port. */
async function audited(locations: (port: number) => string, manner: DeliveryPolicy = {}) {
  await using upstream = await openUpstream(manner);
  await using nginx = await openNginx(locations(upstream.port));
  const target = targetAt(nginx.baseUrl, { policy: { ...policy, maxRequestBytes: 65_536 } });
  const { document, plan } = await auditOf(target, upstreamKey, askedOnly);
  expect(document.sent.requests).toBeLessThanOrEqual(plan.atMostRequests);
  return { document, asked: upstream.requests() };
}

const passOn = (port: number, more = "proxy_http_version 1.1; proxy_buffering off;"): string =>
  `location = /v1/chat/completions { proxy_pass http://127.0.0.1:${port}; ${more} }`;

test("passed on as it is, with nginx' own page for a wrong path", async () => {
  const { document } = await audited((port) => passOn(port));
  expect(met(document, "endpoint", "authentication", "valid-requests", "invalid-requests", "usage")).toEqual([]);
  expect(item(document, "Endpoint paths")).toContain("wrong path: 404, text/html, error html");
  expect(item(document, "Streaming behaviour")).toContain("end: complete");
});

test("301: told, not followed, and a base URL that is wrong is not an outage", async () => {
  const { document, asked } = await audited(() => "location / { return 301 https://gateway.invalid$request_uri; }");
  expect(asked).toBe(0);
  expect(document.decision).toMatchObject({
    readiness: "NOT READY",
    because: expect.stringContaining("not met: endpoint"),
  });
  expect(item(document, "Endpoint paths")).toContain("/chat/completions: 301, text/html");
  expect(evidence(document, "valid-request")).toMatchObject({ outcome: "301", retries: 0 });
  expect(state(document, "authentication")).toBe("open");
});

test("HTML 404: the base URL is wrong", async () => {
  const { document } = await audited(() => "location / { return 404; }");
  expect(document.decision.readiness).toBe("NOT READY");
  expect(item(document, "Endpoint paths")).toContain("/chat/completions: 404, text/html, error html");
  expect(state(document, "authentication")).toBe("open");
});

test("HTML 502: nobody behind it, so nothing can be judged", async () => {
  const nobody = await freePort();
  const { document } = await audited(() => passOn(nobody));
  expect(document.decision).toMatchObject({
    readiness: "COULD NOT BE JUDGED",
    because: expect.stringContaining("502, text/html"),
  });
  expect(evidence(document, "valid-request")).toMatchObject({ errorCode: "html", totalTokens: null });
});

test("HTML 504: too slow for the proxy, so nothing can be judged, and what was billed is unknown", async () => {
  const { document } = await audited((port) => passOn(port, "proxy_read_timeout 100ms;"), { delayMs: 1000 });
  expect(document.decision).toMatchObject({
    readiness: "COULD NOT BE JUDGED",
    because: expect.stringContaining("504, text/html"),
  });
  expect(evidence(document, "valid-request")).toMatchObject({ outcome: "504", retries: 1, microUsd: null });
});

test("a stream that is held back and sent at once is told of", async () => {
  const held = (port: number): string =>
    passOn(port, "proxy_http_version 1.0; proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;");
  const { document } = await audited(held, { latency: 40 });
  expect(item(document, "Streaming behaviour")).toContain("all at once");
  expect(state(document, "valid-requests")).toBe("met");
  const { document: direct } = await audited((port) => passOn(port), { latency: 40 });
  expect(item(direct, "Streaming behaviour")).not.toContain("all at once");
});

test("a stream that is cut: not taken for complete, its usage unknown", async () => {
  const { document } = await audited((port) => passOn(port), { latency: 30, disconnectAfterMs: 90 });
  expect(evidence(document, "streamed-request")).toMatchObject({ outcome: "truncated", totalTokens: null, retries: 0 });
  expect(state(document, "valid-requests")).toBe("broken");
});

test("a connection that is closed without a word", async () => {
  const { document } = await audited(() => "location / { return 444; }");
  expect(document.decision).toMatchObject({
    readiness: "COULD NOT BE JUDGED",
    because: expect.stringContaining("reset"),
  });
});

/** Which of these rules are not met. */
function met(document: AuditDocument, ...items: readonly string[]): string[] {
  return items.filter((name) => state(document, name) !== "met");
}
