import { z } from "zod";
import type { Probe } from "../probe/probe.ts";
import type { SlotStore } from "../schedule/queue.ts";
import { dueSlots } from "../schedule/slots.ts";
import type { Clock } from "../std/clock.ts";
import { at } from "./fields.ts";
import { type Operation, type Plain, type Refused, refused } from "./operation.ts";

const count = (what: string) => z.number().describe(what);

const account = z
  .object({
    fromMs: at("runs of slots after this time are counted"),
    toMs: at("up to and including this time, and never later than now"),
    due: count("slots that were due by the schedule of the current configuration"),
    ended: z.record(z.string(), z.number()).describe("number of slots by outcome, with the reason if there is one"),
    waiting: count("of these, without a row yet: due within the last ten minutes"),
    beforeFirstRun: count("of these, without a row because they are older than the first run on record of their probe"),
    withoutRow: count("of these, without a row otherwise: this must be 0"),
    beside: count("runs that were not on the schedule, such as confirmations and runs by hand"),
    ledger: z
      .array(
        z.object({
          target: z.string().describe("name of the target"),
          microUsd: count("millionths of a US dollar, reservations included"),
          tokens: count("tokens, reservations included"),
          requests: count("requests, reservations included"),
        }),
      )
      .describe("sums from the ledger"),
    deliveries: z
      .object({
        written: count("alerts for one receiver each"),
        delivered: count("delivered"),
        superseded: count("reported by another message instead"),
        pending: count("not delivered yet"),
        failed: count("given up"),
      })
      .describe("deliveries created in this period"),
  })
  .meta({ id: "Account" });

export type AccountView = Plain<z.output<typeof account>>;

export const readAccount = {
  method: "GET",
  path: "/account",
  summary: "account for every due slot, the ledger and the deliveries of a time",
  scope: "read",
  conflicts: true,
  query: z.object({
    fromMs: z.coerce.number().int().min(0).max(8.64e15).describe("from, in milliseconds since 1970-01-01 UTC"),
    toMs: z.coerce.number().int().min(0).max(8.64e15).describe("to, in milliseconds since 1970-01-01 UTC"),
  }),
  answer: account,
} as const satisfies Operation;

/** How a run on record ended. */
export interface EndedSlot {
  readonly slotMs: number;
  readonly state: string;
  readonly reason?: string | undefined;
}

export interface AccountStore extends Pick<SlotStore, "schedules"> {
  /** Runs of slots in (fromMs, toMs]. */
  slotsOf(probeId: string, fromMs: number, toMs: number): Promise<readonly EndedSlot[]>;
  /** Runs of probes other than these, of slots in (fromMs, toMs]. */
  runsBeside(probeIds: readonly string[], fromMs: number, toMs: number): Promise<number>;
  /** The oldest slot on record; undefined: none. */
  firstSlotOf(probeId: string): Promise<number | undefined>;
  ledgerIn(fromMs: number, toMs: number): Promise<AccountView["ledger"]>;
  deliveriesIn(fromMs: number, toMs: number): Promise<AccountView["deliveries"]>;
}

/** What became of the due slots of one probe. */
export interface SlotAccount {
  readonly due: number;
  readonly ended: ReadonlyMap<string, number>;
  readonly beside: number;
  readonly withoutRow: readonly number[];
}

/** Compares what was due with what is on record. */
export function accountSlots(due: readonly number[], rows: readonly EndedSlot[]): SlotAccount {
  const found = new Map(rows.map((row) => [row.slotMs, row]));
  const ended = new Map<string, number>();
  const withoutRow: number[] = [];
  for (const slotMs of due) {
    const row = found.get(slotMs);
    if (row === undefined) withoutRow.push(slotMs);
    else add(ended, row.reason === undefined ? row.state : `${row.state}: ${row.reason}`);
  }
  return { due: due.length, ended, beside: rows.length - (due.length - withoutRow.length), withoutRow };
}

export interface Accounts {
  read(fromMs: number, toMs: number): Promise<AccountView | Refused>;
}

interface AccountWorld {
  readonly store: AccountStore;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
}

const longestMs = 31 * 86_400_000;
const mostDue = 1_000_000;
/** A slot that nobody took is recorded as missed after five minutes at the latest, at the next look of the elected process. */
const waitingMs = 600_000;

export function createAccounts({ store, clock, probes }: AccountWorld): Accounts {
  return {
    async read(fromMs, wantedMs) {
      const nowMs = clock.nowMs();
      const toMs = Math.min(wantedMs, nowMs);
      if (toMs <= fromMs) return refused("the period must start in the past and end after its start");
      if (toMs - fromMs > longestMs) return refused("the period must be at most 31 days long");
      const ended = new Map<string, number>();
      const sums = { due: 0, waiting: 0, beforeFirstRun: 0, withoutRow: 0, beside: 0 };
      const configured = new Set(probes.map(({ id }) => id));
      for (const entry of await store.schedules()) {
        if (!configured.has(entry.id)) continue;
        const due = dueSlots(entry, fromMs, toMs, mostDue);
        sums.due += due.length;
        if (sums.due > mostDue) return refused("more than 1,000,000 slots were due: choose a shorter period");
        const own = accountSlots(due, await store.slotsOf(entry.id, fromMs, toMs));
        for (const [how, times] of own.ended) add(ended, how, times);
        sums.beside += own.beside;
        const firstMs = own.withoutRow.length === 0 ? 0 : ((await store.firstSlotOf(entry.id)) ?? Infinity);
        for (const slotMs of own.withoutRow) {
          if (nowMs - slotMs < waitingMs) sums.waiting += 1;
          else if (slotMs < firstMs) sums.beforeFirstRun += 1;
          else sums.withoutRow += 1;
        }
      }
      const others = await store.runsBeside(
        probes.map(({ id }) => id),
        fromMs,
        toMs,
      );
      return {
        fromMs,
        toMs,
        ...sums,
        beside: sums.beside + others,
        ended: Object.fromEntries([...ended].toSorted()),
        ledger: await store.ledgerIn(fromMs, toMs),
        deliveries: await store.deliveriesIn(fromMs, toMs),
      };
    },
  };
}

function add(counts: Map<string, number>, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}
