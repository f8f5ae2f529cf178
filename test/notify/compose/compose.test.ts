import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composeAlert } from "../../../src/notify/compose/compose.ts";
import { renderFor } from "../../receivers/render-for.ts";
import { outboxEntries, routeAlert } from "../../../src/notify/route/route.ts";
import type { Finding, FindingKind, Severity } from "../../../src/judgement/judgement.ts";
import { alertOf, atMs, incident, promptTokens, receiver, secrets, transition } from "../samples.ts";

const finding = (subject: string, severity: Severity, observed = "57"): Finding => ({
  ...promptTokens,
  subject,
  severity,
  observed,
});

describe("the summary", () => {
  test("names who, what, by how much and how often", () => {
    expect(alertOf().summary).toBe("mini valid-request: prompt tokens 12 → 57, 2 of 3 runs");
  });

  test("counts what it leaves out", () => {
    const findings = [finding("prompt tokens", "risky"), finding("completion tokens", "risky")];
    expect(alertOf({ findings }).summary).toBe("mini valid-request: prompt tokens 12 → 57 (+1 more), 2 of 3 runs");
  });

  test("says that and after how long it is over", () => {
    expect(alertOf({ state: "resolved" }, "resolved").summary).toBe(
      "mini valid-request: resolved after 2 min, it was: prompt tokens 12 → 57",
    );
  });

  test("says that it has become worse, or somebody's", () => {
    expect(alertOf({ severity: "breaking" }, "escalated").summary).toContain("now breaking: prompt tokens");
    expect(alertOf({}, "acknowledged").summary).toContain("acknowledged: prompt tokens");
  });

  test("long names and values keep the beginning of each and the counts", () => {
    const { summary } = alertOf({
      target: "a-target-with-a-name-that-goes-on-and-on",
      findings: [finding("$.choices[].message.tool_calls[].function.arguments.deeply", "breaking", "y".repeat(300))],
    });
    expect(summary.length).toBeLessThanOrEqual(120);
    expect(summary).toMatch(/^a-target-with.*\$\.choices.* 12 → y+…, 2 of 3 runs$/);
  });

  test("says plainly that nothing answers", () => {
    const unreachable = {
      ...promptTokens,
      subject: "reply",
      expected: "a reply",
      observed: "connect",
    };
    expect(alertOf({ kind: "availability", findings: [unreachable] }).summary).toBe(
      "mini valid-request: no reply: connect, 2 of 3 runs",
    );
  });

  test("without findings it names the series", () => {
    expect(alertOf({ findings: [] }).summary).toBe("mini valid-request: prompt tokens, 2 of 3 runs");
  });
});

describe("the changes", () => {
  test("worst first, at most ten, the rest counted", () => {
    const findings = [
      ...Array.from({ length: 11 }, (_, index) => finding(`field ${index}`, "risky")),
      finding("gone", "breaking"),
    ];
    const { changes, moreChanges } = alertOf({ findings });
    expect(changes).toHaveLength(10);
    expect(changes[0]).toEqual({ what: "gone", before: "12", after: "57" });
    expect(changes[1]?.what).toBe("field 0");
    expect(moreChanges).toBe(2);
  });

  test("one subject counts once", () => {
    const { changes, moreChanges } = alertOf({
      findings: [finding("x", "risky"), finding("x", "breaking", "99")],
    });
    expect(changes).toEqual([{ what: "x", before: "12", after: "99" }]);
    expect(moreChanges).toBe(0);
  });

  test("what looks like a key does not leave the house", () => {
    const alert = alertOf({
      findings: [finding("key sk-proj-abcdefghijkl", "risky", "Bearer abcdefghijklmnop")],
    });
    expect(JSON.stringify(alert)).not.toMatch(/abcdefgh/);
  });
});

test("the facts an on-call person needs are members of their own", () => {
  expect(alertOf()).toMatchObject({
    version: 1,
    incidentId: "f00dfeed-1",
    fingerprint: "f00dfeed",
    sequence: 1,
    event: "opened",
    status: "firing",
    reason: "2-of-3-slots-bad",
    at: "2026-11-23T10:12:00.000Z",
    target: "mini",
    model: "gpt-4o-mini",
    scenario: "valid-request",
    location: "eu",
    probe: "mini-valid",
    firstBadSlot: "2026-11-23T10:10:00.000Z",
    lastGoodSlot: "2026-11-23T10:09:00.000Z",
    badRuns: 2,
    judgedRuns: 3,
    baselineVersion: 3,
    likelyCause: "provider",
    evidence: [{ runId: "mini-valid@eu/2026-11-23T10:12:00.000Z", requestId: "req_8f2c", status: 200 }],
  });
});

test("only the newest five runs are evidence", () => {
  const evidence = Array.from({ length: 9 }, (_, index) => ({ runId: `run ${index}` }));
  expect(alertOf({ evidence }).evidence.map(({ runId }) => runId)).toEqual([4, 5, 6, 7, 8].map((n) => `run ${n}`));
});

describe("the likely cause", () => {
  const of = (kind: FindingKind, status: number | undefined, expected = "status 200") =>
    alertOf({
      kind,
      findings: [{ ...promptTokens, kind, expected }],
      evidence: [{ runId: "r", status }],
    });

  test("no reply at all: the network", () => {
    expect(of("availability", undefined)).toMatchObject({
      likelyCause: "network",
      nextStep: expect.stringMatching(/DNS/),
    });
  });
  test("a refusal where an answer was expected: the credentials", () => {
    expect(of("expectation", 401)).toMatchObject({
      likelyCause: "credentials",
      nextStep: expect.stringMatching(/key of mini/),
    });
  });
  test("a refusal where a refusal was expected: the provider", () => {
    expect(of("expectation", 403, "status 401").likelyCause).toBe("provider");
  });
  test("a run that took more than was allowed: the provider, and what to look at is not our spend", () => {
    const overdraft = (subject: string) =>
      alertOf({ kind: "budget", severity: "risky", findings: [{ ...promptTokens, kind: "budget", subject }] });
    expect(overdraft("reserved maximum")).toMatchObject({
      likelyCause: "provider",
      nextStep: expect.stringMatching(/output limit/),
    });
    expect(overdraft("pace")).toMatchObject({
      likelyCause: "monitor",
      nextStep: expect.stringMatching(/raise the cap/),
    });
  });
  test.each(["availability", "policy", "contract", "error-shape", "latency", "usage"] as const)(
    "%s has a next step of its own",
    (kind) => {
      expect(of(kind, 500).likelyCause).toBe("provider");
      expect(of(kind, 500).nextStep.length).toBeGreaterThan(30);
    },
  );
});

test("the worst alert is still one that Standard Webhooks allows, and clean", () => {
  const worst = fc.oneof(
    fc.string({ unit: "binary", maxLength: 700 }),
    fc.constantFrom(
      "漢".repeat(260),
      '"\\'.repeat(130),
      "\uD800".repeat(260),
      "👩‍👩‍👧‍👦".repeat(40),
      "@everyone ".repeat(30),
    ),
  );
  const hostileFinding = fc.record({
    kind: fc.constant<FindingKind>("contract"),
    severity: fc.constantFrom<Severity>("breaking", "risky", "informative"),
    subject: worst,
    expected: worst,
    observed: worst,
  });
  const hostileEvidence = fc.record({
    runId: worst,
    traceId: worst,
    requestId: worst,
    status: fc.integer(),
  });
  fc.assert(
    fc.property(
      fc.array(hostileFinding, { minLength: 8, maxLength: 30 }),
      fc.array(hostileEvidence, { minLength: 5, maxLength: 9 }),
      worst,
      worst,
      (findings, evidence, name, reason) => {
        const bad = incident({
          probe: name,
          target: name,
          model: name,
          scenario: name,
          location: name,
          label: name,
          findings,
          evidence,
        });
        const alert = composeAlert(bad, transition("opened", { reason }));
        expect(alert.summary.length).toBeLessThanOrEqual(120);
        expect(alert.changes.length).toBeLessThanOrEqual(10);
        expect(JSON.stringify(alert)).not.toMatch(/[\p{Cf}\p{Cc}]|\\u/u);
        // Run and trace ids are made by us and pass unchanged; everything else calls nobody.
        const others = { ...alert, evidence: alert.evidence.map(({ requestId }) => requestId) };
        expect(JSON.stringify(others)).not.toContain("@everyone");
        for (const entry of outboxEntries(alert, routeAlert(alert, ["pager"]))) {
          const message = renderFor(entry, receiver(), () => secrets["NEW_SECRET"] ?? "", atMs);
          expect("body" in message && Buffer.byteLength(message.body)).toBeLessThan(20_000);
        }
      },
    ),
    { numRuns: 60 },
  );
});
