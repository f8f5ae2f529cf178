import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SpendCap } from "../../src/probe/target.ts";
import { windowOf } from "../../src/judgement/spend/budget.ts";
import type { ClaimRequest, Spent } from "../../src/run/run.ts";
import { silentLog } from "../../src/std/log.ts";
import { openMemoryPool } from "../setup/pglite-stores.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openPostgresPool } from "../../src/store/pools/postgres.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { freshDatabase } from "../setup/databases.ts";
import { type Amounts, Truth, type Unit, units } from "./caps-world.ts";
import { claimOf, finishOf, freshName, nothingNew } from "./samples.ts";

const [secondMs, hourMs, dayMs] = [1000, 3_600_000, 86_400_000];
/** Two seconds before a month, a day and an hour end. */
const startMs = Date.UTC(2026, 1, 1) - 2 * secondMs;
const targets = ["a", "b", "c"] as const;
const shares = { "key/env:ONE": ["a", "b"], "key/env:TWO": ["c"] } as const;
const scopes = ["target/a", "target/b", "target/c", "key/env:ONE", "key/env:TWO", "all"] as const;

const limitOf = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: undefined, freq: 2 });
const capsArbitrary = fc.uniqueArray(
  fc
    .record({
      scope: fc.constantFrom(...scopes),
      span: fc.constantFrom("hour", "day", "month"),
      microUsd: limitOf(6000),
      tokens: limitOf(1200),
      requests: limitOf(60),
    })
    .map(({ scope, ...cap }): SpendCap => {
      const sharing = scope === "key/env:ONE" || scope === "key/env:TWO" ? { targets: shares[scope] } : {};
      return { scope, ...cap, ...sharing };
    }),
  { minLength: 1, maxLength: 8, selector: ({ scope, span }) => `${scope} ${span}` },
);

/** What becomes of a run that was granted. */
const fates = ["settled", "settled twice", "killed", "commit fails", "lost", "later"] as const;
const workerArbitrary = fc.record({
  target: fc.constantFrom(...targets),
  microUsd: fc.integer({ min: 0, max: 500 }),
  tokens: fc.integer({ min: 0, max: 100 }),
  requests: fc.integer({ min: 0, max: 4 }),
  fate: fc.constantFrom(...fates),
  used: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
  unknown: fc.constantFrom("nothing", "tokens", "money", "both"),
  isAskedTwice: fc.boolean(),
  isReversed: fc.boolean(),
  /** How wrong its clock is. */
  skewMs: fc.constantFrom(0, 0, 0, -3 * secondMs, 3 * secondMs),
});
type Worker = typeof workerArbitrary extends fc.Arbitrary<infer T> ? T : never;
const wavesArbitrary = fc.array(
  fc.record({
    stepMs: fc.constantFrom(3 * secondMs, 3 * secondMs, hourMs, dayMs),
    workers: fc.array(workerArbitrary, { minLength: 1, maxLength: 50, size: "max" }),
  }),
  { minLength: 2, maxLength: 5 },
);

capsHold("PGlite", 4, async () => ({ pools: [await openMemoryPool()], drop: () => Promise.resolve() }));
capsHold("PostgreSQL, fifty sessions", 15, async () => {
  const { url, drop } = await freshDatabase();
  return { pools: await Promise.all(Array.from({ length: 5 }, () => openPostgresPool(url, silentLog))), drop };
});

function capsHold(
  engine: string,
  numRuns: number,
  open: () => Promise<{ readonly pools: readonly StorePool[]; drop(): Promise<void> }>,
): void {
  describe(`caps on ${engine}`, () => {
    let pools: readonly StorePool[];
    let drop: () => Promise<void>;
    let stores: readonly Store[];
    const query = async (text: string): Promise<Record<string, unknown>[]> => (await pools[0]!.pool.query(text)).rows;
    beforeAll(async () => {
      ({ pools, drop } = await open());
      stores = [];
      for (const pool of pools) stores = [...stores, await openStore(pool, startMs, 30)];
    });
    afterAll(async () => {
      for (const pool of pools) await pool.close();
      await drop();
    });
    const clear = (): Promise<unknown> =>
      query("TRUNCATE plumbline.runs, plumbline.spend, plumbline.spend_hours, plumbline.budgets");
    beforeEach(clear);

    test("I9: no interleaving of fifty workers passes a cap, whoever dies when, nor is room lost to those who live", async () => {
      await fc.assert(
        fc.asyncProperty(capsArbitrary, wavesArbitrary, async (caps, waves) => {
          await clear();
          const truth = new Truth(caps);
          let atMs = startMs;
          let later: (() => Promise<void>)[] = [];
          for (const { stepMs, workers } of waves) {
            const held: (() => Promise<void>)[] = [];
            const times = [atMs - 3 * secondMs, atMs, atMs + 3 * secondMs];
            for (const time of times) await begin(stores[0]!, truth, time);
            const work = workers.map((worker, n) => live(stores[n % stores.length]!, truth, worker, atMs, held));
            await Promise.all([...work, ...later.map((settle) => settle())]);
            later = held;
            for (const time of times) expect(truth.passed(time)).toEqual([]);
            await stores[0]!.sweepInterrupted(atMs + 5 * secondMs);
            for (const time of times) await agree(truth, time);
            for (const target of targets) await fillUp(stores[0]!, truth, target, atMs);
            for (const time of times) await agree(truth, time);
            atMs += stepMs;
          }
        }),
        { numRuns, endOnFailure: true },
      );
    });

    test("I9: caps that are set while fifty workers are at it count what was used before, and what is under way", async () => {
      const workers = fc.array(workerArbitrary, { minLength: 1, maxLength: 50, size: "max" });
      await fc.assert(
        fc.asyncProperty(capsArbitrary, workers, workers, async (caps, before, after) => {
          await clear();
          const truth = new Truth([]);
          const held: (() => Promise<void>)[] = [];
          const storeOf = (n: number): Store => stores[n % stores.length]!;
          const atMs = startMs - 10 * secondMs;
          await Promise.all(before.map((worker, n) => live(storeOf(n), truth, worker, atMs, held)));
          truth.caps = caps;
          const usedBefore = caps.map((cap) => truth.usedBy(cap, atMs));
          const asked = after.map(({ target, microUsd, tokens, requests }) =>
            requestFor(target, { microUsd, tokens, requests }, truth.capsOf(target), atMs),
          );
          const answers = await Promise.all(asked.map((wanted, n) => storeOf(n).claim(wanted)));
          for (const [n, { kind }] of answers.entries()) if (kind === "claimed") truth.granted(asked[n]!);
          for (const [n, cap] of caps.entries()) {
            const used = truth.usedBy(cap, atMs);
            for (const unit of units) {
              const most = Math.max(cap[unit] ?? Number.POSITIVE_INFINITY, usedBefore[n]![unit]);
              expect(used[unit]).toBeLessThanOrEqual(most);
            }
          }
          await agree(truth, atMs, (cap) => asked.some(({ reserve }) => reserve.caps.includes(cap)));
        }),
        { numRuns, endOnFailure: true },
      );
    });

    test("a cap of everything that is set in the middle of a day begins with what all targets have used", async () => {
      for (const target of targets)
        await claim(stores[0]!, target, { microUsd: 7, tokens: 100, requests: 1 }, [], startMs);
      const cap: SpendCap = { scope: "all", span: "month", tokens: 399 };
      expect(await claim(stores[0]!, "a", { microUsd: 0, tokens: 100, requests: 1 }, [cap], startMs)).toBe("skipped");
      expect(await claim(stores[0]!, "a", { microUsd: 0, tokens: 99, requests: 1 }, [cap], startMs)).toBe("claimed");
    });

    test("the counter of a month outlives the shortest retention until the month is over", async () => {
      const cap: SpendCap = { scope: "all", span: "month", tokens: 100 };
      const firstMs = Date.UTC(2026, 0, 1);
      expect(await claim(stores[0]!, "a", { microUsd: 0, tokens: 100, requests: 1 }, [cap], firstMs)).toBe("claimed");
      const counters = () => query("SELECT tokens::int FROM plumbline.budgets");
      await stores[0]!.retain(startMs, 1);
      expect(await counters()).toEqual([{ tokens: 100 }]);
      await stores[0]!.retain(startMs + 40 * dayMs, 1);
      expect(await counters()).toEqual([]);
    });

    /** Counters and ledger say what was sent, to the last millionth: neither more nor less. */
    async function agree(truth: Truth, atMs: number, isCounted = (_cap: SpendCap): boolean => true): Promise<void> {
      const counters = await query(
        'SELECT scope, span, starts, micro_usd::int AS "microUsd", tokens::int, requests::int FROM plumbline.budgets',
      );
      for (const cap of truth.caps.filter(isCounted)) {
        const { startMs: starts } = windowOf(cap.span, atMs);
        const counter = counters.find(
          (it) => it["scope"] === cap.scope && it["span"] === cap.span && (it["starts"] as Date).getTime() === starts,
        );
        const { microUsd = 0, tokens = 0, requests = 0 } = counter ?? {};
        expect({ cap, microUsd, tokens, requests }).toEqual({ cap, ...truth.usedBy(cap, atMs) });
      }
      const ledger = await query(
        'SELECT target, sum(micro_usd)::int AS "microUsd", sum(tokens)::int AS tokens, sum(requests)::int AS requests FROM plumbline.spend GROUP BY target',
      );
      for (const target of targets) {
        const { microUsd = 0, tokens = 0, requests = 0 } = ledger.find((it) => it["target"] === target) ?? {};
        expect({ microUsd, tokens, requests }).toEqual(truth.usedByTarget(target));
      }
    }
  });
}

/** Runs that use nothing are always granted; they begin the counters of that time. */
async function begin(store: Store, truth: Truth, atMs: number): Promise<void> {
  const nothing: Amounts = { microUsd: 0, tokens: 0, requests: 0 };
  for (const target of targets) {
    expect(await claim(store, target, nothing, truth.capsOf(target), atMs)).toBe("claimed");
  }
}

/** One worker: asks for a run, and does with it what its fate says. */
async function live(
  store: Store,
  truth: Truth,
  worker: Worker,
  trueMs: number,
  held: (() => Promise<void>)[],
): Promise<void> {
  const atMs = trueMs + worker.skewMs;
  const { target, microUsd, tokens, requests, fate } = worker;
  const own = truth.capsOf(target);
  const caps = worker.isReversed ? own.toReversed() : own;
  const deadlineMs = fate === "later" ? atMs + 40 * dayMs : atMs + secondMs;
  const reserve = { microUsd, tokens, requests, caps };
  const wanted = claimOf(freshName("probe"), atMs, { target, atMs, deadlineMs, reserve });
  const answers = await Promise.all(Array.from({ length: worker.isAskedTwice ? 2 : 1 }, () => store.claim(wanted)));
  expect(answers.filter(({ kind }) => kind !== "taken")).toHaveLength(1);
  if (!answers.some(({ kind }) => kind === "claimed")) return;
  truth.granted(wanted);
  expect(truth.passed(atMs)).toEqual([]);
  const spent = spentOf(worker);
  const settle = async (): Promise<void> => {
    truth.settled(wanted.runId, spent);
    expect(await store.commit(finishOf(wanted, { spent }), () => nothingNew)).toEqual(nothingNew);
  };
  switch (fate) {
    case "settled":
      return settle();
    case "settled twice": {
      truth.settled(wanted.runId, spent);
      const twice = [0, 1].map(() => store.commit(finishOf(wanted, { spent }), () => nothingNew));
      expect((await Promise.all(twice)).filter((done) => done === undefined)).toHaveLength(1);
      return;
    }
    case "killed":
      return;
    case "commit fails": {
      const failing = store.commit(finishOf(wanted, { spent }), () => {
        throw new Error("a bug");
      });
      await expect(failing).rejects.toThrow("a bug");
      return;
    }
    case "lost":
    // Swept before it comes back: what it says then corrects the books all the same.
    case "later":
      held.push(settle);
      return;
    default:
      fate satisfies never;
  }
}

function spentOf({ microUsd, tokens, requests, used, unknown }: Worker): Spent {
  const part = (amount: number): number => Math.floor(amount * used);
  return {
    microUsd: unknown === "money" || unknown === "both" ? undefined : part(microUsd),
    tokens: unknown === "tokens" || unknown === "both" ? undefined : part(tokens),
    requests: part(requests),
  };
}

/** One more than there is room for is refused, in each unit; exactly as much is granted, and given back. */
async function fillUp(store: Store, truth: Truth, target: string, atMs: number): Promise<void> {
  const caps = truth.capsOf(target);
  const room = truth.room(target, atMs);
  const isBound = (unit: Unit): boolean => caps.some((cap) => cap[unit] !== undefined);
  for (const unit of units.filter(isBound)) {
    expect(await claim(store, target, { ...room, [unit]: room[unit] + 1 }, caps, atMs)).toBe("skipped");
  }
  const whole = requestFor(target, room, caps, atMs);
  expect(await store.claim(whole)).toEqual({ kind: "claimed" });
  truth.granted(whole);
  expect(truth.passed(atMs)).toEqual([]);
  const spent = { microUsd: 0, tokens: 0, requests: 0 };
  await store.commit(finishOf(whole, { spent }), () => nothingNew);
  truth.settled(whole.runId, spent);
}

function requestFor(target: string, most: Amounts, caps: readonly SpendCap[], atMs: number): ClaimRequest {
  return claimOf(freshName("probe"), atMs, { target, atMs, reserve: { ...most, caps } });
}

async function claim(
  store: Store,
  target: string,
  most: Amounts,
  caps: readonly SpendCap[],
  atMs: number,
): Promise<string> {
  return (await store.claim(requestFor(target, most, caps, atMs))).kind;
}
