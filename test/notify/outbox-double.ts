import type { OutboxEntry } from "../../src/notify/compose/alert.ts";
import { alone } from "../../src/incident/inhibit.ts";
import { supersededEntries } from "../../src/notify/deliver/superseded.ts";
import type { Conclusion, DeliveryAttempt, Outbox, PendingDelivery } from "../../src/notify/deliver/outbox.ts";
import type { Incident } from "../../src/incident/incident.ts";

interface Row {
  readonly entry: OutboxEntry;
  carriedBy?: string;
  attempts: number;
  dueAtMs: number;
  leasedUntilMs: number;
  ended: boolean;
}

/** The outbox in memory, by the words of its port; the real one has its own suite in the store. */
export class MemoryOutbox implements Outbox {
  readonly rows = new Map<string, Row>();
  readonly recorded: DeliveryAttempt[] = [];
  readonly incidents = new Map<string, Incident>();
  private readonly disabled = new Map<string, string>();
  /** Set to make the next record fail, as a process that dies between sending and recording. */
  failNextRecord = false;

  constructor(entries: readonly OutboxEntry[] = []) {
    for (const entry of entries) this.add(entry);
  }

  add(entry: OutboxEntry): void {
    if (this.rows.has(entry.id)) return;
    this.rows.set(entry.id, {
      entry,
      attempts: 0,
      dueAtMs: Math.max(entry.createdAtMs, entry.heldUntilMs ?? 0),
      leasedUntilMs: 0,
      ended: false,
    });
  }

  catchUp(nowMs: number): Promise<void> {
    const waiting = [...this.rows.values()]
      .filter((row) => !row.ended)
      .map(({ entry: { id, receiver, alert, createdAtMs, heldUntilMs }, attempts, leasedUntilMs }) => {
        const { incidentId, sequence, status } = alert;
        const isLeased = leasedUntilMs > nowMs;
        return { id, receiver, incidentId, sequence, status, attempts, createdAtMs, heldUntilMs, isLeased };
      });
    for (const { by, ids } of supersededEntries(waiting, nowMs)) {
      for (const row of this.rows.values()) {
        if (!ids.includes(row.entry.id) && !ids.includes(row.carriedBy ?? "")) continue;
        row.carriedBy = by;
        row.ended = true;
      }
    }
    return Promise.resolve();
  }

  due(nowMs: number, limit: number): Promise<readonly PendingDelivery[]> {
    return Promise.resolve(
      [...this.rows.values()]
        .filter((row) => this.isDue(row, nowMs))
        .toSorted((a, b) => a.dueAtMs - b.dueAtMs)
        .slice(0, limit)
        .map((row) => this.pending(row)),
    );
  }

  lease(id: string, nowMs: number, leaseMs: number): Promise<PendingDelivery | undefined> {
    const row = this.rows.get(id);
    if (row === undefined || !this.isDue(row, nowMs)) return Promise.resolve(undefined);
    row.leasedUntilMs = nowMs + leaseMs;
    return Promise.resolve(this.pending(row));
  }

  record(attempt: DeliveryAttempt, conclusion?: Conclusion): Promise<void> {
    if (this.failNextRecord) {
      this.failNextRecord = false;
      return Promise.reject(new Error("the store is gone"));
    }
    const row = this.rows.get(attempt.outboxId);
    if (row === undefined) return Promise.reject(new Error("no such entry"));
    row.attempts = attempt.ordinal;
    row.leasedUntilMs = 0;
    row.ended = attempt.nextDueAtMs === undefined;
    row.dueAtMs = attempt.nextDueAtMs ?? row.dueAtMs;
    this.recorded.push(attempt);
    if (attempt.disablesAs !== undefined) this.disabled.set(attempt.receiver, attempt.disablesAs);
    if (row.ended && conclusion !== undefined) {
      const { incidents, outbox } = conclusion.conclude(this.incidents.get(conclusion.fingerprint), alone);
      for (const incident of incidents) this.incidents.set(incident.fingerprint, incident);
      for (const entry of outbox) this.add(entry);
    }
    return Promise.resolve();
  }

  private pending({ entry: plain, attempts, dueAtMs }: Row): PendingDelivery {
    const earlier = [...this.rows.values()]
      .filter(({ carriedBy }) => carriedBy === plain.id)
      .map(({ entry: { id, alert } }) => {
        const { sequence, event, at, reason } = alert;
        return { id, sequence, event, at, reason };
      });
    const tried = [...this.rows.values()].filter((row) => row.carriedBy === plain.id && row.attempts > 0);
    const failingSinceMs = tried.length === 0 ? undefined : Math.min(...tried.map(({ entry }) => entry.createdAtMs));
    const entry = earlier.length === 0 ? plain : { ...plain, alert: { ...plain.alert, earlier } };
    return { entry, failingSinceMs, attempts, dueAtMs, disabledAs: this.disabled.get(entry.receiver) };
  }

  private isDue(row: Row, nowMs: number): boolean {
    if (row.ended || row.dueAtMs > nowMs || row.leasedUntilMs > nowMs) return false;
    const { incidentId, sequence } = row.entry.alert;
    return ![...this.rows.values()].some(
      (other) =>
        !other.ended &&
        other.entry.receiver === row.entry.receiver &&
        other.entry.alert.incidentId === incidentId &&
        other.entry.alert.sequence < sequence,
    );
  }
}

/** A clock that a test moves by hand. */
export class HandClock {
  private atMs: number;

  constructor(atMs: number) {
    this.atMs = atMs;
  }

  nowMs(): number {
    return this.atMs;
  }

  monotonicMs(): number {
    return this.atMs;
  }

  setTo(atMs: number): void {
    this.atMs = atMs;
  }

  advance(ms: number): void {
    this.atMs += ms;
  }
}
