import type { SecretRef } from "../../../src/probe/target.ts";

import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { renderFor } from "../render-for.ts";
import type { Message } from "../../../src/notify/deliver/receiver-kind.ts";
import type { WebhookReceiver } from "../../../src/receivers/webhook/receiver.ts";
import { webhookKeyForm } from "../../../src/receivers/webhook/key.ts";
import { entryFor, receiver, secrets } from "../../notify/samples.ts";

const lookUp = (ref: SecretRef): string => ("env" in ref ? (secrets[ref.env] ?? "") : "");

/** The independent verifier reads the system's clock. */
const nowMs = Date.now();

function message(over: Partial<WebhookReceiver> = {}, secret = lookUp): Message {
  const rendered = renderFor(entryFor(), receiver(over), secret, nowMs);
  if ("refused" in rendered) throw new Error(rendered.refused);
  if ("mail" in rendered) throw new Error("a mail is not posted");
  return rendered;
}

function refusal(over: Partial<WebhookReceiver>, secret = lookUp): string | undefined {
  const rendered = renderFor(entryFor(), receiver(over), secret, nowMs);
  return "refused" in rendered ? rendered.refused : undefined;
}

const verifier = (name: string) => new Webhook(secrets[name] ?? "");

describe("Standard Webhooks 1.0.0, checked by its reference library", () => {
  test("the signature holds, and the body says what happened, when, and everything of the alert", () => {
    const { headers, body } = message();
    expect(verifier("NEW_SECRET").verify(body, headers)).toEqual({
      type: "plumbline.incident.opened",
      timestamp: "2026-11-23T10:12:00.000Z",
      data: entryFor().alert,
    });
  });

  test("headers: the entry's id, the time of the attempt in whole seconds", () => {
    const { headers } = message();
    expect(headers["webhook-id"]).toBe(entryFor().id);
    expect(headers["webhook-id"]).not.toContain(".");
    expect(headers["webhook-timestamp"]).toBe(String(Math.floor(nowMs / 1000)));
    expect(headers["webhook-signature"]).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
    expect(headers["content-type"]).toBe("application/json");
  });

  test("during a rotation whoever has either secret can verify, whoever has another can't", () => {
    const { headers, body } = message({ secrets: [{ env: "NEW_SECRET" }, { env: "OLD_SECRET" }] });
    expect(headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    expect(() => verifier("NEW_SECRET").verify(body, headers)).not.toThrow();
    expect(() => verifier("OLD_SECRET").verify(body, headers)).not.toThrow();
    const stranger = new Webhook(Buffer.alloc(32, "x").toString("base64"));
    expect(() => stranger.verify(body, headers)).toThrow("No matching signature");
  });

  test("a changed body, id or time no longer verifies", () => {
    const { headers, body } = message();
    const check = (changedBody: string, changed: Record<string, string>) => () =>
      verifier("NEW_SECRET").verify(changedBody, { ...headers, ...changed });
    expect(check(body.replace("57", "12"), {})).toThrow("No matching signature");
    expect(check(body, { "webhook-id": "msg_other" })).toThrow("No matching signature");
    expect(check(body, { "webhook-timestamp": String(Math.floor(nowMs / 1000) - 1) })).toThrow("No matching signature");
  });

  test("the URL may be a secret too", () => {
    expect(message({ url: { env: "NEW_SECRET" } }).url).toBe(secrets["NEW_SECRET"]);
  });
});

describe("a secret that can't sign is refused by number, and not printed", () => {
  const whsec = (bytes: number) => `whsec_${Buffer.alloc(bytes, "k").toString("base64")}`;

  test.each([
    ["no prefix", Buffer.alloc(32, "k").toString("base64")],
    ["too short", whsec(23)],
    ["too long", whsec(65)],
    ["not base64", "whsec_this is no base64, whatever it is!"],
    ["the wrong alphabet", `whsec_${"-_".repeat(20)}`],
    ["a public ed25519 key", `whpk_${Buffer.alloc(32, "k").toString("base64")}`],
    ["half an ed25519 key", `whsk_${Buffer.alloc(31, "k").toString("base64")}`],
    ["an ed25519 key with another's public half", `whsk_${Buffer.alloc(64, "k").toString("base64")}`],
    ["nothing", ""],
  ])("%s", (_what, bad) => {
    const reason = refusal({ secrets: [{ env: "NEW_SECRET" }, { env: "BAD" }] }, (ref) =>
      "env" in ref && ref.env === "BAD" ? bad : lookUp(ref),
    );
    expect(reason).toBe(`secret 2 of pager is not ${webhookKeyForm}`);
  });

  test.each([24, 64])("%d bytes are fine, also with the line break a file ends with", (bytes) => {
    expect(refusal({}, () => `${whsec(bytes)}\n`)).toBeUndefined();
  });

  test("without a secret nothing is sent unsigned", () => {
    expect(refusal({ secrets: [] })).toBe("pager has no signing secret");
  });
});
