import { errorWords } from "../../src/notify/deliver/error-words.ts";
import { describe, expect, test } from "vitest";
import { deliverOnce } from "../../src/notify/deliver/deliver.ts";
import type { Receiver } from "../../src/probe/receiver.ts";
import { worldOf } from "../notify/delivery-world.ts";
import { startReceiver } from "../notify/http-receiver.ts";
import { alertOf, entryFor } from "../notify/samples.ts";
import { links, lookUp, receivers } from "./kinds.ts";
import { faultsIn, reply, type Service, services } from "./services.ts";

/** The receiver of a kind, whose service is at this address instead. */
function receiverAt({ kind }: Service, origin: string): Receiver {
  const given = receivers[kind];
  const url = typeof given.url === "string" ? new URL(given.url).pathname : "/hooks/x";
  return { ...given, url: `${origin}${url === "/" ? "" : url}`, allowPrivate: true, timeoutMs: 5000, links };
}

async function deliver(
  service: Service,
  origin: string,
  event: "opened" | "acknowledged" | "resolved",
  over: object = {},
) {
  const world = worldOf([{ ...receiverAt(service, origin), ...over }], { secret: lookUp });
  const entry = { ...entryFor("team"), alert: alertOf({}, event), id: `msg_${Buffer.from(event).toString("hex")}` };
  world.outbox.add(entry);
  return deliverOnce(world, entry.id);
}

describe.each(services)("$kind over HTTP", (service) => {
  test("a problem, its acknowledgement and its end are requests that the service takes", async () => {
    const faults: string[] = [];
    await using http = await startReceiver((response, request) => {
      faults.push(...faultsIn(service, request));
      reply(response, service.taken);
    });
    const origin = new URL(http.url).origin;
    for (const event of ["opened", "acknowledged", "resolved"] as const) {
      const attempt = await deliver(service, origin, event);
      expect(attempt?.outcome).toEqual({ kind: "delivered", status: service.taken[0] });
    }
    expect(faults).toEqual([]);
    expect(http.received).toHaveLength(3);
  });

  test("what it documents as an error is not taken for delivered", async () => {
    const answers = [
      service.refused,
      [429, '{"message":"slow down"}'],
      [service.taken[0], service.refused[1]],
    ] as const;
    await using http = await startReceiver((response, _request, ordinal) =>
      reply(response, answers[ordinal - 1] ?? service.taken, ordinal === 2 ? { "retry-after": "30" } : {}),
    );
    const origin = new URL(http.url).origin;
    expect((await deliver(service, origin, "opened"))?.outcome).toEqual({
      kind: "refused",
      reason: `status ${service.refused[0]}: ${errorWords(service.refused[1])}`,
    });
    expect((await deliver(service, origin, "opened"))?.outcome).toMatchObject({ kind: "failed", retryAfterMs: 30_000 });
    expect((await deliver(service, origin, "opened"))?.outcome).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("the answer is an error") as string,
    });
  });
});

test("Pushover: a phone that rings until somebody confirms is quiet when somebody has it in hand, or it is over", async () => {
  const service = services.find(({ kind }) => kind === "pushover");
  if (service === undefined) throw new Error("no such service");
  let isAway = false;
  await using http = await startReceiver((response, { path }) => {
    if (isAway && path.includes("cancel")) response.destroy();
    else reply(response, path.includes("cancel") ? [404, '{"status":0,"errors":["no such tag"]}'] : service.taken);
  });
  const origin = new URL(http.url).origin;
  const ringing = { severities: { breaking: 2, risky: 2, informative: -1 } };
  for (const event of ["opened", "acknowledged", "resolved"] as const) await deliver(service, origin, event, ringing);
  const tag = new URLSearchParams(http.received[0]?.body).get("tags");
  const message = "/1/messages.json";
  const cancel = `/1/receipts/cancel_by_tag/${tag}.json`;
  expect(http.received.map(({ path }) => path)).toEqual([message, cancel, message, cancel, message]);

  isAway = true;
  expect((await deliver(service, origin, "resolved", ringing))?.outcome).toMatchObject({ kind: "failed" });
  expect(http.received.map(({ path }) => path).slice(5)).toEqual([cancel]);
});

test("Opsgenie: created, acknowledged and closed by the same alias", async () => {
  const service = services.find(({ kind }) => kind === "opsgenie");
  if (service === undefined) throw new Error("no such service");
  await using http = await startReceiver((response) => reply(response, service.taken));
  const origin = new URL(http.url).origin;
  for (const event of ["opened", "acknowledged", "resolved"] as const) await deliver(service, origin, event);
  const [created, ...later] = http.received;
  expect(JSON.parse(created?.body ?? "")).toMatchObject({ alias: "f00dfeed-1", priority: "P3" });
  expect(later.map(({ path }) => path)).toEqual([
    "/v2/alerts/f00dfeed-1/acknowledge?identifierType=alias",
    "/v2/alerts/f00dfeed-1/close?identifierType=alias",
  ]);
});

test("Matrix: a second attempt has the transaction of the first", async () => {
  const service = services.find(({ kind }) => kind === "matrix");
  if (service === undefined) throw new Error("no such service");
  await using http = await startReceiver((response) => reply(response, service.taken));
  const origin = new URL(http.url).origin;
  await deliver(service, origin, "opened");
  await deliver(service, origin, "opened");
  await deliver(service, origin, "resolved");
  const paths = http.received.map(({ path }) => path);
  expect(paths[0]).toBe(paths[1]);
  expect(paths[2]).not.toBe(paths[0]);
});
