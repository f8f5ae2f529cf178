import { setTimeout as sleep } from "node:timers/promises";
import type { SpendCap } from "../probe/target.ts";
import type { MissReason } from "../run/run.ts";
import type { Decision, FinishedRun, ProbeMemory, RunStore } from "../run/world.ts";
import { claimJson, claimResult, claimsOn } from "./claim.ts";
import { iso, rowSchema, word } from "./columns.ts";
import type { Database } from "./database.ts";
import { type Finish, finishesOn } from "./finish.ts";
import { effectsJson } from "./incidents.ts";
import { type KnownSeries, knownSeries } from "./known-series.ts";
import { type FoundMemory, ownMemory, readAround, readMemory } from "./memory.ts";
import { seriesMemoryRow } from "./rows.ts";
import { type Outlines, outlinesOn } from "./outlines.ts";
import { byReason, shortLedger } from "./short-forms.ts";
import { sql } from "./sql.ts";
import { afterRun, changedRow, type PackedStates, packStates, statesJson } from "./states.ts";
import { StoreUnavailable } from "./store-unavailable.ts";

/** Runs, what is remembered of their series, and everything that follows from them: each written by one statement. */
export function createRunStore(db: Database): RunStore {
  // A configuration that is read again has caps of its own, which others may not have counted for in between.
  const known = new WeakSet<SpendCap>();
  const series = knownSeries();
  const claim = claimsOn(db);
  const finish = finishesOn(db);
  const outlines = outlinesOn(db);
  // By probe, which has one open claim at most.
  const begun = new Map<string, Begun>();
  return {
    async claim(request) {
      const { probeId, slotMs } = request;
      const caps = request.reserve.caps.map((cap) => ({ ...cap, isNew: !known.has(cap) }));
      const { result: word, own } = await claim(claimJson(request, caps, series.versionOf(probeId)));
      if (own !== undefined) begun.set(probeId, { slotMs, found: ownMemory(own, () => series.of(probeId)) });
      const result = claimResult(word);
      const isAsked = result.kind === "claimed" || (result.kind === "skipped" && result.reason === "spend-cap");
      if (isAsked) for (const cap of request.reserve.caps) known.add(cap);
      return result;
    },

    commit(run, decide, onAway = () => {}) {
      const claimed = begun.get(run.probeId);
      const found = claimed?.slotMs === run.slotMs ? claimed.found : undefined;
      if (found !== undefined) begun.delete(run.probeId);
      const progress: Progress = { sent: undefined };
      return whenBack(() => commit(db, run, decide, { progress, series, found, finish, outlines }), onAway);
    },

    async recall({ id }) {
      const [memory] = await db.select(
        seriesMemoryRow,
        sql`SELECT * FROM plumbline.series_memory WHERE series_id = ${id}`,
      );
      return memory;
    },

    async miss(slot, reason: MissReason) {
      await db.repeat(sql`
        INSERT INTO plumbline.runs (run_id, probe_id, slot, location, target, model, scenario, state, reason)
        VALUES (${`${slot.probeId}/${iso(slot.slotMs)}`}, ${slot.probeId}, ${iso(slot.slotMs)}::timestamptz, ${slot.location},
          ${slot.target}, ${slot.model}, ${slot.scenario}, 'missed', ${reason})
        ON CONFLICT DO NOTHING`);
    },
  };
}

interface Begun {
  readonly slotMs: number;
  readonly found: FoundMemory;
}

/** A run was paid for: its result waits for a store that is away. */
async function whenBack<T>(work: () => Promise<T>, onAway: () => void): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || tries >= mostTries) throw error;
      if (tries === 1) onAway();
      await sleep(Math.min(1000, 50 * 2 ** (tries - 1)));
    }
  }
}

/** Each takes some ten seconds while the store is away. */
const mostTries = 360;
/** Whoever has to decide again has been overtaken by somebody who wrote. */
const mostDecisions = 100;

interface Progress {
  /** What was written, perhaps: the connection broke before there was an answer. */
  sent: Decision | undefined;
}

interface Commit {
  readonly progress: Progress;
  readonly series: KnownSeries;
  /** As the claim has found it. */
  readonly found: FoundMemory | undefined;
  readonly finish: Finish;
  readonly outlines: Outlines;
}

/**
 * Decides by what the claim has found. Where incidents are concerned it reads all anew, decides and writes, without a
 * lock while deciding; begins anew when what it has read was changed meanwhile.
 */
async function commit(
  db: Database,
  run: FinishedRun,
  decide: Parameters<RunStore["commit"]>[1],
  { progress, series, found: claimed, finish, outlines }: Commit,
): Promise<Decision | undefined> {
  let known = claimed;
  for (let tries = 1; ; tries += 1) {
    const found = known ?? (await readMemory(db, run));
    known = undefined;
    if (found === undefined) break;
    const first = decide(found.memory);
    if (found.aroundVersion === undefined && concernsIncidents(found.memory, first)) continue;
    // Deciding is pure: it is asked again with what an alert says of the others, when there is one.
    const around = first.outbox.length === 0 ? undefined : await readAround(db, run);
    const decision =
      around === undefined
        ? first
        : decide({ ...found.memory, surroundings: { ...found.memory.surroundings, ...around } });
    const { memories, counted } = afterRun(found.memory.series, decision.series, run.slotMs);
    const packed = counted.length === 0 ? undefined : packStates(memories);
    const observations = await outlines.takenFrom(run.observations, run.slotMs);
    const written = commitJson(run, decision, found, { observations, packed, counted, sent: around?.sent });
    const isPlain = found.aroundVersion === undefined && !hasFault(run);
    const { result, version } = await finish(written, isPlain).catch((error: unknown) => {
      if (error instanceof StoreUnavailable) outlines.forget();
      if (error instanceof StoreUnavailable && error.isSent) progress.sent = decision;
      throw error;
    });
    if (result === "committed") {
      // The store numbers baselines.
      if (counted.some(({ accept }) => accept !== undefined)) series.forget(run.probeId);
      else series.wrote(run.probeId, version, memories, packed?.states);
      return decision;
    }
    series.forget(run.probeId);
    if (result === "closed") break;
    if (tries >= mostDecisions) throw new Error(`run ${run.runId} was overtaken ${tries} times while it was decided`);
  }
  return progress.sent !== undefined && (await isDone(db, run)) ? progress.sent : undefined;
}

function concernsIncidents({ incidents: before }: ProbeMemory, { incidents, transitions, outbox }: Decision): boolean {
  return incidents.length + transitions.length + outbox.length > 0 || before.some(({ state }) => state !== "resolved");
}

const stateRow = rowSchema<{ state: string }>({ state: word("state") });

async function isDone(db: Database, { probeId, slotMs }: FinishedRun): Promise<boolean> {
  const [run] = await db.select(
    stateRow,
    sql`SELECT state FROM plumbline.runs WHERE probe_id = ${probeId} AND slot = ${iso(slotMs)}::timestamptz`,
  );
  return run?.state === "done";
}

function hasFault({ observations }: FinishedRun): boolean {
  return observations.some(({ outcome }) => outcome.kind === "fault");
}

interface Written {
  readonly observations: readonly unknown[];
  readonly packed: PackedStates | undefined;
  /** The updates that count. */
  readonly counted: Decision["series"];
  readonly sent: ReadonlyMap<string, number> | undefined;
}

function commitJson(
  run: FinishedRun,
  decision: Decision,
  { memory, version, aroundVersion }: FoundMemory,
  { observations, packed, counted, sent }: Written,
): string {
  const { span, spent } = run;
  const last = run.observations.at(-1);
  const before = new Map(memory.series.map((one) => [one.series.id, one]));
  return JSON.stringify({
    ...effectsJson(decision),
    probeId: run.probeId,
    slot: iso(run.slotMs),
    target: run.target,
    location: run.location,
    endedAt: iso(run.endedAtMs),
    ledger: shortLedger(run),
    observations,
    microUsd: spent.microUsd,
    tokens: spent.tokens,
    requests: spent.requests,
    totalMs: last?.timings.totalMs,
    firstContentMs: last?.timings.firstContentMs,
    traceId: span?.traceId,
    spanId: span?.spanId,
    verdict: decision.verdict,
    findings: decision.findings,
    unjudged: byReason(decision.unjudged),
    ...(packed !== undefined && {
      ...statesJson(packed),
      series: counted.flatMap((update) => changedRow(before.get(update.series.id), update, run.slotMs)),
      accepts: counted.flatMap(({ series: { id }, accept }) => (accept === undefined ? [] : [{ id, ...accept }])),
    }),
    version,
    aroundVersion,
    hasFault: hasFault(run),
    sent: sent === undefined || decision.outbox.length === 0 ? undefined : Object.fromEntries(sent),
  });
}
