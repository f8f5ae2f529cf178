import type { Slot } from "../../src/probe/slot.ts";
import type { ScheduledEntry, ScheduleEntry, SlotStore, SlotJob, SlotQueue } from "../../src/schedule/queue.ts";
import { dueSlots } from "../../src/schedule/slots.ts";

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

/** Schedulers in memory. Its clock is the machine's, plus `aheadMs`. */
export class QueueDouble implements SlotQueue {
  readonly entries = new Map<string, ScheduledEntry>();
  readonly done: string[] = [];
  readonly traced: string[] = [];
  aheadMs = 0;
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async locations(): Promise<string[]> {
    return [...new Set([...this.entries.values()].map(({ location }) => location))];
  }

  async scheduled(location: string): Promise<ScheduledEntry[]> {
    return [...this.entries.values()].filter((entry) => entry.location === location);
  }

  async upsert(entry: ScheduleEntry): Promise<void> {
    this.done.push(`upsert ${entry.id}`);
    const nowMs = this.#clock.nowMs();
    const [nextMs] = dueSlots(entry, nowMs, nowMs + 86_400_000);
    this.entries.set(`${entry.location}/${entry.id}`, { ...entry, nextMs, isQueued: true });
  }

  async remove(id: string, location: string): Promise<void> {
    this.done.push(`remove ${id}`);
    this.entries.delete(`${location}/${id}`);
  }

  async trace({ id, nextMs }: ScheduledEntry): Promise<boolean> {
    const isFar = nextMs !== undefined && nextMs > this.#clock.nowMs() + 10_000;
    if (isFar) this.traced.push(id);
    return isFar;
  }

  async add({ probeId, slotMs }: SlotJob): Promise<void> {
    this.done.push(`add ${probeId} ${slotMs}`);
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

  async recordMissed(slots: readonly Slot[], accountedUntil: ReadonlyMap<string, number>): Promise<number> {
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
