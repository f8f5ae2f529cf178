import type { SpendCap } from "../probe/target.ts";
import type { ClaimRequest, ClaimResult, MissReason } from "../run/run.ts";
import type { Decision, FinishedRun, ProbeMemory, RunStore } from "../run/world.ts";
import { iso, optionalTimeMs, rowSchema, text, word } from "./columns.ts";
import type { Database, Transaction } from "./database.ts";
import { readFleet } from "./fleet.ts";
import { readPeers, readSent, readSurroundings, writeIncidents } from "./incidents.ts";
import { lock, lockKeys } from "./locks.ts";
import { incidentRow, plannedRow, seriesMemoryRow } from "./rows.ts";
import { sql } from "./sql.ts";

/** Runs, what is remembered of their series, and everything that follows from them, in one transaction. */
export function createRunStore(db: Database): RunStore {
  // A configuration that is read again has caps of its own, which others may not have counted for in between.
  const known = new WeakSet<SpendCap>();
  return {
    async claim(request) {
      const caps = request.reserve.caps.map((cap) => ({ ...cap, isNew: !known.has(cap) }));
      const [row = {}] = await db.execute(
        sql`SELECT plumbline.claim_unless_paused(${claimJson(request, caps)}::jsonb) AS result`,
      );
      const result = claimResult(claimRow.decode(row).result);
      const isAsked = result.kind === "claimed" || (result.kind === "skipped" && result.reason === "spend-cap");
      if (isAsked) for (const cap of request.reserve.caps) known.add(cap);
      return result;
    },

    commit: (run, decide) =>
      db.transaction(async (tx) => {
        await lock(tx, lockKeys.probe(run.probeId));
        const open = await tx.execute(sql`
          SELECT state FROM plumbline.runs
          WHERE probe_id = ${run.probeId} AND slot = ${iso(run.slotMs)}::timestamptz AND state = 'claimed' FOR UPDATE`);
        if (open.length === 0) return undefined;
        if (run.observations.some(({ outcome }) => outcome.kind === "fault"))
          await lock(tx, lockKeys.outage(run.target));
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
      await db.execute(sql`
        INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason)
        VALUES (${`${slot.probeId}/${iso(slot.slotMs)}`}, ${slot.probeId}, ${iso(slot.slotMs)}::timestamptz, ${slot.location},
          ${slot.target}, ${slot.model}, ${slot.scenario}, 'missed', ${reason})
        ON CONFLICT DO NOTHING`);
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

type ClaimWord = "claimed" | "taken" | "overlap" | "spend-cap" | "paused";

const claimRow = rowSchema({ result: word<ClaimWord>("result") });

function claimResult(result: ClaimWord): ClaimResult {
  return result === "claimed" || result === "taken" ? { kind: result } : { kind: "skipped", reason: result };
}

const lastGoodRow = rowSchema({ slotMs: optionalTimeMs("slot", "max(slot)") });
const weekMs = 7 * 86_400_000;

async function readMemory(tx: Transaction, run: FinishedRun): Promise<ProbeMemory> {
  const { probeId } = run;
  const series = await tx.select(
    seriesMemoryRow,
    sql`SELECT ${seriesMemoryRow.columns} FROM plumbline.series_memory WHERE probe_id = ${probeId}`,
  );
  const incidents = await tx.select(
    incidentRow,
    sql`SELECT ${incidentRow.columns} FROM plumbline.incidents WHERE probe_id = ${probeId}`,
  );
  const planned = await tx.select(
    plannedRow,
    sql`
    SELECT ${plannedRow.columns} FROM plumbline.planned
    WHERE starts_at <= ${iso(run.slotMs)}::timestamptz AND (probe_id = ${probeId} OR target = ${run.target}) ORDER BY starts_at DESC`,
  );
  const [lastGood] = await tx.select(
    lastGoodRow,
    sql`
    SELECT ${lastGoodRow.columns} FROM plumbline.runs
    WHERE probe_id = ${probeId} AND verdict = 'ok' AND slot > ${iso(run.slotMs - weekMs)}::timestamptz`,
  );
  return {
    lastGoodSlotMs: lastGood?.slotMs,
    fleet: await readFleet(tx),
    planned,
    series,
    incidents,
    surroundings: await readSurroundings(tx, run),
  };
}

/** Settles the reservation: what is known replaces it, what is unknown leaves it counted. */
async function writeRun(tx: Transaction, run: FinishedRun, decision: Decision): Promise<void> {
  const { spent, observations } = run;
  const last = observations.at(-1);
  await tx.execute(sql`
    UPDATE plumbline.runs SET state = 'done', ended_at = ${iso(run.endedAtMs)}::timestamptz, verdict = ${decision.verdict},
      findings = ${JSON.stringify(decision.findings)}::jsonb, unjudged = ${JSON.stringify(decision.unjudged)}::jsonb,
      observations = ${JSON.stringify(observations)}::jsonb, micro_usd = ${spent.microUsd ?? null}::bigint,
      tokens = ${spent.tokens ?? null}::bigint, requests = ${spent.requests}::int, ledger = ${JSON.stringify(run.ledger)}::jsonb,
      total_ms = ${last?.timings.totalMs ?? null}::float8, first_content_ms = ${last?.timings.firstContentMs ?? null}::float8
    WHERE probe_id = ${run.probeId} AND slot = ${iso(run.slotMs)}::timestamptz`);
  await tx.execute(sql`SELECT plumbline.settle_run(${run.probeId}, ${iso(run.slotMs)}::timestamptz)`);
}

const seriesIdRow = rowSchema({ id: text("series_id") });

async function writeSeries(tx: Transaction, run: FinishedRun, { series }: Decision): Promise<void> {
  if (series.length === 0) return;
  const states = series.map(({ series: { id, aspect, label }, state, reading }) => ({
    id,
    aspect,
    label,
    state,
    reading,
  }));
  const written = await tx.execute(sql`
    INSERT INTO plumbline.series (series_id, probe_id, aspect, label, state, reading, last_slot)
    SELECT s.id, ${run.probeId}, s.aspect, s.label, s.state, s.reading, ${iso(run.slotMs)}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(states)}::jsonb)
      AS s(id text, aspect text, label text, state jsonb, reading jsonb)
    ON CONFLICT (series_id) DO UPDATE
    SET state = excluded.state, reading = excluded.reading, last_slot = excluded.last_slot
    WHERE plumbline.series.last_slot < excluded.last_slot RETURNING series_id`);
  // What a late slot would have accepted is as old as its state.
  const current = new Set(written.map((row) => seriesIdRow.decode(row).id));
  for (const {
    series: { id },
    accept,
  } of series) {
    if (accept === undefined || !current.has(id)) continue;
    await tx.execute(sql`
      INSERT INTO plumbline.baselines (series_id, version, n, learned, accepted_at, accepted_by, why, trace_id, span_id)
      SELECT ${id}::text, coalesce(max(version), 0) + 1, ${accept.n}::int, ${JSON.stringify(accept.learned)}::jsonb,
        ${iso(run.endedAtMs)}::timestamptz, 'plumbline', ${accept.why}, ${run.span?.traceId ?? null}, ${run.span?.spanId ?? null}
      FROM plumbline.baselines WHERE series_id = ${id}`);
  }
}
