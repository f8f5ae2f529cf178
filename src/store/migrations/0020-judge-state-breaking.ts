import { sql, type Kysely } from "kysely";

/**
 * The words of statistics in what judges remember: `aside` is `heldOut`, `episodes` are `recurrences`, `marks` are
 * `falsePositives`, `told` is `reported` (of the weeks: `drift`), `guard` is `margin`, `shadow` is `previous`. A program
 * that knows the old words only would learn every baseline anew, so it must not run beside this.
 */
export async function up(db: Kysely<never>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** `json` without the old key, with its value under the new one; unchanged where it has none. */
const renamed = (json: string, from: string, to: string): string =>
  `CASE WHEN ${json} ? '${from}' THEN (${json} - '${from}') || jsonb_build_object('${to}', ${json} -> '${from}') ELSE ${json} END`;

const renameIn = (table: string, column: string, from: string, to: string): string =>
  `UPDATE plumbline.${table} SET ${column} = ${renamed(column, from, to)} WHERE ${column} ? '${from}'`;

/** A reference, which did not always have a shift and an unsteadiness. */
const reference = (json: string): string =>
  `CASE WHEN ${json} ? 'guard' THEN '{"shift": 0}'::jsonb || (${json} - 'guard') ||
    jsonb_build_object('margin', '{"unsteadiness": 1}'::jsonb || (${json} -> 'guard')) ELSE ${json} END`;

const statements = [
  renameIn("series", "state", "aside", "heldOut"),
  renameIn("series", "state", "episodes", "recurrences"),
  renameIn("series", "state", "marks", "falsePositives"),
  `UPDATE plumbline.series SET state = jsonb_set(state, '{weeks}', ${renamed("(state -> 'weeks')", "told", "drift")})
    WHERE state -> 'weeks' ? 'told'`,
  `UPDATE plumbline.series SET state = jsonb_set(state, '{differed}', (
      SELECT coalesce(jsonb_object_agg(name, (kept - 'told' - 'wasTold') ||
        jsonb_build_object('reported', kept -> 'told', 'wasReported', kept -> 'wasTold')), '{}')
      FROM jsonb_each(state -> 'differed') AS one (name, kept)))
    WHERE jsonb_typeof(state -> 'differed') = 'object'`,
  renameIn("baselines", "learned", "shadow", "previous"),
  `UPDATE plumbline.baselines SET learned = ${reference("learned")} WHERE learned ? 'guard'`,
  `UPDATE plumbline.baselines SET learned = jsonb_set(learned, '{previous}', ${reference("(learned -> 'previous')")})
    WHERE learned -> 'previous' ? 'guard'`,
];
