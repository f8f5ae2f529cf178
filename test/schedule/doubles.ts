import type { Slot } from "../../src/probe/slot.ts";
import type { ScheduleEntry, SlotStore, SlotJob, SlotQueue } from "../../src/schedule/queue.ts";

/** A machine's two clocks; `jump` sets the one on the wall and leaves the other alone. */
export class FakeClock {
  #wallMs: number;
  #monotonicMs = 0;

  constructor(startMs: number) {
    this.#wallMs = startMs;
  }

  nowMs = (): number => this.#wallMs;
  monotonicMs = (): number => this.#monotonicMs;

  pass(durationMs: number): void {
    this.#wallMs += durationMs;
    this.#monotonicMs += durationMs;
  }

  jump(byMs: number): void {
    this.#wallMs += byMs;
  }
}

/** A queue in memory. Its clock is the machine's, plus `aheadMs`. */
export class QueueDouble implements SlotQueue {
  readonly added: { readonly location: string; readonly probeId: string; readonly slotMs: number }[] = [];
  aheadMs = 0;
  /** How many due slots wait, by location. */
  backlog = new Map<string, number>();
  hasStopped = false;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async addAll(jobs: readonly SlotJob[], location: string): Promise<void> {
    this.added.push(...jobs.map((job) => ({ ...job, location })));
  }

  async add(job: SlotJob, location: string): Promise<void> {
    this.added.push({ ...job, location });
  }

  async waiting(location: string): Promise<number> {
    return this.backlog.get(location) ?? 0;
  }

  async keepTicking(): Promise<boolean> {
    const hadStopped = this.hasStopped;
    this.hasStopped = false;
    return hadStopped;
  }

  takeTicks(): never {
    throw new Error("nobody ticks here");
  }

  clockMs = async (): Promise<number> => this.#clock.nowMs() + this.aheadMs;

  checkWritable = async (): Promise<void> => {};

  work(): never {
    throw new Error("nobody works here");
  }
}

/** Rows and the lease in memory. */
export class StoreDouble implements SlotStore {
  readonly rows = new Map<string, Map<number, "done" | "missed">>();
  lease: { holder: string; untilMs: number } | undefined;
  overdue: string[] = [];
  readonly accounted = new Map<string, number>();
  readonly inForce = new Map<string, ScheduleEntry>();
  readonly changes: string[] = [];
  readonly shed: Slot[] = [];

  async schedules(): Promise<ScheduleEntry[]> {
    return [...this.inForce.values()];
  }

  async changeSchedules(changed: readonly ScheduleEntry[], removedIds: readonly string[]): Promise<void> {
    for (const entry of changed) this.inForce.set(entry.id, entry);
    for (const id of removedIds) this.inForce.delete(id);
    this.changes.push(...changed.map(({ id }) => `put ${id}`), ...removedIds.map((id) => `remove ${id}`));
  }

  row(probeId: string, slotMs: number, state: "done" | "missed" = "done"): void {
    const rows = this.rows.get(probeId) ?? new Map<number, "done" | "missed">();
    this.rows.set(probeId, rows);
    if (!rows.has(slotMs)) rows.set(slotMs, state);
  }

  missed(probeId: string): number[] {
    const rows = [...(this.rows.get(probeId) ?? [])];
    return rows.flatMap(([slotMs, state]) => (state === "missed" ? [slotMs] : [])).toSorted((a, b) => a - b);
  }

  async holdLease(_name: string, holder: string, ttlMs: number, nowMs: number): Promise<boolean> {
    if (this.lease !== undefined && this.lease.holder !== holder && this.lease.untilMs > nowMs) return false;
    this.lease = { holder, untilMs: nowMs + ttlMs };
    return true;
  }

  async releaseLease(_name: string, holder: string): Promise<void> {
    if (this.lease?.holder === holder) this.lease = undefined;
  }

  async accountedUntil(): Promise<Map<string, number>> {
    return new Map([...[...this.rows].map(([id, rows]) => [id, Math.max(...rows.keys())] as const), ...this.accounted]);
  }

  async recordMissed(
    slots: readonly Slot[],
    accountedUntil: ReadonlyMap<string, number>,
    reason?: string,
  ): Promise<number> {
    if (reason === "overload") this.shed.push(...slots);
    for (const [probeId, untilMs] of accountedUntil) this.accounted.set(probeId, untilMs);
    const before = [...this.rows.values()].reduce((sum, rows) => sum + rows.size, 0);
    for (const { probeId, slotMs } of slots) this.row(probeId, slotMs, "missed");
    return [...this.rows.values()].reduce((sum, rows) => sum + rows.size, 0) - before;
  }

  async sweepInterrupted(): Promise<string[]> {
    const swept = this.overdue;
    this.overdue = [];
    return swept;
  }
}
