import type { Cadence } from "../probe/probe.ts";
import type { Slot } from "../probe/slot.ts";

/** One due slot, as the queue carries it: names and times only. */
export interface SlotJob {
  readonly probeId: string;
  readonly slotMs: number;
}

/** A slot as a worker gets it from the queue, which anyone with access to the queue can have put there. */
export interface TakenSlot extends SlotJob {
  readonly origin: "schedule" | "asked";
}

/** When a probe is due. */
export interface ScheduleEntry {
  /** The probe's id. */
  readonly id: string;
  readonly location: string;
  readonly cadence: Cadence;
  /** Its number among the probes of the same interval; 0 for cron. */
  readonly place: number;
  /** Follows from `place` and spreads probes over their interval. */
  readonly offsetMs: number;
}

/** The port: what the rest of the program knows of the queue. BullMQ is behind it. */
export interface SlotQueue {
  /** Slots of one location, each at its time. Adding one twice is one. */
  addAll(jobs: readonly SlotJob[], location: string): Promise<void>;
  /** How many slots of one location are due and wait for a worker. */
  waiting(location: string): Promise<number>;
  /** Makes sure that ticks come at this interval; true if there were none and they were started. */
  keepTicking(everyMs: number): Promise<boolean>;
  /** Takes ticks: of all processes that do, one gets each. */
  takeTicks(handler: () => Promise<void>): Promise<SlotWorker>;
  /** One slot of a probe beside its schedule, at its time. Asking twice for the same is one. */
  add(job: SlotJob, location: string): Promise<void>;
  /** The queue's own clock (Redis TIME, PostgreSQL now()), to notice skew. */
  clockMs(): Promise<number>;
  /** A cheap write: rejects when the queue refuses it, as a full or read-only Redis does. */
  checkWritable(): Promise<void>;
  /** Begins to consume the slots of one location. The handler must not throw for a target's fault. */
  work(location: string, concurrency: number, handler: SlotHandler): Promise<SlotWorker>;
}

/** Runs a slot that is due. Once it has called `onClaimed`, nobody else needs to get that slot. */
export type SlotHandler = (slot: TakenSlot, onClaimed: () => void) => Promise<void>;

export interface DeliveryQueue {
  /** Asks for one attempt of one outbox entry. Asking twice for the same attempt is one job. */
  enqueue(outboxId: string, attempt: number): Promise<void>;
  work(concurrency: number, handler: (outboxId: string) => Promise<void>): Promise<Stoppable>;
}

export interface Stoppable {
  /** Stops taking new work and waits for what is running. */
  stop(): Promise<void>;
}

export interface SlotWorker extends Stoppable {
  /** With true, takes no slots; with false, takes them again. What is running is finished. */
  pause(isPaused: boolean): void;
}

/** What the scheduler role asks of the store. */
export interface SlotStore {
  /** Takes or renews a lease; true while `holder` has it. */
  holdLease(name: string, holder: string, ttlMs: number, nowMs: number): Promise<boolean>;
  releaseLease(name: string, holder: string): Promise<void>;
  /**
   * Up to when every due slot of a probe has a row, some minutes less at most; its newest row where that was never
   * recorded. Probes that nothing is known of are absent.
   */
  accountedUntil(): Promise<ReadonlyMap<string, number>>;
  /** Writes `missed` rows for slots that have no row, and with them what holds then; returns how many it wrote. */
  recordMissed(
    slots: readonly Slot[],
    accountedUntil: ReadonlyMap<string, number>,
    reason?: "no-worker" | "overload",
  ): Promise<number>;
  /** The schedules in force, of all probes or of these. */
  schedules(probeIds?: readonly string[]): Promise<readonly ScheduleEntry[]>;
  changeSchedules(changed: readonly ScheduleEntry[], removedIds: readonly string[]): Promise<void>;
  /** Turns claims whose deadline has passed into `interrupted`; returns their run ids. */
  sweepInterrupted(nowMs: number): Promise<readonly string[]>;
}
