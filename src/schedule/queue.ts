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

/** A scheduler that should exist. `offsetMs` spreads probes over their interval. */
export interface ScheduleEntry {
  /** The probe's id. */
  readonly id: string;
  readonly location: string;
  readonly cadence: Cadence;
  /** 0 for cron. */
  readonly offsetMs: number;
}

/** A scheduler that does exist. */
export interface ScheduledEntry extends ScheduleEntry {
  /** When its next slot is due, by its own record; undefined when it has none. */
  readonly nextMs: number | undefined;
  /** The job of that slot is there, due or not: with nobody to take it, it stays, and nothing is broken. */
  readonly isQueued: boolean;
}

/** The port: what the rest of the program knows of the queue. BullMQ is behind it. */
export interface SlotQueue {
  /** Every location that schedulers were ever made for, so that those of a location no longer wanted are found. */
  locations(): Promise<readonly string[]>;
  /** Schedulers of one location, as the queue has them. */
  scheduled(location: string): Promise<readonly ScheduledEntry[]>;
  upsert(entry: ScheduleEntry): Promise<void>;
  remove(id: string, location: string): Promise<void>;
  /**
   * Gives the slots of a schedule the span to be linked to that it lacks when it was made untraced. Its next slot stays when
   * it is, so one that is nearly due is left alone: false.
   */
  trace(entry: ScheduledEntry): Promise<boolean>;
  /** One slot of a probe beside its schedule, at its time. Asking twice for the same is one. */
  add(job: SlotJob, location: string): Promise<void>;
  /** The queue's own clock (Redis TIME, PostgreSQL now()), to notice skew. */
  clockMs(): Promise<number>;
  /** A cheap write: rejects when the queue refuses it, as a full or read-only Redis does. */
  checkWritable(): Promise<void>;
  /** Begins to consume the slots of one location. The handler must not throw for a target's fault. */
  work(location: string, concurrency: number, handler: (job: TakenSlot) => Promise<void>): Promise<SlotWorker>;
}

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
  recordMissed(slots: readonly Slot[], accountedUntil: ReadonlyMap<string, number>): Promise<number>;
  /** Turns claims whose deadline has passed into `interrupted`; returns their run ids. */
  sweepInterrupted(nowMs: number): Promise<readonly string[]>;
}
