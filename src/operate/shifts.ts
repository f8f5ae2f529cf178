import { z } from "zod";
import type { Probe } from "../probe/probe.ts";
import { type BlindStore, watchedProbes } from "../upkeep/blindness.ts";
import { at } from "./fields.ts";
import type { Operation, Plain } from "./operation.ts";

const count = (what: string) => z.number().describe(what);

export const shift = z
  .object({
    target: z.string().describe("name of the target, or of what a group incident is about"),
    incidents: count("incidents that opened in this month"),
    pages: count("of these, those that may wake somebody and of which somebody was notified"),
    falsePositives: count("of these, those that somebody marked as false positives"),
    toAcknowledgeMs: z.number().optional().describe("median time to the acknowledgement, in milliseconds"),
    toResolveMs: z.number().optional().describe("median time to the resolution, in milliseconds"),
    blindMinutes: z.number().optional().describe("minutes in which no probe of the target had a verdict"),
  })
  .meta({ id: "Shift" });

export const month = z
  .string()
  .regex(/^20\d{2}-(0[1-9]|1[0-2])$/, { error: "a month such as 2026-11" })
  .optional()
  .describe("month in UTC, such as 2026-11; default: the current month");

const shifts = z
  .object({
    fromMs: at("from"),
    toMs: at("to: the end of the month in UTC, or now"),
    targets: z.array(shift).describe("targets, ordered by name"),
  })
  .meta({ id: "Shifts", description: "what a month was like for those on call" });

export type ShiftsView = Plain<z.output<typeof shifts>>;
type Shift = ShiftsView["targets"][number];

export const readShifts = {
  method: "GET",
  path: "/shifts",
  summary: "count incidents, pages, false positives, times and blind minutes of a month by target",
  scope: "read",
  query: z.object({ month }),
  answer: shifts,
} as const satisfies Operation;

export interface ShiftStore extends BlindStore {
  /** Incidents that opened in this time, by target. */
  episodesIn(fromMs: number, toMs: number): Promise<readonly Omit<Shift, "blindMinutes">[]>;
}

interface ShiftWorld {
  readonly store: ShiftStore;
  readonly probes: readonly Probe[];
  readonly clock: { nowMs(): number };
}

/** `of`: count the blind minutes of these probes only, which costs most; default: of all. */
export type Shifts = (month?: string, of?: readonly Probe[]) => Promise<ShiftsView>;

export function createShifts({ store, probes, clock }: ShiftWorld): Shifts {
  return async (wanted, of = probes) => {
    const { fromMs, toMs } = monthOf(wanted, clock.nowMs());
    const [episodes, blind] = await Promise.all([
      store.episodesIn(fromMs, toMs),
      of.length === 0 ? new Map<string, number>() : store.blindMinutes(watchedProbes(of), fromMs, toMs),
    ]);
    const known = new Map(episodes.map((one) => [one.target, one]));
    const names = [...new Set([...known.keys(), ...blind.keys()])].toSorted();
    const targets = names.map((target): Shift => {
      const none = { target, incidents: 0, pages: 0, falsePositives: 0 };
      return { ...(known.get(target) ?? none), ...(blind.has(target) ? { blindMinutes: blind.get(target) } : {}) };
    });
    return { fromMs, toMs, targets };
  };
}

/** A month of UTC, up to now; undefined: the current one. */
export function monthOf(month: string | undefined, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  const fromMs = Date.parse(`${month ?? new Date(nowMs).toISOString().slice(0, 7)}-01T00:00:00Z`);
  const from = new Date(fromMs);
  return { fromMs, toMs: Math.min(nowMs, Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1)) };
}
