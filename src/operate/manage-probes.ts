import { runId } from "../probe/ids.ts";
import type { Probe } from "../probe/probe.ts";
import type { SlotStore } from "../schedule/queue.ts";
import { nextSlot } from "../schedule/slots.ts";
import type { Clock } from "../std/clock.ts";
import type { AuditEntry } from "./audit-log.ts";
import { type Refused, refused } from "./operation.ts";
import type { Pause, RunSummary } from "./overview.ts";
import type { BoardStore } from "./board.ts";
import type { ProbeView, RunDetail, RunFilter } from "./probes.ts";

/** Each change keeps its audit entry in the same transaction. */
export interface ProbeStore extends Pick<BoardStore, "newestRuns" | "learningOf">, Pick<SlotStore, "schedules"> {
  pauses(): Promise<readonly Pause[]>;
  /** False when it is paused already. */
  pause(pause: Pause, entry: AuditEntry): Promise<boolean>;
  /** False when it is not paused. */
  resume(probeId: string, entry: AuditEntry): Promise<boolean>;
  recordAct(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  runs(probeId: string, limit: number, how?: RunFilter): Promise<readonly RunSummary[]>;
  /** One run with everything that is kept of it. */
  run(runId: string): Promise<RunDetail | undefined>;
}

interface Done {
  readonly done: true;
}

/** Undefined: there is no such probe or run. */
export interface Probes {
  list(): Promise<readonly ProbeView[]>;
  /** The id of the run that will be made; spend caps apply to it. */
  runNow(id: string, by: string): Promise<{ readonly runId: string } | Refused | undefined>;
  pause(id: string, by: string, why: string): Promise<Done | Refused | undefined>;
  resume(id: string, by: string): Promise<Done | Refused | undefined>;
  runs(id: string, how?: RunFilter): Promise<readonly RunSummary[] | undefined>;
  /** One probe as in the list. */
  get(id: string): Promise<ProbeView | undefined>;
  run(id: string): Promise<RunDetail | undefined>;
}

interface ProbeWorld {
  readonly store: ProbeStore;
  readonly clock: Clock;
  readonly probes: readonly Probe[];
  /** Puts a slot into the queue of its location. */
  readonly enqueue: (probe: Probe, slotMs: number) => Promise<void>;
}

const mostRuns = 100;

export function createProbes({ store, clock, probes, enqueue }: ProbeWorld): Probes {
  /** By id, or by a name that has one place only. */
  const find = (given: string): Probe | undefined => {
    const named = probes.filter(({ name }) => name === given);
    return probes.find(({ id }) => id === given) ?? (named.length === 1 ? named[0] : undefined);
  };

  async function view(wanted: readonly Probe[]): Promise<readonly ProbeView[]> {
    const ids = wanted.map(({ id }) => id);
    const [pauses, newest, learning, schedules] = await Promise.all([
      store.pauses(),
      store.newestRuns(ids, 2),
      store.learningOf(ids),
      store.schedules(ids),
    ]);
    const paused = new Map(pauses.map((pause) => [pause.probeId, pause]));
    const entries = new Map(schedules.map((entry) => [entry.id, entry]));
    return wanted.map(({ id, target, scenario, location, cadence }) => {
      const entry = entries.get(id);
      return {
        id,
        target: target.name,
        model: target.model,
        scenario: scenario.name,
        location,
        cadence,
        paused: paused.get(id),
        last: newest.get(id)?.findLast(({ state }) => state !== "claimed"),
        nextSlotMs: entry && nextSlot(entry, clock.nowMs()),
        learning: learning.get(id),
      };
    });
  }

  return {
    list: () => view(probes),

    async runNow(given, by) {
      const probe = find(given);
      if (probe === undefined) return undefined;
      const { id } = probe;
      if ((await store.pauses()).some(({ probeId }) => probeId === id))
        return refused("the probe is paused: resume it first");
      const slotMs = clock.nowMs();
      await store.recordAct({ by, what: "run-now", subject: id, why: "asked for", atMs: slotMs });
      await enqueue(probe, slotMs);
      return { runId: runId(id, slotMs) };
    },

    async pause(given, by, why) {
      const id = find(given)?.id;
      if (id === undefined) return undefined;
      const atMs = clock.nowMs();
      const isDone = await store.pause(
        { probeId: id, by, why, sinceMs: atMs },
        { by, what: "pause", subject: id, why, atMs },
      );
      return isDone ? { done: true } : refused("the probe is already paused");
    },

    async resume(given, by) {
      const id = find(given)?.id ?? given;
      const entry: AuditEntry = { by, what: "resume", subject: id, why: "resumed", atMs: clock.nowMs() };
      if (await store.resume(id, entry)) return { done: true };
      return find(id) === undefined ? undefined : refused("the probe is not paused");
    },

    async get(id) {
      const probe = probes.find((one) => one.id === id);
      return probe && (await view([probe]))[0];
    },

    async runs(given, how = "all") {
      const id = find(given)?.id ?? given;
      const runs = await store.runs(id, mostRuns, how);
      return runs.length === 0 && find(id) === undefined ? undefined : runs;
    },
    run: (id) => store.run(id),
  };
}
