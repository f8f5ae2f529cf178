import { TracerProvider } from "@opentelemetry/sdk-trace";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { deliverOnce } from "../../src/notify/deliver/deliver.ts";
import { createEffects } from "../../src/app/effects.ts";
import type { Io } from "../../src/cli/io.ts";
import { runCli } from "../../src/cli/program.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { createOperations } from "../../src/operate/operations.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { sendDigest } from "../../src/upkeep/send-digest.ts";
import type { World } from "../../src/run/world.ts";
import { silentLog } from "../../src/std/log.ts";
import { createRedactor } from "../../src/std/redact.ts";
import { openStorePool } from "../setup/databases.ts";
import { openStore } from "../../src/store/store.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import { createGate } from "../../src/web/access.ts";
import { serveWeb } from "../../src/web/serve.ts";
import { worldOf } from "../notify/delivery-world.ts";
import { answer, startReceiver } from "../notify/http-receiver.ts";
import { receiver } from "../notify/samples.ts";
import { probe as sample } from "../probe/samples.ts";
import { noonMs } from "../store/samples.ts";
import { completion, fakeExchanger, ok } from "../run/fake-exchanger.ts";

const minuteMs = 60_000;
const [key, prompt, said] = ["canaryKEY.3f9a1c77d2", "canary prompt: the eagle lands", "canary completion: at dawn"];

const drift = { falsePageEveryMs: 180 * 86_400_000, samples: 40, pageAfterMs: 1, fullAfterMs: 1 } as const;
const ask = { messages: [{ role: "user", content: prompt }], maxTokens: 5, stream: false, extra: {} };
const scenario = { kind: "custom", name: "asked", ask, expectations: [{ kind: "status", oneOf: [200] }] } as const;
const probes = ["eu", "us"].map((location): Probe => ({
  ...sample,
  id: `valid@${location}`,
  location,
  scenario,
  target: { ...sample.target, key: { env: "KEY" } },
  receivers: ["pager"],
  judge: { ...sample.judge, latencyFloorRatio: 1, drift },
}));

test("replies that become faster page nobody: the digest tells of them, once, and holds nothing that was said", async () => {
  const pool = await openStorePool();
  const store = await openStore(pool, noonMs, 30);
  await using http = await startReceiver(answer(200));
  const random = seededRandom(3);
  const speed = new Map<string, number>();
  let nowMs = noonMs - 150 * minuteMs;
  let asked = "";
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
  const world: World = {
    clock,
    random,
    exchanger: fakeExchanger(
      () => ok(completion({ model: key, choices: [{ message: { role: "assistant", content: `${said} ${key}` } }] })),
      () => 400 * Math.exp(0.1 * (random() + random() - 1)) * (speed.get(asked) ?? 1),
    ),
    runs: store,
    secret: () => key,
    redact: createRedactor([key]),
    log: silentLog,
    tracer: new TracerProvider().getTracer("test"),
  };
  const minutes = async (count: number): Promise<void> => {
    for (const endMs = nowMs + count * minuteMs; nowMs < endMs; nowMs += minuteMs) {
      for (const one of probes) {
        asked = one.id;
        await runProbe(world, one, nowMs);
      }
    }
  };
  const alerting = { ...plainAlerting, digest: { atMinute: 12 * 60, tz: "UTC", receivers: ["pager"] } };
  const look = (): Promise<boolean> => sendDigest({ store, probes, alerting }, nowMs);
  const due = async (): Promise<readonly string[]> => (await store.due(nowMs, 99)).map(({ entry }) => entry.id);

  await minutes(100);
  expect(await look()).toBe(true);
  speed.set(probes[1]!.id, 0.8);
  await minutes(51);
  expect(await due()).toEqual([]);
  expect(await look()).toBe(true);

  const ids = await due();
  expect(ids).toHaveLength(1);
  const delivery = { ...worldOf([receiver({ url: http.url })]), outbox: store, clock };
  expect(await deliverOnce(delivery, ids[0]!)).toMatchObject({ outcome: { kind: "delivered", status: 200 } });
  const { what, before, after } = { what: "mini asked from us: total time", before: "398 ms", after: "319 ms (×0.80" };
  expect(JSON.parse(http.received[0]?.body ?? "")).toMatchObject({
    type: "plumbline.digest",
    data: {
      // Three runs that go far show it: an incident that only informs is a note.
      summary: "daily digest: 1 note",
      changes: [{ what, before, after: expect.stringContaining(after) }],
    },
  });

  const operations = createOperations({
    store,
    clock,
    freshId: () => "none",
    probes,
    enqueue: () => Promise.resolve(),
    receiversOf: () => [],
    nudge: () => {},
  });
  const health = () => ({ live: true, ready: true, reasons: [], warnings: [] });
  const api = { operations, gate: createGate([], true, () => 0) };
  const web = await serveWeb({ overview: () => store.overview(nowMs), health, api }, { host: "127.0.0.1", port: 0 });
  const plumbline = async (...words: string[]) => {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const io = { stdout, stderr, env: {}, onSignal: () => {} } as unknown as Io;
    const code = await runCli([...words, "--url", web.url], io, createEffects(io));
    return { code, stdout: String(stdout.read() ?? ""), stderr: String(stderr.read() ?? "") };
  };
  const last = await plumbline("digest", "--last");
  expect(last).toMatchObject({ code: 0, stderr: "" });
  expect(last.stdout).toMatch(
    /^1 note\nsince .*Z, as of .*Z\n\n.*:\n {2}mini asked from us: total time \(valid@us\): /,
  );
  expect(last.stdout).toMatch(/\n\n0 pages in .* for \d+ series; at most 0\.0 false pages expected\n$/);

  await minutes(5);
  expect((await plumbline("digest")).stdout).toMatch(
    /^1 note\nsince .*\n\nnoted:\n {2}mini asked from us: total time /,
  );
  nowMs += 86_400_000;
  expect([await look(), await due()]).toEqual([true, []]);
  const asJson = await plumbline("digest", "--json");
  expect(JSON.parse(asJson.stdout)).toMatchObject({ schema: 1, data: { moved: [], judged: expect.any(Number) } });

  const { rows } = await pool.pool.query(
    "SELECT body::text FROM plumbline.digests UNION SELECT alert::text FROM plumbline.outbox",
    [],
  );
  const sinks = { rows: JSON.stringify(rows), body: http.received[0]?.body ?? "", text: last.stdout + asJson.stdout };
  for (const [sink, text] of Object.entries(sinks)) {
    for (const secret of [key, prompt, said]) expect(text.includes(secret), `${secret} in ${sink}`).toBe(false);
  }
  await web.close();
  await pool.close();
});
