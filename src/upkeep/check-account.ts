import type { Duty } from "../notify/self-incident.ts";
import { hourMs, minuteMs } from "../std/duration.ts";
import { type ConcludeWorld, concludeDuty } from "./conclude.ts";

export interface SlotSums {
  readonly due: number;
  readonly withoutRow: number;
}

export interface AccountCheckWorld extends ConcludeWorld {
  /** What became of the slots that were due in this time; undefined: there are too many to count. */
  readonly account: (fromMs: number, toMs: number) => Promise<SlotSums | undefined>;
  /** Schedules before this time may have been others. */
  readonly startedAtMs: number;
}

const accounting: Duty = { series: "accounting", label: "records of due slots" };
/** The row of a slot that nobody took comes within ten minutes. */
const settledMs = 10 * minuteMs;

/** One incident if a due slot of the last hour has vanished without a row (I2). */
export async function checkAccount(world: AccountCheckWorld, nowMs: number): Promise<void> {
  const toMs = nowMs - settledMs;
  const fromMs = Math.max(world.startedAtMs, toMs - hourMs - minuteMs);
  if (fromMs >= toMs) return;
  const found = await world.account(fromMs, toMs);
  if (found === undefined) return;
  const between = `plumbline account --between ${new Date(fromMs).toISOString()} --and ${new Date(toMs).toISOString()}`;
  const evidence = { runId: accounting.series };
  const trouble = {
    subject: "slots",
    expected: "a record of every due slot",
    observed: `${found.withoutRow} of ${found.due} due slots have none: run ${between}`,
  };
  await concludeDuty(world, { duty: accounting, troubles: found.withoutRow === 0 ? [] : [trouble], evidence, nowMs });
}
