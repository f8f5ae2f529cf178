import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import type { Receiver } from "../../src/probe/receiver.ts";
import { receiverKinds, requiredSecrets } from "../../src/receivers/receivers.ts";
import { valid } from "./malformed.ts";
import { allRoles } from "../../src/config/roles.ts";

function load(text: string, env?: Record<string, string>) {
  const readFile = (): string | undefined => env?.["FILE"];
  const context = {
    env: env ?? {},
    readFile,
    scenarios: ["valid-request", "invalid-key"],
    checkSecrets: env === undefined ? [] : allRoles,
  };
  return loadConfig({ file: "plumbline.yaml", text }, context);
}

function receiversOf(text: string, env?: Record<string, string>): readonly Receiver[] {
  const loaded = load(text, env);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config.receivers;
}

function problemsOf(receivers: string, env?: Record<string, string>): string[] {
  const loaded = load(`${valid}receivers:\n${receivers}`, env);
  return "config" in loaded ? [] : loaded.problems.map(({ path, expected, got }) => `${path}: ${expected}; got ${got}`);
}

const page = readFileSync("docs/receivers.md", "utf8");
const [, block = ""] = /```yaml\n(targets:[\s\S]*?)```/.exec(page) ?? [];

const whsec = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
const good = {
  COMETAPI_KEY: "sk-whatever",
  PAGERDUTY_KEY: "0123456789abcdef0123456789abcdef",
  SLACK_WEBHOOK: "https://hooks.slack.com/services/T/B/x",
  DISCORD_WEBHOOK: "https://discord.com/api/webhooks/1/x",
  FILE: "https://prod.logic.azure.com/workflows/x?sig=y\n",
  GOOGLE_CHAT_WEBHOOK: "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t",
  NTFY_TOPIC: "oncall",
  TELEGRAM_TOKEN: "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11",
  JSM_KEY: "eb243592-faa2-4ba2-a551-1afdf565c889",
  INCIDENT_IO_TOKEN: "iio_abc",
  MATTERMOST_WEBHOOK: "https://mattermost.example.com/hooks/x",
  MATRIX_TOKEN: "syt_abc",
  PUSHOVER_TOKEN: "azGDORePK8gMaC0QOYAMyEEuzJnyUi",
  PUSHOVER_USER: "uQiRzpo4DXghDmr9QzzfQu27cmVRsG",
  TWILIO_SECRET: "0123456789abcdef0123456789abcdef",
  HOOK_PASSWORD: "correct horse",
  NTFY_TOKEN: "tk_abc",
  SMTP_PASSWORD: "correct horse",
  HOOK_SECRET: whsec,
  NEW_HOOK_KEY: `whsk_${Buffer.alloc(32, 2).toString("base64")}`,
  OLD_HOOK_SECRET: whsec,
  TICKET_SECRET: whsec,
};

describe("the page about receivers", () => {
  test("its example loads, has every kind, and starts once its secrets are there", () => {
    const receivers = receiversOf(block);
    const rows = [...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, kind]) => kind);
    expect(rows.toSorted()).toEqual([...new Set(receivers.map(({ kind }) => kind))].toSorted());
    expect(rows.toSorted()).toEqual(Object.keys(receiverKinds).toSorted());
    const addresses = receivers.flatMap(requiredSecrets).flatMap(({ ref }) => ("env" in ref ? [ref.env] : []));
    const env = Object.fromEntries(addresses.map((name) => [name, "https://chat.example.com/hooks/x"]));
    expect(receiversOf(block, { ...env, ...good })).toEqual(receivers);
    expect(receivers.every(({ links }) => links?.length === 2)).toBe(true);
  });

  test("whatever is missing or of another form is said at once, and not shown", () => {
    const missing = load(block, { COMETAPI_KEY: "sk-whatever" });
    const count = receiversOf(block).flatMap(requiredSecrets).length;
    expect("problems" in missing && missing.problems.length).toBe(count);
    const wrong = load(block, Object.fromEntries(Object.keys(good).map((name) => [name, "hunter2\nsecret"])));
    expect("problems" in wrong && wrong.problems.length).toBe(count);
    expect(JSON.stringify([missing, wrong])).not.toContain("hunter2");
  });
});

test.each([
  ["no kind", "  a: {}", "receivers.a: exactly one of webhook, pagerduty"],
  ["two kinds", "  a: { slack: { url: { env: A } }, teams: { url: { env: B } } }", "receivers.a: exactly one of"],
  ["an unknown kind", "  a: { slak: { url: { env: A } } }", "receivers.a.slak: a known key"],
  [
    "an address that is a secret",
    "  a: { slack: { url: 'https://hooks.slack.com/services/T/B/hunter2' } }",
    "a text (not shown)",
  ],
  ["a routing key in plain", "  a: { pagerduty: { routingKey: hunter2 } }", "a text (not shown)"],
  ["a topic in plain", "  a: { ntfy: { topic: hunter2 } }", "a text (not shown)"],
  ["a label that is none", "  a: { alertmanager: { url: 'https://am', labels: { a-b: c } } }", "a label name"],
  [
    "a hold shorter than a round",
    "  a: { alertmanager: { url: 'https://am', hold: 90s } }",
    "alertmanager.hold: at least 2m",
  ],
  ["plain http", "  a: { alertmanager: { url: 'http://am:9093' } }", "receivers.a.alertmanager.url: https"],
  [
    "an unknown format",
    "  a: { webhook: { url: 'https://a', secrets: [{ env: A }], format: cloudevent } }",
    "standard or cloudevents",
  ],
  [
    "an unknown part",
    "  a: { webhook: { url: 'https://a', secrets: [{ env: A }], template: { t: '{{sumary}}' } } }",
    "{{sumary}} is not a field",
  ],
  [
    "two bodies",
    "  a: { webhook: { url: 'https://a', secrets: [{ env: A }], format: cloudevents, template: { t: x } } }",
    "either format",
  ],
  [
    "half a log-in",
    "  a: { email: { host: smtp.example.com, user: me, from: a@example.com, to: [b@example.com] } }",
    "receivers.a.email: user and password, or neither; got no password",
  ],
  [
    "a password in plain",
    "  a: { email: { host: smtp.example.com, user: me, password: hunter2, from: a@example.com, to: [b@example.com] } }",
    "a text (not shown)",
  ],
  [
    "mail in clear",
    "  a: { email: { host: mail, security: none, from: a@example.com, to: [b@example.com] } }",
    "receivers.a.email.security: starttls or tls; got none",
  ],
  [
    "an address with more than one in it",
    "  a: { email: { host: mail, from: a@example.com, to: ['b@example.com, c@example.com'] } }",
    "an address such as",
  ],
  [
    "a header of ours",
    "  a: { webhook: { url: 'https://a', secrets: [{ env: A }], headers: { Webhook-Id: x } } }",
    "headers that Plumbline does not set itself",
  ],
  [
    "a password in a header",
    "  a: { webhook: { url: 'https://a', secrets: [{ env: A }], headers: { Authorization: hunter2 } } }",
    "no secret in clear",
  ],
  [
    "two ways to sign in",
    "  a: { alertmanager: { url: 'https://am', token: { env: A }, basicAuth: { user: u, password: { env: B } } } }",
    "alertmanager.token: a token, or basicAuth; got both",
  ],
  [
    "severities without a template",
    "  a: { webhook: { url: 'https://a', secrets: [{ env: A }], severities: { risky: P3 } } }",
    "severities need a template",
  ],
  ["a time zone that is none", "  a: { slack: { url: { env: A }, tz: Mars/Phobos } }", "a time zone such as"],
  ["a severity that the service lacks", "  a: { opsgenie: { apiKey: { env: A }, severities: { risky: P9 } } }", "P1"],
  ["a link to anywhere", "  {}\nlinks: { Trace: 'https://{{target}}/x' }", "links.Trace: an http or https URL"],
  [
    "a link with an unknown part",
    "  {}\nlinks: { Trace: 'https://a/{{changes.0.what.x}}' }",
    "{{changes.0.what.x}} is not a field",
  ],
])("%s is said in words", (_what, receivers, words) => {
  const problems = problemsOf(`${receivers}\n`);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(words);
  expect(problems[0]).not.toContain("hunter2");
});

test("problems of several receivers come together", () => {
  expect(problemsOf("  a: { slack: {} }\n  b: { ntfy: {} }\n  c: {}\n")).toHaveLength(3);
});

test("plain http in a secret address is found at the start", () => {
  const receivers = "  a: { slack: { url: { env: A } } }\n";
  expect(problemsOf(receivers, { A: "https://hooks.slack.com/x" })).toEqual([]);
  expect(problemsOf(receivers, { A: "http://hooks.slack.com/x" })).toEqual([
    "receivers.a.slack.url: https, because alerts leave your network; got http",
  ]);
});
