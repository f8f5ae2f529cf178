import pg from "pg";
import { accountSlots } from "../src/operate/account.ts";
import type { Probe } from "../src/probe/probe.ts";
import { plan } from "../src/schedule/plan.ts";
import { dueSlots } from "../src/schedule/slots.ts";
import type { Provider } from "./provider.ts";
import type { AlertReceiver } from "./receiver.ts";

interface RunRow {
  readonly probe_id: string;
  readonly slot: Date;
  readonly state: string;
  readonly reason: string | null;
  readonly trace_id: string | null;
  readonly target: string;
  readonly tokens: string | null;
}

/** What became of every slot, request and alert of the drill. All counts; those under `broken` must be 0. */
export interface Account {
  readonly due: number;
  readonly ended: Readonly<Record<string, number>>;
  readonly beside: number;
  /** Runs whose usage nobody can know, such as after a timeout: their reservation stays in the ledger. */
  readonly unknownUsage: number;
  readonly requests: number;
  readonly paidAndThrownAway: number;
  readonly tokens: Readonly<Record<string, { readonly ledger: number; readonly provider: number }>>;
  readonly alerts: { readonly written: number; readonly delivered: number; readonly redelivered: number };
  readonly broken: {
    readonly withoutRow: number;
    readonly stillOpen: number;
    readonly sentTwice: number;
    readonly sentWithoutRun: number;
    readonly ledgerDiffers: number;
    readonly alertsPending: number;
    readonly alertsOutOfOrder: number;
  };
}

/** Reads the account from the store, the provider's own log and the receiver. `fromMs` < slot ≤ `toMs`, Unix milliseconds. */
export async function accountOf(
  databaseUrl: string,
  probes: readonly Probe[],
  provider: Provider,
  receiver: AlertReceiver,
  fromMs: number,
  toMs: number,
): Promise<Account> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const runs = await client.query<RunRow>(
      `SELECT probe_id, slot, state, reason, trace_id, target, tokens FROM plumbline.runs
       WHERE slot > to_timestamp($1 / 1000.0) AND slot <= to_timestamp($2 / 1000.0)`,
      [fromMs, toMs],
    );
    const all = await client.query<{ trace_id: string }>(
      "SELECT trace_id FROM plumbline.runs WHERE state IN ('claimed', 'done', 'interrupted') AND trace_id IS NOT NULL",
    );
    const outbox = await client.query<{ state: string; n: string }>(
      "SELECT state, count(*) AS n FROM plumbline.outbox WHERE receiver = 'oncall' GROUP BY state",
    );
    const slots = plan(probes).map((entry) =>
      accountSlots(
        dueSlots(entry, fromMs, toMs, 1_000_000),
        runs.rows
          .filter(({ probe_id }) => probe_id === entry.id)
          .map(({ slot, state, reason }) => ({ slotMs: slot.getTime(), state, reason: reason ?? undefined })),
      ),
    );
    const ended = Object.fromEntries(
      [
        ...Map.groupBy(
          slots.flatMap((own) => [...own.ended]),
          ([how]) => how,
        ),
      ]
        .map(([how, times]) => [how, sum(times.map(([, n]) => n))] as const)
        .toSorted(),
    );
    const outboxCount = Object.fromEntries(outbox.rows.map(({ state, n }) => [state, Number(n)]));
    const byTrace = Map.groupBy(provider.entries, ({ traceId = "none" }) => traceId);
    const known = new Set(all.rows.map(({ trace_id }) => trace_id));
    const done = new Map(runs.rows.filter(({ state }) => state === "done").map((row) => [row.trace_id ?? "", row]));
    // An answer that came after the client's deadline was billed all the same: the run says that its usage is unknown.
    const within = provider.entries.filter(({ traceId = "" }) => (done.get(traceId)?.tokens ?? null) !== null);
    const tokens = Object.fromEntries(
      [...new Set(probes.map(({ target }) => target.name))].map((target) => [
        target,
        {
          ledger: sum([...done.values()].filter((row) => row.target === target).map((row) => Number(row.tokens ?? 0))),
          provider: sum(within.filter((entry) => entry.target === target).map((entry) => entry.tokens)),
        },
      ]),
    );
    const ids = new Map(receiver.delivered.map((alert) => [alert.webhookId, alert]));
    return {
      due: sum(slots.map(({ due }) => due)),
      ended,
      beside: sum(slots.map(({ beside }) => beside)),
      unknownUsage: [...done.values()].filter(({ tokens: used }) => used === null).length,
      requests: provider.entries.length,
      paidAndThrownAway: provider.entries.filter(
        ({ traceId = "", status, atMs }) => status === 200 && !done.has(traceId) && atMs > fromMs && atMs <= toMs,
      ).length,
      tokens,
      alerts: {
        written: sum(Object.values(outboxCount)),
        delivered: ids.size,
        redelivered: receiver.delivered.length - ids.size,
      },
      broken: {
        withoutRow: sum(slots.map(({ withoutRow }) => withoutRow.length)),
        stillOpen: ended["claimed"] ?? 0,
        sentTwice: [...byTrace.values()].filter((entries) => entries.length > 1).length,
        sentWithoutRun: [...byTrace.keys()].filter((traceId) => !known.has(traceId)).length,
        ledgerDiffers: Object.values(tokens).filter(({ ledger, provider: billed }) => ledger !== billed).length,
        alertsPending: (outboxCount["pending"] ?? 0) + (outboxCount["failed"] ?? 0),
        alertsOutOfOrder: outOfOrder([...ids.values()]),
      },
    };
  } finally {
    await client.end();
  }
}

/** Alerts of one incident must begin with its opening, and never resolve twice in a row. */
function outOfOrder(alerts: readonly { readonly incidentId: string; readonly event: string }[]): number {
  return [...Map.groupBy(alerts, ({ incidentId }) => incidentId).values()].filter((events) => {
    const ends = events.map(({ event }) => event).filter((event) => event === "opened" || event === "resolved");
    return ends.some((event, at) => event === ends[at - 1]) || ends[0] === "resolved";
  }).length;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0);
