import { describe, expect, test } from "vitest";
import { testEntry } from "../../src/notify/compose/test-alert.ts";
import { deliverOnce } from "../../src/notify/deliver/deliver.ts";
import { outcomeOf } from "../../src/notify/deliver/outcome.ts";
import { createRedactor } from "../../src/std/redact.ts";
import { posterSaying, status, worldOf } from "../notify/delivery-world.ts";
import { kindOf } from "../../src/receivers/receivers.ts";
import { renderFor } from "./render-for.ts";
import { atMs, alertOf, entryFor } from "../notify/samples.ts";
import { bodyOf, links, lookUp, posted, receivers, type SampleKind } from "./kinds.ts";

const redact = (text: string): string => text;

const resolved = alertOf({}, "resolved");

/** The request as it goes out, with the body laid out for reading. */
function request(kind: SampleKind, alert = alertOf()): string {
  const message = posted(kind, alert, { links });
  const { method = "POST", url, headers } = message;
  const parsed = bodyOf(message);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${url}\n${lines.join("\n")}\n\n${JSON.stringify(parsed, null, 2)}\n`;
}

/** The generic one has its alert whole in the body: what there is to say of it is said in tests of its own. */
const rendered = (Object.keys(receivers) as SampleKind[]).filter((kind) => kind !== "webhook" && kind !== "email");

test.each(rendered)("%s: the very request, when it begins and when it is over", async (kind) => {
  await expect(request(kind)).toMatchFileSnapshot(`examples/${kind}-firing.http`);
  await expect(request(kind, resolved)).toMatchFileSnapshot(`examples/${kind}-resolved.http`);
});

describe("PagerDuty follows the incident", () => {
  const action = (event: "opened" | "escalated" | "reminded" | "acknowledged" | "resolved"): unknown =>
    bodyOf(posted("pagerduty", alertOf({}, event)));

  test.each([
    ["opened", "trigger"],
    ["escalated", "trigger"],
    ["reminded", "trigger"],
    ["acknowledged", "acknowledge"],
    ["resolved", "resolve"],
  ] as const)("%s: %s, always with the incident's key", (event, event_action) => {
    expect(action(event)).toMatchObject({ event_action, dedup_key: "f00dfeed-1" });
  });
});

test("PagerDuty shows a quiet test as a change, which notifies nobody", () => {
  const { alert } = testEntry("team", "opened", atMs, "quiet test");
  const { url, body } = posted("pagerduty", alert);
  expect(url).toBe("https://events.pagerduty.com/v2/change/enqueue");
  expect(JSON.parse(body)).toMatchObject({ payload: { summary: alert.summary, source: "Plumbline" } });
  expect(body).not.toContain("event_action");
});

test("two installations with the same names share no incident at a service", () => {
  const of = (installation: string) => {
    const alert = { ...alertOf(), installation };
    const { dedup_key } = bodyOf(posted("pagerduty", alert)) as { dedup_key: string };
    const [active] = bodyOf(posted("alertmanager", alert)) as { labels: Record<string, string> }[];
    return { dedup_key, label: active?.labels["installation"] };
  };
  expect(of("aaa")).toEqual({ dedup_key: "aaa-f00dfeed-1", label: "aaa" });
  expect(of("bbb")).toEqual({ dedup_key: "bbb-f00dfeed-1", label: "bbb" });
});

describe("Alertmanager is told as Prometheus tells it", () => {
  test("an end in the future while it fires, the true one when it is over, and the same labels", () => {
    const [firing] = bodyOf(posted("alertmanager", alertOf({}, "reminded"))) as Record<string, unknown>[];
    const [over] = bodyOf(posted("alertmanager", resolved)) as Record<string, unknown>[];
    expect(firing?.["endsAt"]).toBe(new Date(atMs + 3_600_000).toISOString());
    expect(over?.["endsAt"]).toBe(resolved.at);
    expect(over?.["labels"]).toEqual(firing?.["labels"]);
    expect(Object.keys(over?.["annotations"] ?? {})).toEqual(
      Object.keys(firing?.["annotations"] ?? {}).filter((name) => name !== "for_users"),
    );
  });

  test("when the severity rises the alert of the lower one ends", () => {
    const alerts = bodyOf(posted("alertmanager", alertOf({ severity: "breaking" }, "escalated")));
    expect(alerts).toMatchObject([
      { labels: { severity: "breaking" }, endsAt: new Date(atMs + 3_600_000).toISOString() },
      { labels: { severity: "risky" }, endsAt: new Date(atMs).toISOString() },
    ]);
  });
});

describe("a status of success with an error in the body", () => {
  const outcome = (kind: SampleKind, body: string) =>
    outcomeOf(
      { kind: "reply", status: kind === "pagerduty" ? 202 : 200, body },
      atMs,
      kindOf(receivers[kind]).statuses,
      redact,
    );

  test.each([
    ["slack", "invalid_payload"],
    ["slack", '{"ok":false,"error":"channel_not_found"}'],
    ["teams", "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429"],
    ["teams", '{"error":{"code":"WorkflowTriggerIsNotEnabled","message":"disabled"}}'],
    ["discord", '{"message":"Unknown Webhook","code":10015}'],
    ["googleChat", '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}'],
    ["ntfy", '{"code":42901,"http":429,"error":"limit reached"}'],
    ["pagerduty", '{"status":"invalid event","message":"Event object is invalid","errors":["bad"]}'],
    ["alertmanager", '{"status":"error","errorType":"bad_data"}'],
    ["telegram", '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}'],
    ["mattermost", '{"id":"web.incoming_webhook.general.app_error","status_code":400,"status":"fail"}'],
    ["matrix", '{"errcode":"M_FORBIDDEN","error":"You are not in the room"}'],
    ["pushover", '{"user":"invalid","errors":["user identifier is invalid"],"status":0,"request":"x"}'],
    ["pushover", '{"request":"x","status":0}'],
    ["discord", "<!doctype html><title>Sign in</title>"],
  ] as const)("%s: %s", (kind, body) => {
    expect(outcome(kind, body)).toEqual({
      kind: "failed",
      reason: expect.stringContaining(body.slice(1, 12)) as string,
    });
  });

  test.each([
    ["slack", "ok"],
    ["slack", '{"success":true}'],
    ["teams", "1"],
    ["teams", ""],
    ["discord", '{"id":"1","type":0,"content":"error rate up","code":5}'],
    ["googleChat", '{"name":"spaces/A/messages/B","text":"failed"}'],
    ["ntfy", '{"id":"x","event":"message","message":"error"}'],
    ["pagerduty", '{"status":"success","message":"Event processed","dedup_key":"x"}'],
    ["alertmanager", '{"status":"success"}'],
    ["webhook", "error: not read"],
    ["telegram", '{"ok":true,"result":{"message_id":7,"text":"error rate up"}}'],
    ["mattermost", "ok"],
    ["matrix", '{"event_id":"$YUwRidLecu:example.com"}'],
    ["pushover", '{"status":1,"request":"647d2300-702c-4b38-8b2f-d56326ae460b"}'],
  ] as const)("%s takes it: %s", (kind, body) => {
    expect(outcome(kind, body).kind).toBe("delivered");
  });
});

test.each([
  ["slack", 200, "https://hooks.slack.com/services/", "T0ABCDEFG/B0ABCDEFGH/abcDEFghiJKLmnoPQRstuVW"],
  ["pagerduty", 202, "", "0123456789abcdef0123456789ABCDEF"],
  ["ntfy", 200, "", "tk_0123456789"],
] as const)("an answer of %s that quotes a secret: the reason has nothing of it", async (kind, code, open, hidden) => {
  const quoted = { ...status(code), body: `{"error":"${hidden}, ${encodeURIComponent(hidden)} in ${open}${hidden}"}` };
  const secret = (): string => `${open}${hidden}`;
  const world = worldOf([receivers[kind]], { poster: posterSaying(quoted), secret });
  world.outbox.add(entryFor("team"));
  const attempt = await deliverOnce({ ...world, redact: createRedactor([secret()]) }, entryFor("team").id);
  expect(attempt?.outcome).toMatchObject({
    kind: "failed",
    reason: expect.stringContaining("but the answer is an error") as string,
  });
  const text = JSON.stringify([attempt, world.said]);
  for (let from = 0; from + 8 <= hidden.length; from += 1) expect(text).not.toContain(hidden.slice(from, from + 8));
});

describe("statuses mean what the service says", () => {
  const meant = (kind: SampleKind, status: number): string =>
    outcomeOf({ kind: "reply", status }, atMs, kindOf(receivers[kind]).statuses, redact).kind;

  test.each([
    ["pagerduty", { 202: "delivered", 200: "failed", 400: "refused", 410: "failed", 429: "failed", 500: "failed" }],
    [
      "slack",
      { 200: "delivered", 302: "failed", 400: "refused", 403: "refused", 404: "refused", 410: "gone", 429: "failed" },
    ],
    ["alertmanager", { 200: "delivered", 202: "failed", 400: "refused", 422: "refused", 503: "failed" }],
    ["discord", { 204: "delivered", 200: "delivered", 400: "refused", 404: "refused", 429: "failed" }],
    ["teams", { 202: "delivered", 200: "delivered", 400: "failed", 413: "refused", 429: "failed" }],
    ["googleChat", { 200: "delivered", 400: "refused", 404: "refused", 429: "failed" }],
    ["ntfy", { 200: "delivered", 400: "refused", 401: "failed", 429: "failed", 507: "failed" }],
    ["telegram", { 200: "delivered", 400: "refused", 403: "refused", 401: "failed", 429: "failed" }],
    ["opsgenie", { 202: "delivered", 200: "failed", 401: "failed", 422: "refused", 429: "failed" }],
    ["incidentIo", { 202: "delivered", 401: "failed", 422: "refused", 429: "failed", 503: "failed" }],
    ["mattermost", { 200: "delivered", 400: "refused", 501: "failed" }],
    ["matrix", { 200: "delivered", 403: "refused", 401: "failed", 429: "failed" }],
    ["pushover", { 200: "delivered", 400: "refused", 429: "failed", 500: "failed" }],
    ["twilio", { 201: "delivered", 200: "failed", 400: "refused", 401: "failed", 429: "failed" }],
    ["webhook", { 200: "delivered", 204: "delivered", 400: "failed", 410: "gone" }],
  ] as const)("%s", (kind, expected) => {
    for (const [status, outcome] of Object.entries(expected))
      expect([status, meant(kind, Number(status))]).toEqual([status, outcome]);
  });
});

test.each([
  ["pagerduty", "PD", "too-short", "the routing key of team is not an integration key of 32 letters and digits"],
  ["ntfy", "TOPIC", "two words", "the topic of team is not a topic of 1 to 64 letters, digits, - and _"],
  ["ntfy", "TOKEN", "line\nbreak: x", "the token of team is not a token of printable ASCII without blanks"],
  ["alertmanager", "TOKEN", "line\nbreak: x", "the token of team is not a token of printable ASCII without blanks"],
  ["telegram", "BOT", "123:short", "the token of team is not a bot token such as 123456:ABC-DEF…"],
  ["opsgenie", "GENIE", "a key", "the API key of team is not an API key of 36 letters, digits and dashes"],
  ["incidentIo", "TOKEN", "two words", "the token of team is not a token of printable ASCII without blanks"],
  ["matrix", "TOKEN", "two words", "the token of team is not a token of printable ASCII without blanks"],
  ["pushover", "PUSH_APP", "short", "the token of team is not a key of 30 letters and digits"],
  ["pushover", "PUSH_USER", "short", "the user of team is not a key of 30 letters and digits"],
  ["twilio", "PD", "short", "the password of team is not a secret of 32 letters and digits"],
  ["googleChat", "CHAT_URL", "nowhere", "the address of team is not a URL"],
] as const)("%s refuses an unusable %s without printing it", (kind, env, value, words) => {
  const secret = (ref: object): string =>
    "env" in ref && ref.env === env ? value : lookUp({ env: "env" in ref ? String(ref.env) : "" });
  expect(renderFor(entryFor("team"), receivers[kind], secret, atMs)).toEqual({ refused: words });
});
