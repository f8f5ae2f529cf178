import { expect, test } from "vitest";
import { accountSlots, createAccounts, type EndedSlot } from "../../src/operate/account.ts";
import { plan } from "../../src/schedule/plan.ts";
import { dueSlots } from "../../src/schedule/slots.ts";
import { probe as sample } from "../probe/samples.ts";

const minuteMs = 60_000;
const nowMs = Date.UTC(2026, 10, 23, 8);
const fromMs = nowMs - 60 * minuteMs;
const probe = { ...sample, cadence: { kind: "every", everyMs: minuteMs } } as const;
const due = plan([probe]).flatMap((entry) => dueSlots(entry, fromMs, nowMs));

const accountOf = (rows: readonly EndedSlot[], firstMs: number | undefined) =>
  createAccounts({
    store: {
      schedules: async () => plan([probe]),
      slotsOf: async () => rows,
      runsBeside: async () => 4,
      firstSlotOf: async () => firstMs,
      ledgerIn: async () => [],
      deliveriesIn: async () => ({ written: 0, delivered: 0, superseded: 0, pending: 0, failed: 0 }),
    },
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    probes: [probe],
  });

test("every due slot is counted once, by how it ended or why it has no row", async () => {
  const rows = due
    .slice(10, 30)
    .map((slotMs, n) => ({ slotMs, state: n < 15 ? "done" : "missed", reason: n < 15 ? undefined : "stale" }));
  const account = await accountOf([...rows, { slotMs: 1 + (due[20] ?? 0), state: "done" }], due[10]).read(
    fromMs,
    nowMs,
  );
  expect(account).toMatchObject({
    due: 60,
    ended: { done: 15, "missed: stale": 5 },
    waiting: 10,
    beforeFirstRun: 10,
    withoutRow: 20,
    beside: 5,
  });
});

test("a time that is too long, or has not begun, is refused", async () => {
  const accounts = accountOf([], undefined);
  expect(await accounts.read(nowMs, nowMs + minuteMs)).toMatchObject({ kind: "refused" });
  expect(await accounts.read(nowMs - 32 * 86_400_000, nowMs)).toMatchObject({ kind: "refused" });
  expect(accountSlots([], [])).toEqual({ due: 0, ended: new Map(), beside: 0, withoutRow: [] });
});
