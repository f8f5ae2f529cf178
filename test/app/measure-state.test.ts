import { expect, test } from "vitest";
import { measureState } from "../../src/app/measure-state.ts";
import { openStore } from "../../src/store/store.ts";
import type { Metrics } from "../../src/telemetry/metrics.ts";
import { openStorePool } from "../setup/databases.ts";
import { claimOf, finishOf, freshName, incidentOf, noonMs, openedFor } from "../store/samples.ts";
import { probe } from "../probe/samples.ts";

test("open incidents by severity, zeros included, caps and error budgets", async () => {
  const pool = await openStorePool();
  const store = await openStore(pool, noonMs, 30);
  const incident = incidentOf(freshName("measured"), noonMs);
  const claim = claimOf(incident.probeId, noonMs);
  await store.claim(claim);
  await store.commit(finishOf(claim), () => openedFor(incident, ["pager"]));
  const spendCap = { scope: "target/mini", span: "day", microUsd: 0, requests: 10 } as const;
  const objective = { kind: "availability", share: 0.99, windowMs: 86_400_000 } as const;
  const target = { ...probe.target, name: "mini", spendCaps: [spendCap], objectives: [objective] };

  const blind = () => Promise.resolve([{ target: "mini", minutes: 90 }]);
  const recorded: unknown[] = [];
  const metrics: Metrics = { record: (metric, value, labels) => void recorded.push([metric, value, labels]) };
  await measureState(metrics, store, [{ ...probe, target }] as never, noonMs, blind);
  expect(recorded).toEqual([
    ["incidentsOpen", 0, { "plumbline.severity": "breaking" }],
    ["incidentsOpen", 1, { "plumbline.severity": "risky" }],
    ["incidentsOpen", 0, { "plumbline.severity": "informative" }],
    ["capUsed", 1, { "plumbline.scope": "target/mini", "plumbline.span": "day", "plumbline.unit": "microUsd" }],
    ["capUsed", 0, { "plumbline.scope": "target/mini", "plumbline.span": "day", "plumbline.unit": "requests" }],
    ["errorBudgetLeft", 1, { "plumbline.target": "mini", "plumbline.objective": "availability" }],
    ["targetBlind", 5400, { "plumbline.target": "mini" }],
  ]);
  await pool.close();
});
