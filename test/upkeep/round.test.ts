import { expect, test } from "vitest";
import { startUpkeep } from "../../src/app/upkeep.ts";
import type { Config } from "../../src/config/config.ts";
import { plainAlerting } from "../../src/probe/alerting.ts";
import type { ReconcileReport } from "../../src/schedule/reconciler.ts";
import { silentLog } from "../../src/std/log.ts";
import { openStorePool } from "../setup/databases.ts";
import { openStore } from "../../src/store/store.ts";
import { receiver } from "../notify/samples.ts";
import { probe } from "../probe/samples.ts";

const dayMs = 86_400_000;

test("the elected process sends the daily digest; another one does not", async () => {
  const pool = await openStorePool();
  const store = await openStore(pool, Date.now(), 30);
  const config: Config = {
    targets: [probe.target],
    probes: [probe],
    receivers: [receiver()],
    alerting: { ...plainAlerting, digest: { atMinute: 480, tz: "UTC", receivers: ["pager"] } },
    retentionDays: 30,
    listen: { host: "127.0.0.1", port: 0 },
    apiTokens: [],
    trustedProxies: [],
  };
  const never = () => ({ stop: () => Promise.resolve() });
  const round = async (report: ReconcileReport): Promise<void> => {
    const upkeep = startUpkeep(
      { config, store, log: silentLog, metrics: { record: () => {} }, reconcileMs: 30_000, nudge: () => {} },
      never,
    );
    upkeep.after(report);
    await upkeep.stop();
  };
  const done = { kind: "done", skewMs: 0, actions: 0, missed: 0, interrupted: 0 } as const;
  const elected = (): Promise<void> => round({ ...done, atMs: Date.now(), isClockSteady: true });

  await round({ kind: "not-elected", atMs: Date.now() });
  expect((await store.fleet()).dailyMs).toBe(0);
  await elected();
  const begunMs = (await store.fleet()).dailyMs;
  expect(Date.now() - begunMs).toBeLessThan(60_000);
  expect(await store.lastDigest()).toBeUndefined();

  await pool.pool.query("UPDATE plumbline.fleet SET daily_at = daily_at - interval '25 hours'", []);
  await elected();
  expect(await store.lastDigest()).toMatchObject({ fromMs: begunMs - 25 * 3_600_000, judged: 0, moved: [] });
  const { atMs } = (await store.lastDigest())!;
  await store.retain(Date.now() + 29 * dayMs, 30);
  expect((await store.lastDigest())?.atMs).toBe(atMs);
  await store.retain(Date.now() + 32 * dayMs, 30);
  expect(await store.lastDigest()).toBeUndefined();
  await pool.close();
});
