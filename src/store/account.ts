import type { AccountStore, AccountView, EndedSlot } from "../operate/account.ts";
import { iso, number, optionalText, optionalTimeMs, rowSchema, sum, text, timeMs } from "./columns.ts";
import type { Database } from "./database.ts";
import { sql, type Statement } from "./sql.ts";

const endedRow = rowSchema<EndedSlot>({
  slotMs: timeMs("slot"),
  state: text("state"),
  reason: optionalText("reason"),
});
const firstRow = rowSchema<{ slotMs: number | undefined }>({ slotMs: optionalTimeMs("slot", "min(slot)") });
const countRow = rowSchema({ runs: number("runs", "count(*)") });

const ledgerRow = rowSchema<AccountView["ledger"][number]>({
  target: text("target"),
  microUsd: sum("micro_usd", "sum(micro_usd)"),
  tokens: sum("tokens", "sum(tokens)"),
  requests: sum("requests", "sum(requests)"),
});

const deliveriesRow = rowSchema<AccountView["deliveries"]>({
  written: number("written", "count(*)"),
  delivered: number("delivered", "count(*) FILTER (WHERE state = 'delivered')"),
  superseded: number("superseded", "count(*) FILTER (WHERE state = 'superseded')"),
  pending: number("pending", "count(*) FILTER (WHERE state = 'pending')"),
  failed: number("failed", "count(*) FILTER (WHERE state = 'failed')"),
});

const within = (fromMs: number, toMs: number): Statement =>
  sql`slot > ${iso(fromMs)}::timestamptz AND slot <= ${iso(toMs)}::timestamptz`;

/** What is on record of a time. */
export function createAccountStore(db: Database): Omit<AccountStore, "schedules"> {
  return {
    slotsOf: (probeId, fromMs, toMs) =>
      db.select(
        endedRow,
        sql`SELECT ${endedRow.columns} FROM plumbline.runs WHERE probe_id = ${probeId} AND ${within(fromMs, toMs)}`,
      ),

    async runsBeside(probeIds, fromMs, toMs) {
      const [row] = await db.select(
        countRow,
        sql`
        SELECT ${countRow.columns} FROM plumbline.runs
        WHERE ${within(fromMs, toMs)} AND NOT probe_id = ANY(${probeIds}::text[])`,
      );
      return row?.runs ?? 0;
    },

    async firstSlotOf(probeId) {
      const [row] = await db.select(
        firstRow,
        sql`SELECT ${firstRow.columns} FROM plumbline.runs WHERE probe_id = ${probeId}`,
      );
      return row?.slotMs;
    },

    ledgerIn: (fromMs, toMs) =>
      db.select(
        ledgerRow,
        sql`
        SELECT ${ledgerRow.columns} FROM plumbline.ledger WHERE ${within(fromMs, toMs)} GROUP BY target ORDER BY target`,
      ),

    async deliveriesIn(fromMs, toMs) {
      const [row] = await db.select(
        deliveriesRow,
        sql`
        SELECT ${deliveriesRow.columns} FROM plumbline.outbox
        WHERE created_at > ${iso(fromMs)}::timestamptz AND created_at <= ${iso(toMs)}::timestamptz`,
      );
      return row ?? { written: 0, delivered: 0, superseded: 0, pending: 0, failed: 0 };
    },
  };
}
