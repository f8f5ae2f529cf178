import { afterAll, beforeAll, expect, test } from "vitest";
import { createExchanger } from "../../src/exchange/exchanger.ts";
import { createLoopGauge } from "../../src/exchange/loop-gauge.ts";
import { createUndiciAttempts } from "../../src/exchange/undici-attempt.ts";
import type { Probe } from "../../src/probe/probe.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { systemClock } from "../../src/std/clock.ts";
import { seededRandom } from "../../src/std/seeded-random.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { policy } from "../exchange/policy.ts";
import { probe as sample } from "../probe/samples.ts";
import { openWordModels } from "../scenario/word-models.ts";
import { openStorePool } from "../setup/databases.ts";
import { quietWorld } from "./quiet-world.ts";

const hourMs = 3_600_000;
const key = "sk-canary-same-as-0123456789";
const models = new Map<number, number>();
const closing = new AsyncDisposableStack();
const attempts = closing.adopt(
  createUndiciAttempts({ clock: systemClock, loop: createLoopGauge(systemClock), userAgent: "test" }),
  (it) => it.close(),
);
let nowMs = Date.UTC(2026, 10, 2);
let pool: StorePool;
let store: Store;
let url: string;
beforeAll(async () => {
  pool = closing.adopt(await openStorePool(), (it) => it.close());
  store = await openStore(pool, nowMs, 30);
  const server = closing.adopt(await openWordModels(models), (it) => it.close());
  url = server.url;
});
afterAll(() => closing.disposeAsync());

test("a target that stops answering like its reference is one incident that names both, and ends by itself", async () => {
  const price = { inputPerMillion: 1_000_000, outputPerMillion: 1_000_000 };
  const plain = { ...sample.target, key: { env: "KEY" }, policy, spendCaps: [], price };
  const official = { ...plain, name: "official", baseUrl: `${url}/0/v1` };
  const target = { ...plain, name: "reseller", baseUrl: `${url}/1/v1`, sameAs: official };
  const drift = { ...sample.judge.drift, falsePageEveryMs: 180 * 24 * hourMs };
  const probe: Probe = {
    ...sample,
    id: "pair@eu",
    name: "pair",
    target,
    scenario: { kind: "built-in", name: "same-as" },
    cadence: { kind: "every", everyMs: hourMs },
    judge: { ...sample.judge, drift },
  };
  const exchanger = createExchanger({
    attempt: attempts.attempt,
    clock: systemClock,
    random: () => 0.5,
    sleep: async () => {},
  });
  const world = quietWorld(() => nowMs, { exchanger, runs: store, random: seededRandom(8), secret: () => key });
  const run = () => {
    nowMs += hourMs;
    return runProbe(world, probe, nowMs);
  };
  const open = async () => (await store.overview(nowMs)).incidents;
  const until = async (isSo: () => Promise<boolean>, most: number): Promise<void> => {
    for (let runs = 0; runs < most; runs += 1) {
      await run();
      if (await isSo()) return;
    }
    throw new Error(`not within ${most} runs`);
  };

  // Both are model 0 at first.
  models.set(1, 0);
  for (let quiet = 0; quiet < 20; quiet += 1) expect((await run()).findings).toEqual([]);
  models.set(1, 5);
  await until(async () => (await open()).length > 0, 80);
  const [incident] = await open();
  expect(incident).toMatchObject({ kind: "output", state: "open", severity: "risky", target: "reseller" });
  expect(incident?.findings[0]?.why).toContain("replies name m-5, and m-0 at official: an update may have");
  const alerts = (await store.due(nowMs, 100)).map(({ entry }) => entry.alert);
  expect(alerts[0]?.summary).toMatch(/^reseller same-as: answers beside official alike → different/);
  expect(alerts[0]?.nextStep).toContain("Ask both providers which version");

  const { rows } = await pool.pool.query(
    "SELECT target, count(*)::int AS n FROM plumbline.ledger GROUP BY 1 ORDER BY 1",
    [],
  );
  const [one, other] = rows as { target: string; n: number }[];
  expect([one?.target, other?.target, one?.n]).toEqual(["official", "reseller", other?.n]);
  const stored = JSON.stringify(await store.series());
  expect(stored).toContain("number/en");
  for (const secret of [key, "at random", "one word"]) expect(stored).not.toContain(secret);

  models.set(0, 5);
  await until(async () => (await open()).length === 0, 200);
});

test("a reference that is away is neither the target's outage nor a difference", async () => {
  const official = { ...sample.target, name: "official", baseUrl: `${url}/none/v1`, policy };
  const target = { ...sample.target, baseUrl: `${url}/1/v1`, policy, spendCaps: [], sameAs: official };
  const scenario = { kind: "built-in", name: "same-as" } as const;
  const probe: Probe = { ...sample, id: "away@eu", target, scenario };
  const exchanger = createExchanger({
    attempt: attempts.attempt,
    clock: systemClock,
    random: () => 0.5,
    sleep: async () => {},
  });
  const world = quietWorld(() => nowMs, { exchanger, runs: store, random: seededRandom(3), secret: () => key });
  for (let runs = 0; runs < 4; runs += 1) {
    nowMs += hourMs;
    const { findings, unjudged } = await runProbe(world, probe, nowMs);
    expect(findings).toEqual([]);
    expect(unjudged).toEqual(["answers beside the reference: no answer of both to compare"]);
  }
});
