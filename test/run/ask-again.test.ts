import { expect, test } from "vitest";
import type { Probe } from "../../src/probe/probe.ts";
import { askAgainAt } from "../../src/run/ask-again.ts";
import { runProbe } from "../../src/run/run-probe.ts";
import { openStorePool } from "../setup/databases.ts";
import { openStore } from "../../src/store/store.ts";
import { incident } from "../notify/samples.ts";
import { probe as sample } from "../probe/samples.ts";
import { completion, fakeExchanger, ok } from "./fake-exchanger.ts";
import { quietWorld } from "./quiet-world.ts";

const slotMs = Date.UTC(2026, 10, 23, 8);
const minute = 60_000;
const hourly: Probe = { ...sample, cadence: { kind: "every", everyMs: 60 * minute } };
const at = slotMs + 400;
const suspected = {
  ...incident(),
  state: "suspected",
  lastBadSlotMs: slotMs,
  badRuns: 1,
  notifications: undefined,
} as const;

const ended = {
  ...suspected,
  state: "open",
  badRuns: 3,
  judgedRuns: 4,
  goodInARow: 1,
  lastSlotMs: slotMs,
  lastBadSlotMs: 0,
} as const;

const cases: readonly (readonly [string, Parameters<typeof askAgainAt>[1], boolean])[] = [
  ["a field that is gone", [{ ...suspected, kind: "contract", severity: "breaking" }], true],
  ["a field that is new", [{ ...suspected, kind: "contract", severity: "informative" }], false],
  [
    "an error of another shape, seen in an earlier slot",
    [{ ...suspected, kind: "error-shape", severity: "breaking", lastBadSlotMs: slotMs - 1 }],
    false,
  ],
  ["prompt tokens never seen before", [{ ...suspected, kind: "usage", severity: "informative" }], true],
  ["the same, seen three times", [{ ...suspected, kind: "usage", severity: "informative", badRuns: 3 }], false],
  [
    "the same, told as information already",
    [{ ...suspected, kind: "usage", severity: "informative", state: "open", badRuns: 2 }],
    true,
  ],
  ["the same, told as drift", [{ ...suspected, kind: "usage", severity: "risky", state: "open", badRuns: 2 }], false],
  ["no reply: an outage has to last", [{ ...suspected, kind: "availability", severity: "breaking" }], false],
  ["the end of an outage", [{ ...ended, kind: "expectation" }], true],
  ["of an outage that lasted for long", [{ ...ended, kind: "expectation", badRuns: 50, judgedRuns: 51 }], false],
  ["of errors that come and go", [{ ...ended, kind: "expectation", judgedRuns: 20 }], false],
  [
    "in a maintenance window",
    [
      {
        ...suspected,
        kind: "contract",
        severity: "breaking",
        notifications: { muted: { reason: "maintenance", by: "x" } },
      },
    ],
    false,
  ],
  ["nothing", [], false],
];

test.each(cases)("%s", (_name, incidents, isAsked) => {
  expect(askAgainAt(hourly, incidents, slotMs, at)).toBe(isAsked ? at + 10_000 : undefined);
  const fast: Probe = { ...hourly, cadence: { kind: "every", everyMs: 30_000 } };
  expect(askAgainAt(fast, incidents, slotMs, at)).toBeUndefined();
});

test("an hourly probe whose prompt is counted otherwise is told of within half a minute", async () => {
  const pool = await openStorePool();
  const store = await openStore(pool, slotMs, 90);
  let nowMs = slotMs;
  let promptTokens = 24;
  const world = quietWorld(() => nowMs, {
    exchanger: fakeExchanger(() => ok(completion({}, promptTokens))),
    runs: store,
  });
  const drift = { falsePageEveryMs: 15_552_000_000, samples: 60, pageAfterMs: 86_400_000, fullAfterMs: 604_800_000 };
  const probe: Probe = { ...hourly, target: { ...hourly.target, spendCaps: [] }, judge: { ...hourly.judge, drift } };
  const run = () => runProbe(world, probe, nowMs);
  for (let slot = 0; slot < 400; slot += 1) {
    expect((await run()).askAgainAtMs).toBeUndefined();
    nowMs += 60 * minute;
  }
  promptTokens = 425;
  const changedMs = nowMs;
  let asked = 0;
  for (let again = (await run()).askAgainAtMs; again !== undefined; again = (await run()).askAgainAtMs) {
    expect(again).toBe(nowMs + 10_000);
    nowMs = again;
    asked += 1;
  }
  expect(asked).toBeGreaterThanOrEqual(1);
  expect(asked).toBeLessThanOrEqual(2);
  const { incidents } = await store.overview(nowMs);
  expect(incidents).toMatchObject([{ kind: "usage", state: "open", severity: "risky" }]);
  expect(nowMs - changedMs).toBeLessThanOrEqual(30_000);
  await pool.close();
});
