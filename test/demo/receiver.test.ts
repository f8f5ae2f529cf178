import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Alert } from "../../src/notify/compose/alert.ts";
import { type WebhookReceiverServer, openReceiver } from "../../src/demo/receiver.ts";
import { webhook } from "../../src/receivers/webhook/receiver.ts";
import { anAlert } from "./alerts.ts";
import { post } from "./post.ts";

const newSecret = () => `whsec_${randomBytes(32).toString("base64")}`;
const secret = newSecret();
let receiver: WebhookReceiverServer;
let heard: Alert[];

beforeEach(async () => {
  heard = [];
  receiver = await openReceiver({ secret, onAlert: (alert) => heard.push(alert) });
});
afterEach(() => receiver.close());

it("takes what is signed, and takes it once", async () => {
  expect(await post({ url: receiver.url, secret, id: "msg_1" }, anAlert())).toBe(204);
  expect(await post({ url: receiver.url, secret, id: "msg_1" }, anAlert())).toBe(204);
  expect(await post({ url: receiver.url, secret, id: "msg_2" }, anAlert({ sequence: 2 }))).toBe(204);
  expect(heard).toEqual([anAlert(), anAlert({ sequence: 2 })]);
  expect(receiver.rejected()).toBe(0);
});

it("takes what Plumbline itself signs, during a rotation too", async () => {
  const entry = { id: "out_1", receiver: "demo", alert: anAlert(), createdAtMs: Date.now() };
  const secrets = { OLD: secret, NEW: newSecret() };
  const message = webhook.render(
    entry,
    {
      kind: "webhook",
      name: "demo",
      url: receiver.url,
      secrets: [{ env: "NEW" }, { env: "OLD" }],
      allowPrivate: true,
      timeoutMs: 1000,
    },
    (ref) => ("env" in ref && (ref.env === "OLD" || ref.env === "NEW") ? secrets[ref.env] : ""),
    Date.now(),
  );
  if (!("url" in message)) throw new Error("nothing is posted");
  const { url, headers, body } = message;
  expect((await fetch(url, { method: "POST", headers, body })).status).toBe(204);
  expect(heard).toEqual([anAlert()]);
});

it("turns away another secret, a changed body, an old time stamp and no signature", async () => {
  expect(await post({ url: receiver.url, secret: newSecret(), id: "msg_1" }, anAlert())).toBe(401);
  const old = { "webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA" };
  expect((await fetch(receiver.url, { method: "POST", headers: old, body: "{}" })).status).toBe(401);
  expect((await fetch(receiver.url, { method: "POST", body: "{}" })).status).toBe(401);
  expect(heard).toEqual([]);
  expect(receiver.rejected()).toBe(3);
});

it("turns away a signed body that is no alert of a version it knows, and other methods", async () => {
  const future = { ...anAlert(), version: 2 } as unknown as Alert;
  expect(await post({ url: receiver.url, secret, id: "msg_1" }, future)).toBe(400);
  expect((await fetch(receiver.url)).status).toBe(405);
  expect(heard).toEqual([]);
});

it("does not read without bound", async () => {
  expect((await fetch(receiver.url, { method: "POST", body: "x".repeat(300_000) })).status).toBe(413);
});
