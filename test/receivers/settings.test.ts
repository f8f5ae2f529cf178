import { describe, expect, test } from "vitest";
import { createPoster } from "../../src/notify/deliver/post-undici.ts";
import { receiverKinds } from "../../src/receivers/receivers.ts";
import { answer, startReceiver } from "../notify/http-receiver.ts";
import { alertOf, entryFor } from "../notify/samples.ts";
import { bodyOf, posted } from "./kinds.ts";
import { renderFor } from "./render-for.ts";

const begun = alertOf({ firstBadSlotMs: Date.parse("2026-07-01T22:30:00Z"), lastGoodSlotMs: undefined });

describe("times", () => {
  test.each(["slack", "teams", "telegram", "matrix", "mattermost", "opsgenie"] as const)(
    "%s: in the time zone of the receiver, summer time included",
    (kind) => {
      const text = JSON.stringify(bodyOf(posted(kind, begun, { tz: "Europe/Berlin" })));
      expect(text).toContain("since: 2026-07-02 00:30 CEST".slice(7));
      expect(text).not.toContain("since: 2026-07-01 22:30 UTC");
      expect(JSON.stringify(bodyOf(posted(kind, begun)))).toContain("2026-07-01 22:30 UTC");
    },
  );

  test("Slack and Discord show it in the time zone of the reader", () => {
    expect(posted("slack", begun).body).toContain(
      "began <!date^1782945000^{date_short_pretty} {time}|2026-07-01 22:30 UTC>",
    );
    expect(posted("discord", begun).body).toContain("<t:1782945000:f> (<t:1782945000:R>)");
  });
});

describe("severities have the words of the service", () => {
  const words = { breaking: "urgent", risky: "high", informative: "low" };

  test.each([
    ["pagerduty", { severities: { breaking: "error", risky: "info", informative: "info" } }, '"severity":"info"'],
    ["opsgenie", { severities: { breaking: "P1", risky: "P2", informative: "P5" } }, '"priority":"P2"'],
    ["incidentIo", { severities: words }, '"severity":"high"'],
    ["alertmanager", { severities: words }, '"severity":"high"'],
    ["ntfy", { severities: { breaking: 5, risky: 3, informative: 1 } }, '"priority":3'],
    ["pushover", { severities: { breaking: 2, risky: 2, informative: 0 } }, '"retry":"60","expire":"3600"'],
    ["webhook", { body: { format: "template", template: { s: "{{severity}}" }, severities: words } }, '{"s":"high"}'],
  ] as const)("%s", (kind, over, expected) => {
    const alert = alertOf();
    expect(JSON.stringify(bodyOf(posted(kind, alert, over as object)))).toContain(expected);
  });

  test("Alertmanager: two severities of one word are one alert, which does not end when it is escalated", () => {
    const severities = { breaking: "critical", risky: "critical", informative: "info" };
    const alert = alertOf({ severity: "breaking" }, "escalated");
    expect(bodyOf(posted("alertmanager", alert, { severities } as object))).toHaveLength(1);
  });
});

describe("headers and a user name with a password", () => {
  const settings = {
    headers: { "X-Team": "oncall", "X-Api-Key": { env: "HOOK_KEY" } },
    basicAuth: { user: "plumbline", password: { env: "HOOK_PASSWORD" } },
  };
  const secrets: Record<string, string> = { HOOK_KEY: "k-1234", HOOK_PASSWORD: "correct hörse\n" };

  test.each([
    ["webhook", { secrets: [{ env: "SIGN" }] }],
    ["alertmanager", {}],
  ] as const)("%s sends them, and no secret without its reference", async (kind, more) => {
    await using http = await startReceiver(answer(200));
    const row = receiverKinds[kind];
    const given = row.schema.parse({ url: http.url, ...settings, ...more }) as never;
    const receiver = row.resolve(given, { name: "own", allowPrivate: true, timeoutMs: 5000 });
    expect(row.secrets(receiver as never).map(({ ref }) => ref)).toEqual(
      expect.arrayContaining([{ env: "HOOK_KEY" }, { env: "HOOK_PASSWORD" }]),
    );
    const read = (ref: object): string =>
      "env" in ref ? (secrets[String(ref.env)] ?? `whsec_${Buffer.alloc(32, 1).toString("base64")}`) : "";
    const message = renderFor(entryFor("own"), receiver, read, 0);
    if (!("body" in message)) throw new Error("nothing to post");
    await createPoster().post({ ...message, timeoutMs: 5000, allowPrivate: true });
    expect(http.received[0]?.headers).toMatchObject({
      "x-team": "oncall",
      "x-api-key": "k-1234",
      authorization: `Basic ${Buffer.from("plumbline:correct hörse").toString("base64")}`,
      "content-type": expect.stringContaining("json") as string,
    });
  });

  test("a header that would become two is refused without printing it", () => {
    const receiver = { ...receiverKinds.webhook.schema.parse({ url: "https://a.example", secrets: [{ env: "S" }] }) };
    const own = { kind: "webhook", name: "own", timeoutMs: 1, ...receiver, headers: { "x-key": { env: "BAD" } } };
    const read = (ref: object): string =>
      "env" in ref && ref.env === "BAD" ? "a\r\nb: hunter2" : `whsec_${Buffer.alloc(32, 1).toString("base64")}`;
    expect(renderFor(entryFor("own"), own, read, 0)).toEqual({
      refused: "the header x-key of own is not a text of printable ASCII on one line",
    });
  });
});
