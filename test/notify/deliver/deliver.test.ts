import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { horizonMs } from "../../../src/notify/deliver/backoff.ts";
import { deliverOnce } from "../../../src/notify/deliver/deliver.ts";
import { posterSaying, status, worldOf } from "../delivery-world.ts";
import { answer, startReceiver } from "../http-receiver.ts";
import { atMs, entryFor, receiver, secrets } from "../samples.ts";

describe("over a real connection", () => {
  test("delivered once: the receiver has a message that verifies, the entry is ended, nothing is sent again", async () => {
    await using http = await startReceiver(answer(200));
    const world = worldOf([receiver({ url: http.url })]);
    const entry = entryFor();
    world.outbox.add(entry);
    world.clock.setTo(Date.now());
    expect(await deliverOnce(world, entry.id)).toMatchObject({
      outboxId: entry.id,
      receiver: "pager",
      ordinal: 1,
      outcome: { kind: "delivered", status: 200 },
      nextDueAtMs: undefined,
    });
    expect(await deliverOnce(world, entry.id)).toBeUndefined();
    expect(http.received).toHaveLength(1);
    const [message] = http.received;
    const verified = new Webhook(secrets["NEW_SECRET"] ?? "").verify(
      message?.body ?? "",
      message?.headers as Record<string, string>,
    );
    expect(verified).toMatchObject({
      type: "plumbline.incident.opened",
      data: { summary: entry.alert.summary },
    });
  });

  test("every attempt has the same id and a signature of its own time", async () => {
    await using http = await startReceiver((response, _one, ordinal) =>
      response.writeHead(ordinal < 3 ? 503 : 204).end(),
    );
    const world = worldOf([receiver({ url: http.url })]);
    const entry = entryFor();
    world.outbox.add(entry);
    for (let attempt = await deliverOnce(world, entry.id); attempt?.nextDueAtMs !== undefined;) {
      world.clock.setTo(attempt.nextDueAtMs);
      attempt = await deliverOnce(world, entry.id);
    }
    const headers = http.received.map((one) => one.headers);
    expect(new Set(headers.map((one) => one["webhook-id"]))).toEqual(new Set([entry.id]));
    const times = headers.map((one) => Number(one["webhook-timestamp"]) * 1000 - atMs);
    expect(times).toEqual([0, 2000, 17_000]);
    expect(new Set(headers.map((one) => one["webhook-signature"])).size).toBe(3);
    expect(world.outbox.recorded.map(({ outcome }) => outcome.kind)).toEqual(["failed", "failed", "delivered"]);
  });

  test("a process that dies between sending and recording: the same message twice, and nothing else", async () => {
    await using http = await startReceiver(answer(200));
    const world = worldOf([receiver({ url: http.url })]);
    const entry = entryFor();
    world.outbox.add(entry);
    world.outbox.failNextRecord = true;
    await expect(deliverOnce(world, entry.id)).rejects.toThrow("the store is gone");
    expect(await deliverOnce(world, entry.id)).toBeUndefined();
    expect(http.received).toHaveLength(1);

    world.clock.advance(5_000 + 15_000);
    expect(await deliverOnce(world, entry.id)).toMatchObject({
      ordinal: 1,
      outcome: { kind: "delivered" },
    });
    expect(await deliverOnce(world, entry.id)).toBeUndefined();
    expect(http.received.map((one) => one.headers["webhook-id"])).toEqual([entry.id, entry.id]);
    expect(http.received[0]?.body).toBe(http.received[1]?.body);
  });

  test("a redirect is a failure, and nobody connects to where it points", async () => {
    await using elsewhere = await startReceiver(answer(200));
    await using http = await startReceiver(answer(301, { location: elsewhere.url }));
    const world = worldOf([receiver({ url: http.url })]);
    world.outbox.add(entryFor());
    expect(await deliverOnce(world, entryFor().id)).toMatchObject({
      outcome: { kind: "failed", reason: "status 301: redirects are not followed" },
      nextDueAtMs: expect.any(Number),
    });
    expect(elsewhere.connections()).toBe(0);
  });

  test("a receiver that hangs fails by its own deadline", async () => {
    await using http = await startReceiver(() => {});
    const world = worldOf([receiver({ url: http.url, timeoutMs: 150 })]);
    world.outbox.add(entryFor());
    expect((await deliverOnce(world, entryFor().id))?.outcome).toEqual({
      kind: "failed",
      reason: "timeout",
    });
  });
});

describe("when to try again", () => {
  test.each([
    ["seconds", "120", 120_000],
    ["a date", new Date(atMs + 90_000).toUTCString(), 90_000],
    ["less than the schedule", "1", 2_500],
    ["nonsense", "tomorrow", 2_500],
  ])("429 with Retry-After in %s", async (_what, retryAfter, waitMs) => {
    const world = worldOf([receiver()], {
      poster: posterSaying(status(429, retryAfter), status(200)),
    });
    world.outbox.add(entryFor());
    expect(await deliverOnce(world, entryFor().id)).toMatchObject({ nextDueAtMs: atMs + waitMs });
    world.clock.advance(waitMs - 1);
    expect(await deliverOnce(world, entryFor().id)).toBeUndefined();
    world.clock.advance(1);
    expect(await deliverOnce(world, entryFor().id)).toMatchObject({
      ordinal: 2,
      outcome: { kind: "delivered" },
    });
  });

  test("a dead receiver is tried for a day, then given up and said so", async () => {
    const poster = posterSaying({ kind: "fault", class: "connect", detail: "connection refused (192.0.2.7:443)" });
    const world = worldOf([receiver()], { poster });
    world.outbox.add(entryFor());
    let last = await deliverOnce(world, entryFor().id);
    while (last?.nextDueAtMs !== undefined) {
      world.clock.setTo(last.nextDueAtMs);
      last = await deliverOnce(world, entryFor().id);
    }
    expect(world.clock.nowMs()).toBe(atMs + horizonMs);
    expect(last).toMatchObject({ outcome: { kind: "failed", reason: "connection refused (192.0.2.7:443)" } });
    expect(poster.posted.length).toBeGreaterThan(40);
    expect(world.said.at(-1)).toMatchObject({ level: "error", message: "delivery given up" });
    expect(await deliverOnce(world, entryFor().id)).toBeUndefined();
  });

  test("an alert that waited for more than a day because nobody ran is still tried once", async () => {
    const world = worldOf([receiver()], { poster: posterSaying(status(200)) });
    world.outbox.add(entryFor());
    world.clock.advance(3 * horizonMs);
    expect(await deliverOnce(world, entryFor().id)).toMatchObject({
      outcome: { kind: "delivered" },
    });
  });
});

describe("what ends an entry", () => {
  test("410: the receiver is disabled, said so, and gets nothing more; others do", async () => {
    const poster = posterSaying(status(410), status(200));
    const world = worldOf([receiver(), receiver({ name: "archive" })], { poster });
    const entries = [entryFor("pager", "a-1"), entryFor("pager", "b-1"), entryFor("archive", "a-1")] as const;
    for (const entry of entries) world.outbox.add(entry);
    expect(await deliverOnce(world, entries[0].id)).toMatchObject({
      outcome: { kind: "gone" },
      nextDueAtMs: undefined,
    });
    expect(world.said).toMatchObject([
      {
        level: "error",
        message: expect.stringMatching(/^receiver disabled/),
        fields: { receiver: "pager" },
      },
    ]);
    expect(await deliverOnce(world, entries[1].id)).toMatchObject({
      outcome: { kind: "refused", reason: "the receiver is disabled because it answered 410 Gone" },
      nextDueAtMs: undefined,
    });
    expect(poster.posted).toHaveLength(1);
    expect(await deliverOnce(world, entries[2].id)).toMatchObject({
      outcome: { kind: "delivered" },
    });
  });

  test("a disabled receiver is asked again when its configuration has changed", async () => {
    const poster = posterSaying(status(410), status(200));
    const world = worldOf([receiver()], { poster });
    for (const incidentId of ["a-1", "b-1", "c-1"]) world.outbox.add(entryFor("pager", incidentId));
    await deliverOnce(world, entryFor("pager", "a-1").id);
    const again = { ...world, receivers: new Map([["pager", receiver()]]) };
    expect(await deliverOnce(again, entryFor("pager", "b-1").id)).toMatchObject({ outcome: { kind: "refused" } });
    const moved = { ...world, receivers: new Map([["pager", receiver({ url: "https://hooks.example.com/new" })]]) };
    expect(await deliverOnce(moved, entryFor("pager", "c-1").id)).toMatchObject({ outcome: { kind: "delivered" } });
  });

  test("a receiver that left the configuration", async () => {
    const world = worldOf([receiver({ name: "another" })]);
    world.outbox.add(entryFor());
    expect(await deliverOnce(world, entryFor().id)).toMatchObject({
      outcome: { kind: "failed", reason: "the receiver was removed from the configuration" },
      nextDueAtMs: undefined,
    });
  });

  test.each([
    ["forbidden-address", "10.0.0.1", "the receiver must not use the address 10.0.0.1"],
    ["https-required", undefined, /must be https/],
    ["bad-url", undefined, /not an http or https URL/],
  ] as const)("an address that is never allowed: %s", async (faultClass, detail, reason) => {
    const poster = posterSaying({
      kind: "fault",
      class: faultClass,
      ...(detail === undefined ? {} : { detail }),
    });
    const world = worldOf([receiver()], { poster });
    world.outbox.add(entryFor());
    expect(await deliverOnce(world, entryFor().id)).toMatchObject({
      outcome: {
        kind: "refused",
        reason: typeof reason === "string" ? reason : expect.stringMatching(reason),
      },
      nextDueAtMs: undefined,
    });
  });

  test("a forbidden answer of DNS is retried within the horizon: the next answer may be another", async () => {
    const answers = [{ kind: "fault", class: "forbidden-answer", detail: "10.0.0.1" }, status(200)] as const;
    let asked = 0;
    const world = worldOf([receiver()], { poster: { post: async () => answers[asked++] ?? status(200) } });
    world.outbox.add(entryFor());
    const first = await deliverOnce(world, entryFor().id);
    expect(first).toMatchObject({
      outcome: {
        kind: "failed",
        reason: "DNS resolves the host to 10.0.0.1, an address that receivers must not use",
      },
      nextDueAtMs: expect.any(Number),
    });
  });

  test("a secret that is none, without printing it", async () => {
    const poster = posterSaying(status(200));
    const world = worldOf([receiver()], { poster, secret: () => "correct-horse-battery-staple" });
    world.outbox.add(entryFor());
    const attempt = await deliverOnce(world, entryFor().id);
    expect(attempt).toMatchObject({ outcome: { kind: "refused" }, nextDueAtMs: undefined });
    expect(poster.posted).toEqual([]);
    expect(JSON.stringify([attempt, world.said])).not.toContain("correct-horse");
  });
});

test("a secret that can't be read just now is tried again", async () => {
  let readable = false;
  const world = worldOf([receiver()], {
    poster: posterSaying(status(200)),
    secret: () => {
      if (!readable) throw new Error("ENOENT: /run/secrets/hook");
      return secrets["NEW_SECRET"] ?? "";
    },
  });
  world.outbox.add(entryFor());
  const attempt = await deliverOnce(world, entryFor().id);
  expect(attempt).toMatchObject({
    outcome: { kind: "failed", reason: "a secret of the receiver can't be read" },
    nextDueAtMs: expect.any(Number),
  });
  readable = true;
  world.clock.setTo(attempt?.nextDueAtMs ?? 0);
  expect(await deliverOnce(world, entryFor().id)).toMatchObject({ outcome: { kind: "delivered" } });
});

test("two that try at once send once", async () => {
  const poster = posterSaying(status(200));
  const world = worldOf([receiver()], { poster });
  world.outbox.add(entryFor());
  const attempts = await Promise.all([deliverOnce(world, entryFor().id), deliverOnce(world, entryFor().id)]);
  expect(attempts.filter((attempt) => attempt !== undefined)).toHaveLength(1);
  expect(poster.posted).toHaveLength(1);
});

test("neither URL nor signature reaches the log", async () => {
  const url = "https://hooks.example.com/T0/B0/token-in-the-path";
  const poster = posterSaying({ kind: "fault", class: "tls", detail: "certificate expired" });
  const world = worldOf([receiver({ url })], { poster });
  world.outbox.add(entryFor());
  await deliverOnce(world, entryFor().id);
  expect(poster.posted[0]?.url).toBe(url);
  expect(world.said).toMatchObject([{ level: "warn", fields: { reason: "certificate expired" } }]);
  expect(JSON.stringify([world.said, world.outbox.recorded])).not.toMatch(/token-in-the-path|v1,|whsec_/);
});
