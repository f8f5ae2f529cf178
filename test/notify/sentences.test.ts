import { headline } from "../../src/notify/compose/headline.ts";
import { impactOf } from "../../src/notify/compose/impact.ts";
import { describe, expect, test } from "vitest";
import { composeAlert } from "../../src/notify/compose/compose.ts";
import { renderAlertText } from "../../src/notify/compose/render-text.ts";
import type { GroupMembers, Incident, Transition } from "../../src/incident/incident.ts";
import type { Finding, FindingKind } from "../../src/judgement/judgement.ts";
import { incident, transition } from "./samples.ts";

function found(
  kind: FindingKind,
  subject: string,
  expected: string,
  observed: string,
  over: Partial<Incident> = {},
): Partial<Incident> {
  const findings: Finding[] = [{ kind, severity: "breaking", subject, expected, observed }];
  return { kind, severity: "breaking", label: subject, findings, ...over };
}

const trend: Partial<Incident> = { confirmation: "many-runs", badRuns: 1, judgedRuns: 1 };
const slow = found(
  "latency",
  "total time",
  "812 ms",
  "1.62 s (×2.0, 95 % interval ×1.8 to ×2.2), since 2026-11-23 09:50 UTC",
  { severity: "risky", ...trend },
);
const itself = { target: "plumbline", scenario: "itself", model: "none", location: "here" };
const group = (reason: GroupMembers["reason"], headline: string): Partial<Incident> => ({
  group: { reason, members: ["mini", "large"], headline },
});

const summary = (over: Partial<Incident>, how: Transition = transition()): string =>
  composeAlert(incident(over), how).summary;

describe("one sentence that somebody who was just woken can act on", () => {
  test.each<[string, Partial<Incident>, string]>([
    [
      "outage",
      found("availability", "reply", "a reply", "timeout (first-byte)"),
      "mini valid-request: no reply: timeout (first-byte), 2 of 3 runs",
    ],
    [
      "more failures than usual",
      found("availability", "error rate", "0.4 % of runs", "12 % of runs, since 2026-11-23 08:05 UTC", trend),
      "mini valid-request: error rate 0.4 % of runs → 12 % of runs, over many runs",
    ],
    [
      "a broken rule",
      found("expectation", "status", "200", "503"),
      "mini valid-request: status 200 → 503, 2 of 3 runs",
    ],
    [
      "a breach",
      found("policy", "completion", "refused", "a completion of 14 characters, status 200", {
        scenario: "invalid-key",
        confirmation: "asked-again",
        badRuns: 1,
        judgedRuns: 1,
      }),
      "mini invalid-key: answered a request that must be refused: a completion of 14 characters, status 200, 2 of 2 requests",
    ],
    ["slower", slow, "mini valid-request: total time 812 ms → 1.62 s (×2.0), over many runs"],
    [
      "a receiver that is gone",
      found("monitor", "delivery to oncall", "delivered", "disabled: it answered 410 Gone", itself),
      "plumbline itself: delivery to oncall: disabled: it answered 410 Gone",
    ],
    [
      "a provider",
      {
        ...found("availability", "2 targets", "a reply", "connect"),
        ...group("provider-is-down", "api.example.com is down: 2 of 2 targets do not reply"),
      },
      "api.example.com is down: 2 of 2 targets do not reply",
    ],
  ])("%s", (_what, over, sentence) => expect(summary(over)).toBe(sentence));

  test.each<[Transition["kind"], string]>([
    ["reopened", "mini valid-request: reopened: status 200 → 503, 2 of 3 runs"],
    ["escalated", "mini valid-request: now breaking: status 200 → 503, 2 of 3 runs"],
    ["unacknowledged", "mini valid-request: not acknowledged: status 200 → 503, 2 of 3 runs"],
    ["resolved", "mini valid-request: resolved after 2 min, it was: status 200 → 503"],
  ])("%s", (kind, sentence) =>
    expect(summary(found("expectation", "status", "200", "503"), transition(kind))).toBe(sentence),
  );
});

describe("the first line and what users see", () => {
  const said = (over: Partial<Incident>): string[] => {
    const alert = composeAlert(incident(over), transition());
    return [headline(alert).replace("FIRING: ", ""), impactOf(alert) ?? ""];
  };
  const status = (observed: string): Partial<Incident> => found("expectation", "status", "200", observed);

  test.each<[Partial<Incident>, string, RegExp]>([
    [status("503"), "server errors", /an error instead of an answer/],
    [status("429 rate_limit_exceeded"), "rate limit reached", /beyond the limit/],
    [status("401 invalid_api_key"), "key refused", /with this key/],
    [status("404"), "requests refused", /like this one/],
    [found("expectation", "status", "404", "500"), "broken rule", /rely on this rule/],
    [found("expectation", "usage", "reported", "missing"), "broken rule", /rely on this rule/],
    [found("availability", "reply", "a reply", "timeout"), "outage", /no reply/],
    [slow, "changed response time", /wait longer/],
    [
      { ...slow, findings: [{ ...slow.findings![0]!, observed: "406 ms (×0.5, …)" }] },
      "changed response time",
      /faster/,
    ],
    [found("usage", "prompt tokens", "57", "12"), "changed token usage", /costs less/],
    [found("usage", "prompt tokens", "12", "57"), "changed token usage", /costs more than/],
    [found("budget", "spend cap of mini per day", "at most $5", "reached: x"), "spend cap reached", /until then/],
    [found("budget", "error budget: availability", "99 %", "x"), "error budget", /^$/],
  ])("%j", (over, first, users) => {
    expect(said(over)).toEqual([first, expect.stringMatching(users)]);
  });
});

describe("what to do first", () => {
  const step = (over: Partial<Incident>): string => composeAlert(incident(over), transition()).nextStep;
  const answered = (status: number): Partial<Incident> =>
    found("expectation", "status", "200", String(status), { evidence: [{ runId: "r", status }] });

  test("follows from what was seen", () => {
    expect(step(answered(503))).toMatch(/status page/);
    expect(step(answered(429))).toMatch(/rate limits/);
    expect(step(answered(401))).toMatch(/key of mini is valid/);
    expect(step(found("monitor", "x", "y", "z", { ...itself, label: "delivery to oncall" }))).toMatch(/delivery list/);
    expect(step(found("monitor", "x", "y", "z", { ...itself, label: "probes run on schedule" }))).toMatch(/worker/);
    expect(step(group("no-connectivity", "x"))).toMatch(/DNS, proxy, firewall/);
    expect(step(group("rate-limited", "x"))).toMatch(/list of incidents/);
  });
});

describe("the whole alert", () => {
  const read = (over: Partial<Incident>, how?: Transition, extra: object = {}): string =>
    renderAlertText({ ...composeAlert(incident(over), how ?? transition()), ...extra }, { columns: 120 });

  test("a trend was noticed at a time and began at another; it is no run of one", () => {
    const text = read(slow);
    expect(text).toContain("since          about 2026-11-23 09:50 UTC; detected 2026-11-23 10:10 UTC");
    expect(text.split("09:50")).toHaveLength(2);
    expect(text).not.toContain("1 of 1");
  });

  test("names all that it stands for", () => {
    expect(read(group("provider-is-down", "x"))).toContain("  mini, large\n");
  });

  test("lists transitions whose messages were delayed", () => {
    const earlier = [{ id: "msg_1", sequence: 1, event: "opened", at: "2026-11-23T10:12:00.000Z", reason: "x" }];
    expect(read(slow, transition("resolved"), { earlier })).toContain("delayed        opened 2026-11-23 10:12 UTC");
  });

  test("says how to acknowledge it, until it is resolved", () => {
    expect(read(slow)).toContain('plumbline incident ack f00dfeed-1 --why "…"');
    expect(read(slow, transition("resolved"))).not.toContain("incident ack");
  });
});
