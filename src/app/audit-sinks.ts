import { documentSink } from "../audit/document.ts";
import { auditProbe } from "../audit/audit-probe.ts";
import type { PlayedScenario, SinkSearch } from "../audit/view.ts";
import { reporters } from "../report/reporters.ts";
import { decide } from "../run/decide.ts";
import { canaries, canariesIn } from "../scenario/log-redaction.ts";
import { plan } from "../schedule/plan.ts";
import type { StorePool } from "../store/pools/pool.ts";
import type { Target } from "../probe/target.ts";

export interface Sinks {
  readonly target: Target;
  readonly played: readonly PlayedScenario[];
  readonly pool: StorePool;
  readonly logged: string;
  readonly spans: string;
  readonly metrics: string;
  /** The audit itself, in every form. */
  readonly documents: readonly string[];
  /** Values that must not be found, by names that may be printed. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** Looks through everything that a run can reach for canaries and keys, in every usual spelling. */
export async function searchSinks(sinks: Sinks): Promise<SinkSearch[]> {
  const { target, played, pool, documents } = sinks;
  const reports = played.map(({ report }) => report);
  const texts: Readonly<Record<string, string>> = {
    store: await dump(pool),
    queue: JSON.stringify(plan(played.map(({ scenario }) => auditProbe(target, scenario.name)))),
    logs: sinks.logged,
    spans: sinks.spans,
    metrics: sinks.metrics,
    alerts: alertsOf(target, played),
    reports: Object.values(reporters)
      .map((report) => report(reports, { colour: false }).output)
      .join("\n"),
    [documentSink]: documents.join("\n"),
  };
  const forbidden = { ...canaries, ...sinks.secrets };
  return Object.entries(texts).map(([sink, text]) => ({
    sink,
    bytes: Buffer.byteLength(text),
    found: canariesIn(text, forbidden),
  }));
}

async function dump({ pool }: StorePool): Promise<string> {
  const tables = await pool.query(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  const rows: string[] = [];
  for (const { name } of tables.rows)
    rows.push(JSON.stringify((await pool.query(`SELECT * FROM ${String(name)}`)).rows));
  return rows.join("\n");
}

/** The alert that the canaries' run would send if it failed. */
function alertsOf(target: Target, played: readonly PlayedScenario[]): string {
  const probe = { ...auditProbe(target, "log-redaction"), receivers: ["canary"] };
  const memory = { series: [], incidents: [], lastGoodSlotMs: undefined, surroundings: { silences: [], outages: [] } };
  return played
    .filter(({ scenario }) => scenario.name === "log-redaction")
    .map(({ scenario, report, observations }) => {
      const impossible = { ...scenario, expectations: [{ kind: "status", oneOf: [599] } as const] };
      const when = { slotMs: report.slotMs, nowMs: report.slotMs, runId: report.runId, traceId: report.traceId };
      return JSON.stringify(decide({ probe, scenario: impossible, observations, ...when }, memory));
    })
    .join("\n");
}
