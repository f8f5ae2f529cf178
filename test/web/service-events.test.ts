import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serviceEventsOf } from "../../src/app/service-events.ts";
import { type Incident, incidentId } from "../../src/incident/incident.ts";
import { createOperations, type Operations } from "../../src/operate/operations.ts";
import type { Receiver } from "../../src/probe/receiver.ts";
import { kindOf, receiverKinds } from "../../src/receivers/receivers.ts";
import { systemClock } from "../../src/std/clock.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { createGate } from "../../src/web/access.ts";
import { serveWeb, type WebServer } from "../../src/web/serve.ts";
import { openStorePool } from "../setup/databases.ts";
import { claimOf, entryOf, finishOf, freshName, incidentOf, noonMs, openedFor } from "../store/samples.ts";

const ref = (name: string) => ({ env: name });
const common = { allowPrivate: false, timeoutMs: 1_000 };
const given = { ...common, timeout: "1s" };
const chat: Receiver = receiverKinds.slack.resolve(
  { ...given, url: ref("HOOK"), signingSecret: ref("SLACK") },
  { ...common, name: "chat" },
);
const pager: Receiver = receiverKinds.pagerduty.resolve(
  receiverKinds.pagerduty.schema.parse({ routingKey: ref("KEY"), webhookSecret: ref("PAGER") }),
  { ...common, name: "pager" },
);
const silent: Receiver = receiverKinds.slack.resolve({ ...given, url: ref("HOOK") }, { ...common, name: "silent" });
const secrets: Readonly<Record<string, string>> = {
  HOOK: "https://hooks.slack.com/services/T0/B0/x",
  KEY: "0123456789abcdef0123456789abcdef",
  SLACK: "slack signs with this",
  PAGER: "pagerduty signs with this",
};
const secretOf = (one: object): string => secrets[(one as { env: string }).env] ?? "";

let pool: StorePool;
let store: Store;
let operations: Operations;
let web: WebServer;
beforeAll(async () => {
  pool = await openStorePool();
  store = await openStore(pool, noonMs, 30);
  operations = createOperations({
    store,
    clock: systemClock,
    freshId: () => freshName("sil"),
    probes: [],
    enqueue: () => Promise.resolve(),
    receiversOf: () => ["pager"],
    nudge: () => {},
  });
  const health = () => ({ live: true, ready: true, reasons: [], warnings: [] });
  const serviceEvents = serviceEventsOf([chat, pager, silent], { peek: secretOf }, store.installation);
  const gate = createGate([{ name: "ann", scope: "write", token: "t".repeat(20) }], false, () => 0);
  const sources = { overview: () => store.overview(noonMs), health, api: { operations, gate }, serviceEvents };
  web = await serveWeb(sources, { host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await web.close();
  await pool.close();
});

async function openIncident(): Promise<Incident> {
  const incident = incidentOf(freshName("event"), noonMs);
  const claim = claimOf(incident.probeId, noonMs);
  await store.claim(claim);
  await store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
  return incident;
}

/** What the receiver sends about an incident, as JSON. */
function messageOf(receiver: Receiver, incident: Incident, installation = store.installation): string {
  const entry = entryOf(incident, receiver.name);
  const alert = { ...entry.alert, installation };
  const message = kindOf(receiver).render({ ...entry, alert }, receiver, secretOf, noonMs);
  return "body" in message ? message.body : expect.unreachable("nothing is posted");
}

const hmac = (secret: string, text: string): string => createHmac("sha256", secret).update(text).digest("hex");

async function post(receiver: string, body: string, headers: Record<string, string>): Promise<number> {
  return (await fetch(`${web.url}/receivers/${receiver}/events`, { method: "POST", body, headers })).status;
}

function pressButton(value: string, { agoMs = 0, secret = secrets["SLACK"] ?? "" } = {}): Promise<number> {
  const actions = [{ action_id: "plumbline-acknowledge", value }];
  const payload = JSON.stringify({ type: "block_actions", user: { id: "U1", username: "ann\u202E" }, actions });
  const body = new URLSearchParams({ payload }).toString();
  const sentAt = String(Math.floor((Date.now() - agoMs) / 1000));
  return post("chat", body, {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": sentAt,
    "x-slack-signature": `v0=${hmac(secret, `v0:${sentAt}:${body}`)}`,
  });
}

function acknowledgeInPagerDuty(key: string, agentType = "user_reference"): Promise<number> {
  const agent = { id: "P1", summary: "Bob", type: agentType };
  const event = { id: "e", event_type: "incident.acknowledged", agent, data: { id: "Q1", incident_key: key } };
  const body = JSON.stringify({ event });
  const signature = `v1=${"00".repeat(32)},v1=${hmac(secrets["PAGER"] ?? "", body)}`;
  return post("pager", body, { "content-type": "application/json", "x-pagerduty-signature": signature });
}

const after = async (incident: Incident) => (await operations.incidents.get(incidentId(incident)))?.incident;
const valueIn = (message: string): string => /"value":"([^"]+)"/.exec(message)?.[1] ?? "";
const dedupKeyIn = (message: string): string => /"dedup_key":"([^"]+)"/.exec(message)?.[1] ?? "";

test("the button in Slack acknowledges the incident in the name of who pressed it", async () => {
  const incident = await openIncident();
  expect(await pressButton(valueIn(messageOf(chat, incident)))).toBe(200);
  expect(await after(incident)).toMatchObject({ state: "acknowledged", acknowledged: { by: "ann (chat)" } });
});

test("an acknowledgement in PagerDuty counts here, and its echo of ours does not", async () => {
  const incident = await openIncident();
  const key = dedupKeyIn(messageOf(pager, incident));
  expect(await acknowledgeInPagerDuty(key, "service_reference")).toBe(200);
  expect(await after(incident)).toMatchObject({ state: "open" });
  expect(await acknowledgeInPagerDuty(key)).toBe(200);
  expect(await after(incident)).toMatchObject({ state: "acknowledged", acknowledged: { by: "Bob (pager)" } });
  expect(await acknowledgeInPagerDuty(key)).toBe(200);
});

test("what is forged, recorded long ago, or about another installation changes nothing", async () => {
  const incident = await openIncident();
  const value = valueIn(messageOf(chat, incident));
  expect(await pressButton(value, { secret: "a guess" })).toBe(401);
  expect(await pressButton(value, { agoMs: 600_000 })).toBe(401);
  expect(await post("chat", "payload=%7B%7D", {})).toBe(401);
  expect(await post("pager", "{}", { "x-pagerduty-signature": "v1=" })).toBe(401);
  expect(await pressButton(valueIn(messageOf(chat, incident, "other")))).toBe(200);
  expect(await pressButton("nonsense")).toBe(200);
  for (const name of ["silent", "nobody", "constructor"]) expect(await post(name, "{}", {})).toBe(404);
  expect(await after(incident)).toMatchObject({ state: "open" });
});

test("without a signing secret there is no button", async () => {
  expect(valueIn(messageOf(silent, incidentOf("p@eu", noonMs)))).toBe("");
});
