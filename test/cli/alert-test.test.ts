import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterAll, describe, expect, test } from "vitest";
import { answer, startReceiver } from "../notify/http-receiver.ts";
import { type Ended, plumbline } from "../setup/plumbline.ts";

const folder = mkdtempSync(join(tmpdir(), "plumbline-alert-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const file = join(folder, "plumbline.yaml");
writeFileSync(
  file,
  `targets:
  mini: { baseUrl: "http://127.0.0.1:1/v1", model: gpt-4o-mini, key: { env: NOT_NEEDED_HERE } }
probes:
  - { name: valid, target: mini, scenario: valid-request, every: 5m }
receivers:
  oncall: { webhook: { url: { env: ALERT_URL }, secrets: [{ env: ALERT_SECRET }], allowPrivate: true } }
  team: { slack: { url: { env: ALERT_URL }, allowPrivate: true } }
`,
);

const alertTest = (receiver: string, env: Record<string, string>, ...flags: readonly string[]): Promise<Ended> =>
  plumbline(["alert", "test", receiver, "--config", file, ...flags], env);

describe("alert test", () => {
  test("a marked test and its end arrive as alerts do, signed; it says so and ends with 0", async () => {
    await using http = await startReceiver(answer(204));
    const ended = await alertTest("oncall", { ALERT_URL: http.url, ALERT_SECRET: secret });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(
      /^oncall \(webhook\) {2}test alert: delivered, status 204, after \d.*\noncall \(webhook\) {2}resolution: delivered, status 204, after \d.*\n$/,
    );
    const notified = http.received.map(({ body, headers }) =>
      new Webhook(secret).verify(body, headers as Record<string, string>),
    );
    expect(notified).toMatchObject([
      {
        type: "plumbline.incident.opened",
        data: { status: "firing", summary: expect.stringMatching(/^TEST /) as string },
      },
      {
        type: "plumbline.incident.resolved",
        data: { status: "resolved", summary: expect.stringMatching(/^TEST /) as string },
      },
    ]);
    expect(new Set(http.received.map(({ headers }) => headers["webhook-id"])).size).toBe(2);
  });

  test.each([
    [500, {}, "not delivered, status 500: thanks"],
    [429, { "retry-after": "30" }, "not delivered, status 429: thanks, retry after 30 s"],
    [404, {}, "not delivered, and would not be retried: status 404: thanks"],
    [410, {}, "not delivered, status 410: the receiver wants no more messages"],
  ])("a receiver that says %d: 3, and what it said, once", async (status, headers, words) => {
    await using http = await startReceiver(answer(status, headers));
    const ended = await alertTest("team", { ALERT_URL: http.url });
    expect(ended).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`team (slack)  test alert: ${words}, after`) as string,
    });
    expect(http.received).toHaveLength(1);
  });

  test("--all tests every receiver, and a receiver that swallows is found; one that can hide a test does", async () => {
    const quiet = join(folder, "all.yaml");
    writeFileSync(
      quiet,
      `targets:
  mini: { baseUrl: "http://127.0.0.1:1/v1", model: gpt-4o-mini }
probes:
  - { name: valid, target: mini, scenario: valid-request, every: 5m }
receivers:
  phone: { ntfy: { url: { env: ALERT_URL }, topic: { env: TOPIC }, allowPrivate: true } }
  team: { slack: { url: { env: ALERT_URL }, allowPrivate: true } }
`,
    );
    await using http = await startReceiver((response, { body }) => {
      response.end(body.includes("topic") ? "{}" : "invalid_payload");
    });
    const env = { ALERT_URL: http.url, TOPIC: "plumbline" };
    const ended = await plumbline(["alert", "test", "--all", "--config", quiet], env);
    expect(ended.code).toBe(3);
    expect(ended.stdout).toMatch(
      /^phone \(ntfy\) {2}test alert: delivered.*\nphone \(ntfy\) {2}resolution: delivered.*\nteam \(slack\) {2}test alert: not delivered, status 200, but the answer is an error: invalid_payload, after.*\n$/,
    );
    const priorities = http.received.flatMap(({ body }) => (JSON.parse(body) as { priority?: number }).priority ?? []);
    expect(priorities).toEqual([1, 1]);
    expect(await plumbline(["alert", "test", "--config", quiet], env)).toMatchObject({ code: 2 });
    expect(await plumbline(["alert", "test", "team", "--all", "--config", quiet], env)).toMatchObject({ code: 2 });
  });

  test("--json says the same to programs", async () => {
    await using http = await startReceiver(answer(500));
    const ended = await alertTest("team", { ALERT_URL: http.url }, "--json");
    expect(ended.code).toBe(3);
    expect(JSON.parse(ended.stdout)).toEqual({
      schema: 1,
      data: {
        receiver: "team",
        kind: "slack",
        attempts: [
          {
            event: "opened",
            outcome: { kind: "failed", reason: "status 500: thanks" },
            durationMs: expect.any(Number),
          },
        ],
      },
    });
  });

  test("what was meant, and what is missing, without a request", async () => {
    expect(await alertTest("oncal", {})).toEqual({
      code: 2,
      stdout: "",
      stderr: "no receiver is called oncal; did you mean oncall?\n",
    });
    expect(await alertTest("team", {})).toEqual({
      code: 2,
      stdout: "",
      stderr: "team needs a value in environment variable ALERT_URL; it has none\n",
    });
  });
});
