import { sql, type Kysely, type Transaction } from "kysely";
import type { Incident } from "../incident/incident.ts";
import type { SpendCap } from "../probe/target.ts";
import type { ClaimRequest, ClaimResult, MissReason } from "../run/run.ts";
import type { Decision, FinishedRun, ProbeMemory, RunStore } from "../run/world.ts";
import { readPeers, readSent, readSurroundings, writeIncidents } from "./incidents.ts";
import { fleetOf } from "./fleet.ts";
import { plannedIn } from "./plans.ts";
import { epochMs, iso, seriesMemory, type Row } from "./rows.ts";

/** Runs, what is remembered of their series, and everything that follows from them, in one transaction. */
export function createRunStore(db: Kysely<never>): RunStore {
  // A configuration that is read again has caps of its own, which others may not have counted for in between.
  const known = new WeakSet<SpendCap>();
  return {
    async claim(request) {
      const caps = request.reserve.caps.map((cap) => ({ ...cap, isNew: !known.has(cap) }));
      const { rows } = await sql<{ result: string }>`
        SELECT plumbline.claim_unless_paused(${claimJson(request, caps)}::jsonb) AS result`.execute(db);
      const result = claimResult(rows[0]?.result);
      const isAsked = result.kind === "claimed" || (result.kind === "skipped" && result.reason === "spend-cap");
      if (isAsked) for (const cap of request.reserve.caps) known.add(cap);
      return result;
    },

    commit: (run, decide) =>
      db.transaction().execute(async (tx) => {
        const open = await sql`
          SELECT pg_advisory_xact_lock(hashtextextended('plumbline:' || ${run.probeId}, 0)), state FROM plumbline.runs
          WHERE probe_id = ${run.probeId} AND slot = ${iso(run.slotMs)}::timestamptz AND state = 'claimed' FOR UPDATE`.execute(
          tx,
        );
        if (open.rows.length === 0) return undefined;
        if (run.observations.some(({ outcome }) => outcome.kind === "fault")) await takeTurns(tx, run.target);
        const memory = await readMemory(tx, run);
        const first = decide(memory);
        // Deciding is pure: it is asked again with what an alert says of the others, when there is one.
        const decision =
          first.outbox.length === 0
            ? first
            : decide({
                ...memory,
                surroundings: {
                  ...memory.surroundings,
                  peers: await readPeers(tx, run),
                  sent: await readSent(tx, run.endedAtMs),
                },
              });
        await writeRun(tx, run, decision);
        await writeSeries(tx, run, decision);
        await writeIncidents(tx, decision);
        return decision;
      }),

    async miss(slot, reason: MissReason) {
      await sql`
        INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason)
        VALUES (${`${slot.probeId}/${iso(slot.slotMs)}`}, ${slot.probeId}, ${iso(slot.slotMs)}::timestamptz, ${slot.location},
          ${slot.target}, ${slot.model}, ${slot.scenario}, 'missed', ${reason})
        ON CONFLICT DO NOTHING`.execute(db);
    },
  };
}

function claimJson({ reserve, slotMs, atMs, deadlineMs, ...rest }: ClaimRequest, caps: readonly SpendCap[]): string {
  return JSON.stringify({
    ...rest,
    slot: iso(slotMs),
    at: iso(atMs),
    deadline: iso(deadlineMs),
    microUsd: reserve.microUsd,
    tokens: reserve.tokens,
    requests: reserve.requests,
    billedTo: reserve.billedTo,
    caps,
  });
}

function claimResult(result: string | undefined): ClaimResult {
  switch (result) {
    case "claimed":
    case "taken":
      return { kind: result };
    case "overlap":
    case "spend-cap":
    case "paused":
      return { kind: "skipped", reason: result };
    default:
      throw new Error(`claim_run answered ${result}`);
  }
}

/** Probes that find a target down at the same moment see each other's outage: only the first is told. */
async function takeTurns(tx: Transaction<never>, target: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`plumbline:outage:${target}`}, 0))`.execute(tx);
}

async function readMemory(tx: Transaction<never>, run: FinishedRun): Promise<ProbeMemory> {
  const { probeId } = run;
  const series = await sql<Row>`
    SELECT s.*, b.version, b.n, b.learned, b.accepted_at, b.accepted_by, b.why, b.trace_id, b.span_id FROM plumbline.series s
    LEFT JOIN LATERAL (SELECT * FROM plumbline.baselines WHERE series_id = s.series_id ORDER BY version DESC LIMIT 1) b ON true
    WHERE s.probe_id = ${probeId}`.execute(tx);
  const incidents = await sql<{ body: Incident }>`
    SELECT body FROM plumbline.incidents WHERE probe_id = ${probeId}`.execute(tx);
  const good = await sql<Row>`
    SELECT max(slot) AS slot, (SELECT to_jsonb(f) FROM plumbline.fleet f) AS fleet,
      (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.starts_at DESC) FROM plumbline.planned p WHERE p.starts_at <= ${iso(run.slotMs)}::timestamptz
        AND (p.probe_id = ${probeId} OR p.target = ${run.target})) AS planned
    FROM plumbline.runs
    WHERE probe_id = ${probeId} AND verdict = 'ok' AND slot > now() - interval '7 days'`.execute(tx);
  const slot = good.rows[0]?.["slot"];
  const lastGoodSlotMs = slot === null || slot === undefined ? undefined : epochMs(slot);
  return {
    lastGoodSlotMs,
    fleet: fleetOf(good.rows[0]?.["fleet"]),
    planned: plannedIn(good.rows[0]?.["planned"]),
    series: series.rows.map(seriesMemory),
    incidents: incidents.rows.map(({ body }) => body),
    surroundings: await readSurroundings(tx, run),
  };
}

/** Settles the reservation: what is known replaces it, what is unknown leaves it counted. */
async function writeRun(tx: Transaction<never>, run: FinishedRun, decision: Decision): Promise<void> {
  const { spent, observations } = run;
  const last = observations.at(-1);
  await sql`
    UPDATE plumbline.runs SET state = 'done', ended_at = ${iso(run.endedAtMs)}::timestamptz, verdict = ${decision.verdict},
      findings = ${JSON.stringify(decision.findings)}::jsonb, unjudged = ${JSON.stringify(decision.unjudged)}::jsonb,
      observations = ${JSON.stringify(observations)}::jsonb, micro_usd = ${spent.microUsd ?? null}::bigint,
      tokens = ${spent.tokens ?? null}::bigint, requests = ${spent.requests}::int, ledger = ${JSON.stringify(run.ledger)}::jsonb,
      total_ms = ${last?.timings.totalMs ?? null}::float8, first_content_ms = ${last?.timings.firstContentMs ?? null}::float8
    WHERE probe_id = ${run.probeId} AND slot = ${iso(run.slotMs)}::timestamptz`.execute(tx);
  await sql`SELECT plumbline.settle_run(${run.probeId}, ${iso(run.slotMs)}::timestamptz)`.execute(tx);
}

async function writeSeries(tx: Transaction<never>, run: FinishedRun, { series }: Decision): Promise<void> {
  if (series.length === 0) return;
  const states = series.map(({ series: { id, aspect, label }, state, reading }) => ({
    id,
    aspect,
    label,
    state,
    reading,
  }));
  const written = await sql<Row>`
    INSERT INTO plumbline.series (series_id, probe_id, aspect, label, state, reading, last_slot)
    SELECT s.id, ${run.probeId}, s.aspect, s.label, s.state, s.reading, ${iso(run.slotMs)}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(states)}::jsonb)
      AS s(id text, aspect text, label text, state jsonb, reading jsonb)
    ON CONFLICT (series_id) DO UPDATE
    SET state = excluded.state, reading = excluded.reading, last_slot = excluded.last_slot
    WHERE plumbline.series.last_slot < excluded.last_slot RETURNING series_id`.execute(tx);
  // What a late slot would have accepted is as old as its state.
  const current = new Set(written.rows.map((row) => row["series_id"]));
  for (const {
    series: { id },
    accept,
  } of series) {
    if (accept === undefined || !current.has(id)) continue;
    await sql`
      INSERT INTO plumbline.baselines (series_id, version, n, learned, accepted_at, accepted_by, why, trace_id, span_id)
      SELECT ${id}, coalesce(max(version), 0) + 1, ${accept.n}::int, ${JSON.stringify(accept.learned)}::jsonb,
        ${iso(run.endedAtMs)}::timestamptz, 'plumbline', ${accept.why}, ${run.span?.traceId ?? null}, ${run.span?.spanId ?? null}
      FROM plumbline.baselines WHERE series_id = ${id}`.execute(tx);
  }
}
