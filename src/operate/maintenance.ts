import { z } from "zod";
import { nextStarts } from "../incident/maintenance.ts";
import type { Probe } from "../probe/probe.ts";
import type { Clock } from "../std/clock.ts";
import { at } from "./fields.ts";
import type { Operation, Plain } from "./operation.ts";

const maintenance = z
  .object({
    name: z.string().describe("name of the window"),
    match: z.record(z.string(), z.array(z.string())).describe("incidents that the window mutes"),
    cron: z.string().describe("start, as a cron pattern"),
    tz: z.string().describe("the time zone of the pattern"),
    forMs: z.number().describe("duration, in milliseconds"),
    starts: z.array(at("when it begins")).describe("the next three start times; an active window comes first"),
  })
  .meta({ id: "MaintenanceWindow" });

export type MaintenanceView = Plain<z.output<typeof maintenance>>;

export const listMaintenance = {
  method: "GET",
  path: "/maintenance",
  summary: "list maintenance windows of the configuration, and when they begin next",
  scope: "read",
  answer: z.array(maintenance),
} as const satisfies Operation;

const shownStarts = 3;

export function createMaintenance({
  probes,
  clock,
}: {
  readonly probes: readonly Probe[];
  readonly clock: Clock;
}): () => Promise<readonly MaintenanceView[]> {
  // The same for every probe.
  const windows = probes[0]?.alerting.maintenance ?? [];
  return async () =>
    windows.map((window) => {
      const { name, cron, tz, forMs } = window;
      const match = Object.fromEntries(
        Object.entries(window.match).flatMap(([key, value]) => (value === undefined ? [] : [[key, [...value]]])),
      );
      return { name, match, cron, tz, forMs, starts: [...nextStarts(window, clock.nowMs(), shownStarts)] };
    });
}
