import type { AuditTerms } from "../../src/probe/target.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readinessExitCodes } from "../../src/audit/decision.ts";
import { readExpectations } from "../../src/config/audit-expectations.ts";
import type { PinnedReplies } from "../../src/probe/audit-terms.ts";
import { catalogue } from "../../src/scenario/resolve.ts";
import { providers } from "../replay/providers.ts";
import { answer, json, openWire, replayKey, type ReplayServer } from "../replay/server.ts";
import { askedOnly, auditOf, state, targetAt } from "./auditor.ts";

/** A provider that also tells what it has counted, as new-api does: cents for each completion. */
let server: ReplayServer;
beforeAll(async () => {
  const openai = providers.find(({ name }) => name === "openai");
  if (openai === undefined) throw new Error("no such replay");
  let cents = 0;
  server = await openWire((socket, head, body) => {
    if (head.startsWith("GET /v1/dashboard/billing/usage ")) {
      socket.end(json(200, { object: "list", total_usage: cents }));
      return;
    }
    const reply = answer(openai, head, body);
    if (reply.startsWith("HTTP/1.1 200") && head.startsWith("POST")) cents += 1;
    socket.end(reply);
  });
});
afterAll(() => server.close());

const whole: AuditTerms = {
  environment: "production",
  documentation: { url: "https://platform.openai.com/docs", checked: "2026-11-20" },
  warnAfterMs: 10_000,
  fallback: { kind: "static-answer", text: "Please try again in a minute." },
  billing: { kind: "new-api", lagMs: 0 },
  accept: [],
};

const accepted = (item: string, until: string) => ({ item, reason: "known", by: "Ada", until });

function decide(change: Partial<AuditTerms>, only?: (scenario: string) => boolean, pinned?: PinnedReplies) {
  const sameAs = targetAt(server.baseUrl, { name: "official" });
  return auditOf(targetAt(server.baseUrl, { sameAs, audit: { ...whole, ...change } }), replayKey, only, pinned);
}

test("everything holds, the provider's own figures included: READY", async () => {
  const { document } = await decide({});
  expect(document.decision.results.filter((it) => it.state !== "met")).toEqual([]);
  expect(document.decision).toMatchObject({ readiness: "READY", because: "all 19 rules are met" });
  expect(document.runbook).toContainEqual({ name: "billing assumption confirmed", value: "yes" });
  expect(document.runbook).toContainEqual({ name: "launch blocker", value: "none" });
  const billing = document.worksheet.find((it) => it.item === "Billing assumptions")?.observed;
  expect(billing).toContain("counted: plain: yes: usd");
  expect(billing).toContain("counted: failed: no: usd");
});

test("what is not met is somebody's, until a day: then it is a launch blocker again", async () => {
  const retries = accepted("retries", "2099-12-31");
  const { document } = await decide({ accept: [accepted("timeouts", "2099-12-31"), retries] }, askedOnly);
  expect(document.decision).toMatchObject({
    readiness: "READY WITH ACCEPTED RISKS",
    because: "accepted: timeouts, retries; everything else is met",
  });
  const over = await decide({ accept: [accepted("timeouts", "2026-01-31"), retries] }, askedOnly);
  expect(over.document.decision).toMatchObject({ readiness: "NOT READY", because: "nobody can say: timeouts" });
  expect(over.document.decision.results.find(({ item }) => item === "timeouts")?.evidence).toContain("which is over");
});

test("an accepted key that anybody can do without is accepted by nobody", async () => {
  const careless = await openWire((socket) => void socket.end(providers[0]?.plain ?? ""));
  try {
    const audit = { ...whole, accept: [accepted("authentication", "2099-12-31")] };
    const { document } = await auditOf(targetAt(careless.baseUrl, { audit }), replayKey, askedOnly);
    expect(state(document, "authentication")).toBe("broken");
    expect(document.decision.readiness).toBe("NOT READY");
    expect(document.decision.results.find(({ item }) => item === "authentication")?.evidence).toContain(
      "cannot be accepted",
    );
  } finally {
    await careless.close();
  }
});

test("pinned replies: as pinned is met, another is not", async () => {
  const scenarios = catalogue.map(({ name }) => name);
  const read = (text: string): PinnedReplies => {
    const file = readExpectations(text, scenarios);
    if ("problems" in file) throw new Error(file.problems.join());
    return file.pinned;
  };
  const good = read(`
valid-request: { status: 200, finishReason: stop, servedModel: gpt-4o-mini-2024-07-18 }
invalid-key/invalid-key: { status: 401, errorType: invalid_request_error, errorCode: invalid_api_key }
`);
  const only = (scenario: string): boolean => ["valid-request", "invalid-key"].includes(scenario);
  expect(state((await decide({}, only, good)).document, "expectations")).toBe("met");
  const other = (await decide({}, only, read("{ invalid-key: { status: 403 }, wrong-path: { status: 404 } }")))
    .document;
  expect(other.decision.results.find(({ item }) => item === "expectations")).toMatchObject({
    state: "broken",
    evidence: "invalid-key: status 401, expected 403; wrong-path: not asked, expected a reply",
  });
  expect(readExpectations("a: [", scenarios)).toEqual({ problems: ["not valid YAML"] });
  expect(readExpectations("valid-request: { stat: 200 }", scenarios)).toMatchObject({
    problems: [expect.stringContaining("valid-request")],
  });
});

test("exit codes: ready, not ready, could not be judged", () => {
  expect(readinessExitCodes).toEqual({
    READY: 0,
    "READY WITH ACCEPTED RISKS": 0,
    "NOT READY": 3,
    "COULD NOT BE JUDGED": 4,
  });
});
