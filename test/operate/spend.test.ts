import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOperations, type Operations } from "../../src/operate/operations.ts";
import type { Probe } from "../../src/probe/probe.ts";
import type { StorePool } from "../../src/store/pools/pool.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { probe as sample } from "../probe/samples.ts";
import { openStorePool } from "../setup/databases.ts";
import { claimOf, finishOf, nothingNew } from "../store/samples.ts";

const nowMs = Date.UTC(2026, 10, 23, 8, 10);
const minuteMs = 60_000;
const caps = [
  { scope: "all", span: "month", microUsd: 20_000_000 },
  { scope: "key/env:KEY", targets: ["mini", "other"], span: "day", microUsd: 20_000_000 },
] as const;
const probe: Probe = { ...sample, target: { ...sample.target, name: "mini", spendCaps: caps } };

describe("a ledger that is put right", () => {
  let pool: StorePool;
  let store: Store;
  let operations: Operations;

  beforeAll(async () => {
    pool = await openStorePool();
    store = await openStore(pool, nowMs, 30);
    operations = createOperations({
      store,
      clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
      freshId: () => "id",
      probes: [probe],
      enqueue: async () => {},
      receiversOf: () => [],
      nudge: () => {},
    });
  });
  afterAll(() => pool.close());

  const reserve = { microUsd: 100, tokens: 300, requests: 1, caps };
  const claimAt = (slotMs: number) => claimOf("liar@eu", slotMs, { target: "mini", reserve, atMs: slotMs });

  test("lets its target run again, with a reason in the audit log", async () => {
    const first = claimAt(nowMs - 3 * minuteMs);
    await store.claim(first);
    // As an earlier version has written it.
    const spent = { microUsd: 9e12, tokens: 9e12, requests: 1 };
    const entry = {
      kind: "call",
      call: "ask",
      callNumber: 1,
      attempt: 1,
      target: "mini",
      model: "some-model",
    } as const;
    const ledger = [{ ...entry, ended: "200", ...spent }];
    await store.commit({ ...finishOf(first), spent, ledger }, () => nothingNew);
    expect(await store.claim(claimAt(nowMs - 2 * minuteMs))).toEqual({ kind: "skipped", reason: "spend-cap" });

    const wrong = { target: "mini", microUsd: 100 - 9e12, tokens: 300 - 9e12, why: "false usage in one reply" };
    expect(await operations.spend.correct(wrong, "ann")).toEqual({
      target: "mini",
      day: "2026-11-23",
      before: { microUsd: 9e12, tokens: 9e12, requests: 1 },
      after: { microUsd: 100, tokens: 300, requests: 1 },
    });
    expect(await store.usedUnder(caps, nowMs)).toEqual([
      { microUsd: 100, tokens: 300, requests: 1 },
      { microUsd: 100, tokens: 300, requests: 1 },
    ]);
    const [used] = await store.usedIn(["mini"], [nowMs - 60 * minuteMs], nowMs);
    expect(used?.get("mini")).toEqual({ microUsd: 100, tokens: 300, requests: 1 });
    const { byTarget } = await store.usedLately(nowMs - 60 * minuteMs, nowMs);
    expect(byTarget.get("mini")?.microUsd ?? 100).toBe(100);
    const { rows } = await pool.pool.query(
      "SELECT sum(micro_usd)::int AS micro_usd, sum(requests)::int AS requests FROM plumbline.ledger WHERE target = 'mini'",
      [],
    );
    expect(rows).toEqual([{ micro_usd: 100, requests: 1 }]);
    expect(await operations.auditLog()).toMatchObject([
      { by: "ann", what: "correct-spend", why: "false usage in one reply", subject: expect.stringContaining("mini") },
    ]);
    expect(await store.claim(claimAt(nowMs - minuteMs))).toEqual({ kind: "claimed" });
    // Accounted for: all of it, none of it on the schedule of a probe.
    expect(await operations.accounts.read(nowMs - 60 * minuteMs, nowMs + 60 * minuteMs)).toMatchObject({
      toMs: nowMs,
      withoutRow: 0,
      beside: 3,
      ledger: [{ target: "mini", microUsd: 200, tokens: 600, requests: 2 }],
      deliveries: { written: 0, pending: 0 },
    });
  });

  test("is never less than nothing, and not of a day to come", async () => {
    const before = await store.usedUnder(caps, nowMs);
    for (const wanted of [
      { target: "mini", microUsd: -1e9 },
      { target: "nobody", tokens: -1 },
      { target: "mini", tokens: 1, atMs: nowMs + 1 },
    ]) {
      expect(await operations.spend.correct({ ...wanted, why: "a slip" }, "ann")).toMatchObject({ kind: "refused" });
    }
    expect(await store.usedUnder(caps, nowMs)).toEqual(before);
    expect(await operations.auditLog()).toHaveLength(1);
  });
});
