import { runId } from "../probe/ids.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import type { AuditEntry } from "./control.ts";
import type { Overview, Pause, ProbeOverview, RunSummary } from "./overview.ts";

/** What may be asked and done about probes. Each act is written in the same transaction. */
export interface ProbeStore {
  overview(nowMs: number): Promise<Overview>;
  pauses(): Promise<readonly Pause[]>;
  /** False when it is paused already. */
  pause(pause: Pause, act: AuditEntry): Promise<boolean>;
  /** False when it is not paused. */
  resume(probeId: string, act: AuditEntry): Promise<boolean>;
  recordAct(act: AuditEntry): Promise<void>;
  /** Newest first. */
  runs(probeId: string, limit: number): Promise<readonly RunSummary[]>;
  /** One run with everything that is kept of it. */
  run(runId: string): Promise<RunDetail | undefined>;
}

export interface RunDetail extends RunSummary {
  readonly probeId: string;
  readonly target: string;
  readonly model: string;
  readonly scenario: string;
  readonly location: string;
  readonly traceId?: string | undefined;
  readonly findings: readonly unknown[];
  readonly unjudged: readonly string[];
  readonly observations: readonly unknown[];
}

/** A configured probe and how it is. */
export interface ProbeView {
  readonly id: string;
  readonly target: string;
  readonly model: string;
  readonly scenario: string;
  readonly location: string;
  readonly cadence: Probe["cadence"];
  readonly paused?: Pause | undefined;
  readonly last?: RunSummary | undefined;
  /** When it is due next; a paused probe's slot is skipped then. */
  readonly nextSlotMs?: number | undefined;
  readonly learning?: ProbeOverview["learning"];
}

export type ProbeResult = { readonly kind: "done" } | { readonly kind: "refused"; readonly reason: string };

export interface Probes {
  list(): Promise<readonly ProbeView[]>;
  /** Undefined: no such probe. Otherwise the run that is asked for, which comes under caps as every other. */
  runNow(id: string, by: string): Promise<{ readonly runId: string } | { readonly refused: string } | undefined>;
  pause(id: string, by: string, why: string): Promise<ProbeResult | undefined>;
  resume(id: string, by: string): Promise<ProbeResult | undefined>;
  runs(id: string): Promise<readonly RunSummary[] | undefined>;
  run(id: string): Promise<RunDetail | undefined>;
}

interface ProbeWorld {
  readonly book: ProbeStore;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
  /** Puts a slot into the queue of its location. */
  readonly enqueue: (probe: Probe, slotMs: number) => Promise<void>;
  readonly nextSlotMs: (probe: Probe, nowMs: number) => number | undefined;
}

const mostRuns = 100;

export function createProbes({ book, clock, probes, enqueue, nextSlotMs }: ProbeWorld): Probes {
  /** By id, or by a name that has one place only. */
  const find = (given: string): Probe | undefined => {
    const named = probes.filter(({ name }) => name === given);
    return probes.find(({ id }) => id === given) ?? (named.length === 1 ? named[0] : undefined);
  };

  return {
    async list() {
      const pauses = new Map((await book.pauses()).map((pause) => [pause.probeId, pause]));
      const seen = new Map((await book.overview(clock.nowMs())).probes.map((probe) => [probe.probeId, probe]));
      return probes.map((probe) => {
        const { id, target, scenario, location, cadence } = probe;
        return {
          id,
          target: target.name,
          model: target.model,
          scenario: scenario.name,
          location,
          cadence,
          paused: pauses.get(id),
          last: seen.get(id)?.recent.at(-1),
          nextSlotMs: nextSlotMs(probe, clock.nowMs()),
          learning: seen.get(id)?.learning,
        };
      });
    },

    async runNow(given, by) {
      const probe = find(given);
      if (probe === undefined) return undefined;
      const { id } = probe;
      if ((await book.pauses()).some(({ probeId }) => probeId === id))
        return { refused: "it is paused: resume it first" };
      const slotMs = clock.nowMs();
      await book.recordAct({ by, what: "run-now", subject: id, why: "asked for", atMs: slotMs });
      await enqueue(probe, slotMs);
      return { runId: runId(id, slotMs) };
    },

    async pause(given, by, why) {
      const id = find(given)?.id;
      if (id === undefined) return undefined;
      const atMs = clock.nowMs();
      const isDone = await book.pause(
        { probeId: id, by, why, sinceMs: atMs },
        { by, what: "pause", subject: id, why, atMs },
      );
      return isDone ? { kind: "done" } : { kind: "refused", reason: "it is paused already" };
    },

    async resume(given, by) {
      const id = find(given)?.id ?? given;
      const act: AuditEntry = { by, what: "resume", subject: id, why: "goes on", atMs: clock.nowMs() };
      const isDone = await book.resume(id, act);
      if (isDone) return { kind: "done" };
      return find(id) === undefined ? undefined : { kind: "refused", reason: "it is not paused" };
    },

    async runs(given) {
      const id = find(given)?.id ?? given;
      const runs = await book.runs(id, mostRuns);
      return runs.length === 0 && find(id) === undefined ? undefined : runs;
    },
    run: (id) => book.run(id),
  };
}
