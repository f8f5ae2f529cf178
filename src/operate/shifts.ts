import { z } from "zod";
import type { Probe } from "../probe/probe.ts";
import { type BlindStore, targetsOf } from "../upkeep/blindness.ts";
import { at } from "./fields.ts";
import type { Operation, Plain } from "./operation.ts";

const count = (what: string) => z.number().describe(what);

const shift = z
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

const shifts = z
  .object({
    fromMs: at("from"),
    toMs: at("to: the end of the month in UTC, or now"),
    targets: z.array(shift).describe("by name"),
  })
  .meta({ id: "Shifts", description: "what a month was like for those on call" });

export type ShiftsView = Plain<z.output<typeof shifts>>;
type Shift = ShiftsView["targets"][number];

export const readShifts = {
  method: "GET",
  path: "/shifts",
  summary: "count incidents, pages, false positives, times and blind minutes of a month by target",
  scope: "read",
  query: z.object({
    month: z
      .string()
      .regex(/^20\d{2}-(0[1-9]|1[0-2])$/, { error: "a month such as 2026-11" })
      .optional()
      .describe("a month of UTC, such as 2026-11; default: the current one"),
  }),
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

export type Shifts = (month?: string) => Promise<ShiftsView>;

export function createShifts({ store, probes, clock }: ShiftWorld): Shifts {
  return async (month = new Date(clock.nowMs()).toISOString().slice(0, 7)) => {
    const fromMs = Date.parse(`${month}-01T00:00:00Z`);
    const toMs = Math.min(clock.nowMs(), nextMonthMs(fromMs));
    const [episodes, blind] = await Promise.all([
      store.episodesIn(fromMs, toMs),
      store.blindMinutes(targetsOf(probes), fromMs, toMs),
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

function nextMonthMs(fromMs: number): number {
  const from = new Date(fromMs);
  return Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1);
}
