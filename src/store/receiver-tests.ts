import type { ReceiverTestStore } from "../upkeep/test-receivers.ts";
import { iso, optionalTimeMs, rowSchema } from "./columns.ts";
import type { Database } from "./database.ts";
import { writeIncidents } from "./incidents.ts";
import { sql } from "./sql.ts";

const testedRow = rowSchema({ atMs: optionalTimeMs("receivers_tested_at") });

export function createReceiverTestStore(db: Database): ReceiverTestStore {
  return {
    async receiversTestedAtMs() {
      const [tested] = await db.select(testedRow, sql`SELECT ${testedRow.columns} FROM plumbline.fleet`);
      return tested?.atMs ?? 0;
    },

    testReceivers: ({ beforeMs, atMs, outbox }) =>
      db.transaction(async (tx) => {
        const begun = await tx.execute(sql`
          UPDATE plumbline.fleet SET receivers_tested_at = ${iso(atMs)}::timestamptz
          WHERE receivers_tested_at IS NOT DISTINCT FROM ${beforeMs === 0 ? null : iso(beforeMs)}::timestamptz RETURNING single`);
        if (begun.length === 0) return false;
        await writeIncidents(tx, { incidents: [], transitions: [], outbox });
        return true;
      }),
  };
}
