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

/** Runs SQL on the store of the drill, whatever it is. */
export type Query = <Row>(text: string, params?: readonly unknown[]) => Promise<readonly Row[]>;

/** What became of every slot, request and alert of the drill. All counts; those under `broken` must be 0. */
export interface Account {
  readonly due: number;
  readonly ended: Readonly<Record<string, number>>;
  readonly beside: number;
  /** Runs whose usage nobody can know, such as after a timeout: their reservation stays in the ledger. */
  readonly unknownUsage: number;
  readonly requests: number;
  /** Answers of processes that were killed before they could keep them: the run is `interrupted`. */
  readonly paidAndInterrupted: number;
  readonly tokens: Readonly<Record<string, { readonly ledger: number; readonly provider: number }>>;
  readonly alerts: { readonly written: number; readonly delivered: number; readonly redelivered: number };
  readonly broken: {
    readonly withoutRow: number;
    readonly stillOpen: number;
    readonly sentTwice: number;
    readonly billedTwice: number;
    readonly paidAndThrownAway: number;
    readonly sentWithoutRun: number;
    readonly ledgerDiffers: number;
    readonly alertsPending: number;
    readonly alertsOutOfOrder: number;
  };
}

/** Reads the account from the store, the provider's own log and the receiver. `fromMs` < slot ≤ `toMs`, Unix milliseconds. */
export async function accountOf(
  query: Query,
  probes: readonly Probe[],
  provider: Provider,
  receiver: AlertReceiver,
  fromMs: number,
  toMs: number,
): Promise<Account> {
  const runs = await query<RunRow>(
    `SELECT probe_id, slot, state, reason, trace_id, target, tokens FROM plumbline.runs
     WHERE slot > to_timestamp($1 / 1000.0) AND slot <= to_timestamp($2 / 1000.0)`,
    [fromMs, toMs],
  );
  const all = await query<{ trace_id: string; state: string }>(
    "SELECT trace_id, state FROM plumbline.runs WHERE state IN ('claimed', 'done', 'interrupted') AND trace_id IS NOT NULL",
  );
  const outbox = await query<{ state: string; n: string }>(
    "SELECT state, count(*) AS n FROM plumbline.outbox WHERE receiver = 'oncall' GROUP BY state",
  );
  const slots = plan(probes).map((entry) =>
    accountSlots(
      dueSlots(entry, fromMs, toMs, 1_000_000),
      runs
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
  const outboxCount = Object.fromEntries(outbox.map(({ state, n }) => [state, Number(n)]));
  const byTrace = Map.groupBy(provider.entries, ({ traceId = "none" }) => traceId);
  const known = new Map(all.map(({ trace_id, state }) => [trace_id, state]));
  const done = new Map(runs.filter(({ state }) => state === "done").map((row) => [row.trace_id ?? "", row]));
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
  const paid = provider.entries.filter(({ status }) => status === 200);
  const ids = new Map(receiver.delivered.map((alert) => [alert.webhookId, alert]));
  return {
    due: sum(slots.map(({ due }) => due)),
    ended,
    beside: sum(slots.map(({ beside }) => beside)),
    unknownUsage: [...done.values()].filter(({ tokens: used }) => used === null).length,
    requests: provider.entries.length,
    paidAndInterrupted: paid.filter(({ traceId = "" }) => known.get(traceId) === "interrupted").length,
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
      billedTwice: [...byTrace.values()].filter((entries) => entries.filter(({ tokens: n }) => n > 0).length > 1)
        .length,
      paidAndThrownAway: paid.filter(({ traceId = "" }) => known.get(traceId) === "claimed").length,
      sentWithoutRun: [...byTrace.keys()].filter((traceId) => !known.has(traceId)).length,
      ledgerDiffers: Object.values(tokens).filter(({ ledger, provider: billed }) => ledger !== billed).length,
      alertsPending: (outboxCount["pending"] ?? 0) + (outboxCount["failed"] ?? 0),
      alertsOutOfOrder: outOfOrder([...ids.values()]),
    },
  };
}

/** Alerts of one incident must begin with its opening, and never resolve twice in a row. */
function outOfOrder(alerts: readonly { readonly incidentId: string; readonly event: string }[]): number {
  return [...Map.groupBy(alerts, ({ incidentId }) => incidentId).values()].filter((events) => {
    const ends = events.map(({ event }) => event).filter((event) => event === "opened" || event === "resolved");
    return ends.some((event, at) => event === ends[at - 1]) || ends[0] === "resolved";
  }).length;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0);
