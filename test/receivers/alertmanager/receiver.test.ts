import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Alert, OutboxEntry } from "../../../src/notify/compose/alert.ts";
import { composeAlert } from "../../../src/notify/compose/compose.ts";
import { deliverOnce } from "../../../src/notify/deliver/deliver.ts";
import { resendOnce } from "../../../src/notify/route/resend.ts";
import type { TransitionKind } from "../../../src/incident/incident.ts";
import { findProgram } from "../../setup/binaries.ts";
import { freePort, openPlace, reachable } from "../../setup/servers.ts";
import { posterSaying, status, worldOf } from "../../notify/delivery-world.ts";
import { answer, type HttpReceiver, startReceiver } from "../../notify/http-receiver.ts";
import { entryFor, incident, transition } from "../../notify/samples.ts";
import { hostileAlert } from "../hostile.ts";
import { links, lookUp, receivers } from "../kinds.ts";
import { eventually } from "../../setup/eventually.ts";

/** Judged by the real thing: Debian's prometheus-alertmanager, asked by its own amtool. */
const place = openPlace();
let url = "";
let amtool = "";
let pager: HttpReceiver;

beforeAll(async () => {
  const binary = findProgram(["prometheus-alertmanager", "alertmanager"], "prometheus-alertmanager");
  amtool = findProgram(["amtool"], "prometheus-alertmanager");
  pager = await startReceiver(answer(200));
  const route = "route: { receiver: pager, group_by: [incident], group_wait: 0s, group_interval: 1s }";
  const file = join(place.folder, "alertmanager.yml");
  writeFileSync(
    file,
    `${route}\nreceivers: [{ name: pager, webhook_configs: [{ url: "${pager.url}", send_resolved: true }] }]\n`,
  );
  const port = await freePort();
  const flags = [`--config.file=${file}`, `--storage.path=${place.folder}/data`, "--cluster.listen-address="];
  const server = place.start(binary, [...flags, `--web.listen-address=127.0.0.1:${port}`], {});
  await reachable("prometheus-alertmanager", server, port);
  url = `http://127.0.0.1:${port}`;
  await eventually(async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200));
});

afterAll(async () => {
  await place.close();
  await pager[Symbol.asyncDispose]();
});

interface Shown {
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly generatorURL: string;
}

function active(...matchers: string[]): Shown[] {
  const flags = ["alert", "query", "--active", `--alertmanager.url=${url}`, "-o", "json", ...matchers];
  return JSON.parse(execFileSync(amtool, flags, { encoding: "utf8" })) as Shown[];
}

/** Hands an alert over by the code that hands over every alert. */
async function deliver(alert: Alert, id: string): Promise<unknown> {
  const world = worldOf([{ ...receivers.alertmanager, url, allowPrivate: true, links }], { secret: lookUp });
  const nowMs = Date.now();
  world.clock.setTo(nowMs);
  world.outbox.add({ ...entryFor("team"), id, alert, createdAtMs: nowMs });
  return (await deliverOnce(world, id))?.outcome;
}

const startedMs = Date.now() - 60_000;

function alertAt(kind: TransitionKind, severity: Alert["severity"], sequence: number): Alert {
  const over = { severity, firstBadSlotMs: startedMs, lastGoodSlotMs: startedMs - 60_000 };
  return composeAlert(incident(over), transition(kind, { atMs: Date.now(), sequence }));
}

const delivered = { kind: "delivered", status: 200 };

test("an incident's life: one alert, then a graver one in its place, then none, and the whole of it each time", async () => {
  expect(await deliver(alertAt("opened", "risky", 1), "msg_1")).toEqual(delivered);
  expect(active("incident=f00dfeed")).toMatchObject([
    {
      labels: {
        alertname: "PlumblineDrift",
        severity: "risky",
        target: "mini",
        drift_kind: "usage",
        env: "production",
      },
      annotations: {
        summary: "mini valid-request: prompt tokens 12 → 57, 2 of 3 runs",
        trace_url: "https://tempo.example.com/trace/4bf92f3577b34da6a3ce929d0e0e4736",
      },
      generatorURL: "https://tempo.example.com/trace/4bf92f3577b34da6a3ce929d0e0e4736",
    },
  ]);

  expect(await deliver(alertAt("reminded", "risky", 2), "msg_2")).toEqual(delivered);
  expect(active("incident=f00dfeed")).toHaveLength(1);

  expect(await deliver(alertAt("escalated", "breaking", 3), "msg_3")).toEqual(delivered);
  expect(active("incident=f00dfeed").map(({ labels }) => labels["severity"])).toEqual(["breaking"]);

  const before = pager.received.length;
  expect(await deliver(alertAt("resolved", "breaking", 4), "msg_4")).toEqual(delivered);
  expect(active("incident=f00dfeed")).toEqual([]);
  await eventually(() => {
    const told = pager.received.slice(before).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(told).toContainEqual(expect.objectContaining({ status: "resolved" }));
    expect(JSON.stringify(told.at(-1))).toContain("trace_url");
  });
});

test("what holds is told again, so that it survives a restart, and what is over stays over", async () => {
  const [one, other] = [alertAt("opened", "risky", 1), { ...alertAt("opened", "risky", 1), fingerprint: "beefbeef" }];
  const notified = (alert: Alert, id: string): OutboxEntry => ({ ...entryFor("team"), id, alert });
  let standing = [notified(one, "msg_a"), notified(other, "msg_b")];
  const world = {
    ...worldOf([{ ...receivers.alertmanager, url, allowPrivate: true }], { secret: lookUp }),
    lastNotified: { lastNotified: (name: string) => Promise.resolve(name === "team" ? standing : []) },
  };
  world.clock.setTo(Date.now());
  expect(await resendOnce({ ...world, receivers: new Map([["slack", receivers.slack]]) })).toBe(0);
  expect(await resendOnce(world)).toBe(2);
  expect(active("incident=beefbeef")).toHaveLength(1);
  standing = standing.map(({ alert, ...rest }) => ({
    ...rest,
    alert: { ...alert, status: "resolved", event: "resolved" },
  }));
  expect(await resendOnce(world)).toBe(2);
  expect(active("incident=~beefbeef|f00dfeed")).toEqual([]);
});

test("an alert that is refused keeps back no other; a receiver that can't be reached is asked once a round", async () => {
  const resend = async (...results: Parameters<typeof posterSaying>) => {
    const poster = posterSaying(...results);
    const entries = ["a-1", "b-1", "c-1"].map((id) => entryFor("team", id));
    const world = {
      ...worldOf([receivers.alertmanager], { poster, secret: lookUp }),
      lastNotified: { lastNotified: () => Promise.resolve(entries) },
    };
    const taken = await resendOnce(world);
    return { taken, asked: poster.posted.length, said: world.said };
  };
  expect(await resend(status(400), status(200))).toMatchObject({
    taken: 2,
    asked: 3,
    said: [{ level: "warn", fields: { receiver: "team", reason: "status 400" } }],
  });
  expect(await resend({ kind: "fault", class: "connect", detail: "ECONNREFUSED" })).toMatchObject({
    taken: 0,
    asked: 1,
  });
});

test("takes every alert there can be, whatever is in it", async () => {
  await fc.assert(
    fc.asyncProperty(hostileAlert, fc.uuid(), async (alert, id) => {
      expect(await deliver(alert, `msg_${id}`)).toEqual(delivered);
    }),
    { numRuns: 60 },
  );
});

test("an address that leads past its API is a failure that is tried again", async () => {
  const world = worldOf([{ ...receivers.alertmanager, url: `${url}/nowhere`, allowPrivate: true }], { secret: lookUp });
  world.outbox.add(entryFor("team"));
  expect(await deliverOnce(world, entryFor("team").id)).toMatchObject({
    outcome: { kind: "failed", reason: "status 404: 404 page not found" },
    nextDueAtMs: expect.any(Number) as number,
  });
});
