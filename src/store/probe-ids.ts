import { iso } from "./columns.ts";
import { sql, type Statement } from "./sql.ts";

/**
 * `ids(probe_id)`: every probe with a slot after `sinceMs`. It goes from one probe to the next through the primary
 * key (a loose index scan), so that it costs as many steps as there are probes, however many runs they have.
 */
export function probeIds(sinceMs: number): Statement {
  const since = iso(sinceMs);
  return sql`
    RECURSIVE found(probe_id) AS (
      (SELECT probe_id FROM plumbline.runs WHERE slot > ${since}::timestamptz ORDER BY probe_id LIMIT 1)
      UNION ALL
      SELECT (SELECT r.probe_id FROM plumbline.runs r WHERE r.probe_id > found.probe_id AND r.slot > ${since}::timestamptz
        ORDER BY r.probe_id LIMIT 1) FROM found WHERE found.probe_id IS NOT NULL),
    ids AS (SELECT probe_id FROM found WHERE probe_id IS NOT NULL)`;
}
